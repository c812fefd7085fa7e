import { NeedsMore } from "../../command.ts";
import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import { assign, fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { controlBuiltins } from "./control.ts";
import { parseOptions } from "./options.ts";

/** Commands that only bash has. Others of bash are named when a script wants them. */
export const bashBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["source", controlBuiltins.find(([name]) => name === ".")?.[1] ?? { run: () => 0 }],
  ["let", { run: runLet }],
  ["declare", { run: declare, takesAssignments: true }],
  ["typeset", { run: declare, takesAssignments: true }],
  ...["mapfile", "readarray", "compgen", "coproc", "select", "shopt"].map(
    (name): [string, Builtin] => [name, { run: () => unknown(name) }],
  ),
]);

function runLet(shell: Shell, { args }: BuiltinCall): number {
  let value = 0n;
  for (const arg of args) value = evaluateArithmetic(shell, arg);
  return value === 0n ? 1 : 0;
}

function declare(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "aAirxgf");
  const letters = new Set(found.map(([letter]) => letter));
  if (letters.has("A") || letters.has("f")) return unknown("declare -A or -f");
  const flags = {
    ...(letters.has("x") && { isExported: true }),
    ...(letters.has("r") && { isReadonly: true }),
  };
  for (const operand of operands) {
    const at = operand.indexOf("=");
    const name = at === -1 ? operand : operand.slice(0, at);
    if (!/^[A-Za-z_]\w*$/.test(name)) fail(shell, `${name}: bad variable name`);
    if (shell.variables.isLocalPossible && !letters.has("g")) shell.variables.makeLocal(name);
    if (at !== -1) assign(shell, name, operand.slice(at + 1), flags);
    else shell.variables.mark(name, flags);
  }
  return 0;
}

function unknown(name: string): never {
  throw new NeedsMore(`bash's ${name}`);
}
