import { optionLetters } from "../execute/options.ts";
import type { Shell } from "../execute/shell.ts";

/**
 * The value of a parameter; undefined when it is not set. The parameters of `$@` and `$*` are
 * joined: by NUL where they become fields, else by the first character of IFS.
 */
export function parameterValue(
  shell: Shell,
  name: string,
  { isQuoted, isSplit }: { readonly isQuoted: boolean; readonly isSplit: boolean },
): string | undefined {
  switch (name) {
    case "$":
      return `${shell.pid}`;
    case "?":
      return `${shell.status}`;
    case "#":
      return `${shell.parameters.length}`;
    case "!":
      return shell.backgroundPid === undefined ? undefined : `${shell.backgroundPid}`;
    case "-":
      return optionLetters(shell.options);
    case "@":
    case "*":
      return shell.parameters.join(separator(shell, { name, isQuoted, isSplit }));
    case "0":
      return shell.name;
    default:
  }
  if (/^\d+$/.test(name)) return shell.parameters[Number(name) - 1];
  const variable = shell.variables.variable(name);
  return variable?.elements === undefined ? variable?.value : variable.elements.get(0);
}

/** What `$@`, `$*` and arrays of bash are joined by. */
export function separator(
  shell: Shell,
  { name, isQuoted, isSplit }: { name: string; isQuoted: boolean; isSplit: boolean },
): string {
  if (name === "@" && isQuoted && isSplit) return "\0";
  const ifs = shell.variables.get("IFS");
  if (isSplit && !isQuoted) return ifs === undefined ? " " : "\0";
  return ifs === undefined ? " " : ifs.slice(0, 1);
}
