import { fail } from "../execute/failure.ts";
import type { Shell } from "../execute/shell.ts";

export interface ParsedOptions {
  /** Letters in their order, each with its value where it takes one. */
  readonly found: readonly (readonly [string, string])[];
  readonly operands: readonly string[];
}

/** Options of a built-in command as dash takes them: `known` as getopt(3) writes it. */
export function parseOptions(shell: Shell, args: readonly string[], known: string): ParsedOptions {
  const found: [string, string][] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--") {
      at++;
      break;
    }
    if (!/^-./.test(arg)) break;
    for (let index = 1; index < arg.length; index++) {
      const letter = arg[index] ?? "";
      const place = letter === ":" ? -1 : known.indexOf(letter);
      if (place === -1) fail(shell, `Illegal option -${letter}`);
      if (known[place + 1] !== ":") {
        found.push([letter, ""]);
        continue;
      }
      const inline = arg.slice(index + 1);
      const value = inline === "" ? args[++at] : inline;
      if (value === undefined) fail(shell, `No arg for -${letter} option`);
      found.push([letter, value]);
      break;
    }
  }
  return { found, operands: args.slice(at) };
}

/** Write to the output; a closed one is status 1, as dash says it. */
export function print(shell: Shell, text: string): number {
  if (shell.write(1, text)) return 0;
  const name = shell.commandName ?? "";
  shell.write(2, `${shell.name}: ${shell.line}: ${name}: ${name}: I/O error\n`);
  return 1;
}
