import { byKey } from "../../../../order.ts";
import { NeedsMore } from "../../command.ts";
import { assign, fail } from "../execute/failure.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { ReadonlyVariable } from "../execute/variables.ts";
import { optionNames } from "../execute/options.ts";
import { isName } from "../parse/characters.ts";
import { parseOptions, print } from "./options.ts";
import { quoteSingle } from "./quote-single.ts";

/** Commands that declare variables. */
export const variableBuiltins: readonly (readonly [string, Builtin])[] = [
  ["export", { run: declare, isSpecial: true, takesAssignments: true }],
  ["readonly", { run: declare, isSpecial: true, takesAssignments: true }],
  ["local", { run: local, isSpecial: true, takesAssignments: true }],
  ["unset", { run: unset, isSpecial: true }],
];

function declare(shell: Shell, { name: command, args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, shell.dialect === "bash" ? "pnf" : "p");
  const isExport = command === "export";
  const isPrinted = found.some(([letter]) => letter === "p") || operands.length === 0;
  if (isPrinted) {
    const wanted = [...shell.variables.all].filter(([, variable]) =>
      isExport ? variable.isExported : variable.isReadonly,
    );
    return print(shell, listing(wanted, `${command} `));
  }
  const flags = isExport ? { isExported: true } : { isReadonly: true };
  for (const operand of operands) {
    const { name, value } = splitAssignment(shell, operand);
    if (value !== undefined) assign(shell, name, value, flags);
    else shell.variables.mark(name, flags);
  }
  return 0;
}

function local(shell: Shell, { args }: BuiltinCall): number {
  const { operands } = parseOptions(shell, args, shell.dialect === "bash" ? "airx" : "");
  if (!shell.variables.isLocalPossible) fail(shell, "not in a function");
  for (const operand of operands) {
    if (operand === "-") throw new NeedsMore("local options, by `local -`");
    const { name, value } = splitAssignment(shell, operand);
    shell.variables.makeLocal(name);
    if (value !== undefined) assign(shell, name, value);
    else if (shell.dialect === "bash") shell.variables.unset(name);
  }
  return 0;
}

function unset(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "vf");
  const isFunction = found.at(-1)?.[0] === "f";
  for (const name of operands) {
    if (isFunction) {
      shell.functions.delete(name);
      continue;
    }
    if (!isName(name)) fail(shell, `${name}: bad variable name`);
    try {
      shell.variables.unset(name);
    } catch (error) {
      if (error instanceof ReadonlyVariable) fail(shell, `${name}: is read only`);
      throw error;
    }
  }
  return 0;
}

/** What `set` prints without arguments. */
export function listVariables(shell: Shell): string {
  const all = [...shell.variables.all].filter(([, { value }]) => value !== undefined);
  return listing(all, "");
}

function listing(
  variables: readonly (readonly [string, { readonly value: string | undefined }])[],
  prefix: string,
): string {
  return variables
    .toSorted(byKey)
    .map(([name, { value }]) =>
      value === undefined ? `${prefix}${name}\n` : `${prefix}${name}=${quoteSingle(value)}\n`,
    )
    .join("");
}

/** The table that `set -o` and `set +o` print. */
export function listOptions(shell: Shell, isTable: boolean): string {
  const lines = optionNames.map(([, name]) => {
    const isOn = shell.options.has(name);
    return isTable
      ? `${name.padEnd(16)}${isOn ? "on" : "off"}\n`
      : `set ${isOn ? "-o" : "+o"} ${name}\n`;
  });
  return `${isTable ? "Current option settings\n" : ""}${lines.join("")}`;
}

function splitAssignment(
  shell: Shell,
  text: string,
): { readonly name: string; readonly value: string | undefined } {
  const at = text.indexOf("=");
  const name = at === -1 ? text : text.slice(0, at);
  if (!isName(name)) fail(shell, `${name}: bad variable name`);
  return { name, value: at === -1 ? undefined : text.slice(at + 1) };
}
