import { fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { parseOptions, print } from "./options.ts";
import { quoteSingle } from "./quote-single.ts";

export const aliasBuiltins: readonly (readonly [string, Builtin])[] = [
  ["alias", { run: alias, takesAssignments: true }],
  ["unalias", { run: unalias }],
];

function alias(shell: Shell, { args }: BuiltinCall): number {
  if (args.length === 0) {
    return print(shell, [...shell.aliases].map(([name, value]) => line(name, value)).join(""));
  }
  let status = 0;
  for (const arg of args) {
    const at = arg.indexOf("=", 1);
    if (at !== -1) {
      shell.world.meter.memory(arg.length);
      shell.aliases.set(arg.slice(0, at), arg.slice(at + 1));
      continue;
    }
    const value = shell.aliases.get(arg);
    if (value !== undefined) print(shell, line(arg, value));
    else {
      shell.write(2, `alias: ${arg} not found\n`);
      status = 1;
    }
  }
  return status;
}

function unalias(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "a");
  if (found.length > 0) {
    shell.aliases.clear();
    return 0;
  }
  let status = 0;
  for (const name of operands) {
    if (shell.aliases.delete(name)) continue;
    shell.write(2, `unalias: ${name} not found\n`);
    status = 1;
  }
  if (operands.length === 0 && args.length > 0) fail(shell, "usage");
  return status;
}

function line(name: string, value: string): string {
  return `${name}=${quoteSingle(value)}\n`;
}
