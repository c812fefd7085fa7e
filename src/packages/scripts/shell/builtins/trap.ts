import { NeedsMore } from "../../command.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { signalNames, signalOf } from "../execute/traps.ts";
import { parseOptions, print } from "./options.ts";
import { quoteSingle } from "./quote-single.ts";

export function trap(shell: Shell, { args }: BuiltinCall): number {
  const { operands } = parseOptions(shell, args, "");
  const [first, ...rest] = operands;
  if (first === undefined) {
    const lines = [...shell.traps]
      .toSorted(([a], [b]) => a - b)
      .map(
        ([signal, action]) => `trap -- ${quoteSingle(action)} ${signalNames[signal] ?? signal}\n`,
      );
    return print(shell, lines.join(""));
  }
  const isReset = rest.length === 0 || /^\d+$/.test(first);
  const action = isReset || first === "-" ? undefined : first;
  for (const name of isReset ? operands : rest) {
    if (shell.dialect === "bash" && /^(?:ERR|DEBUG|RETURN)$/.test(name)) {
      throw new NeedsMore(`bash's trap on ${name}`);
    }
    const signal = signalOf(name);
    if (signal === undefined) {
      shell.write(2, `trap: ${name}: bad trap\n`);
      return 1;
    }
    if (action === undefined) shell.traps.delete(signal);
    else shell.traps.set(signal, action);
  }
  return 0;
}
