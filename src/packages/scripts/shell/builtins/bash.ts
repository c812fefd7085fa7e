import { NeedsMore } from "../../command.ts";
import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import { assign, fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { isName } from "../parse/characters.ts";
import { controlBuiltins } from "./control.ts";
import { parseOptions } from "./options.ts";

/** Commands that only bash has. Others of bash are named when a script wants them. */
export const bashBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["source", controlBuiltins.find(([name]) => name === ".")?.[1] ?? { run: () => 0 }],
  ["let", { run: runLet }],
  ["declare", { run: declare, takesAssignments: true, declares: true }],
  ["typeset", { run: declare, takesAssignments: true, declares: true }],
  ...["mapfile", "readarray", "compgen", "coproc", "select", "shopt"].map(
    (name): [string, Builtin] => [name, { run: () => unknown(name) }],
  ),
]);

function runLet(shell: Shell, { args }: BuiltinCall): number {
  let value = 0n;
  for (const arg of args) value = evaluateArithmetic(shell, arg);
  return value === 0n ? 1 : 0;
}

/** What is declared in a function is local to it, unless `-g` says otherwise. */
function declare(shell: Shell, { name: command, args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "aAilnprtuxgfF");
  const letters = new Set(found.map(([letter]) => letter));
  for (const letter of letters) {
    if (!"arxg".includes(letter)) return unknown(`${command} -${letter}`);
  }
  if (operands.length === 0) return unknown(`${command} without a name`);
  const flags = {
    ...(letters.has("x") && { isExported: true }),
    ...(letters.has("r") && { isReadonly: true }),
  };
  for (const operand of operands) {
    const at = operand.indexOf("=");
    const name = at === -1 ? operand : operand.slice(0, at);
    if (/[[\]+]/.test(name)) return unknown(`${command} ${name}`);
    if (!isName(name)) fail(shell, `${name}: bad variable name`);
    const isLocal = shell.variables.isLocalPossible && !letters.has("g");
    if (isLocal && !shell.variables.isLocal(name)) {
      shell.variables.makeLocal(name);
      // Only a variable that is local already keeps its value.
      if (at === -1) shell.variables.set(name, undefined);
    }
    if (at !== -1) assign(shell, name, operand.slice(at + 1), flags);
    else shell.variables.mark(name, flags);
  }
  return 0;
}

function unknown(name: string): never {
  throw new NeedsMore(`bash's ${name}`);
}
