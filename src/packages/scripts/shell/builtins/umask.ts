import { fail } from "../execute/failure.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { parseOptions, print } from "./options.ts";

const CLASSES: Readonly<Record<string, number>> = { a: 0o111, u: 0o100, g: 0o010, o: 0o001 };

export function umask(shell: Shell, { args }: BuiltinCall): number {
  const { found, operands } = parseOptions(shell, args, "S");
  const [mode] = operands;
  if (mode === undefined) {
    const text =
      found.length > 0 ? symbolic(~shell.umask) : shell.umask.toString(8).padStart(4, "0");
    return print(shell, `${text}\n`);
  }
  if (/^\d/.test(mode)) {
    if (!/^[0-7]+$/.test(mode)) return fail(shell, `Illegal number: ${mode}`);
    shell.umask = Number.parseInt(mode, 8) & 0o777;
    return 0;
  }
  const permitted = parseSymbolic(mode, ~shell.umask & 0o777);
  if (permitted === undefined) return fail(shell, `Illegal mode: ${mode}`);
  shell.umask = ~permitted & 0o777;
  return 0;
}

function symbolic(permitted: number): string {
  return [6, 3, 0]
    .map((shift, index) => {
      const bits = (permitted >> shift) & 7;
      const text = ["r", "w", "x"].filter((_, at) => (bits & (4 >> at)) !== 0).join("");
      return `${"ugo"[index]}=${text}`;
    })
    .join(",");
}

/** `u=rwx,g-w` and the like, applied to what is permitted; undefined when it is none. */
function parseSymbolic(text: string, before: number): number | undefined {
  let permitted = before;
  for (const clause of text.split(",")) {
    const match = /^([augo]*)((?:[=+-][rwxugoXs]*)+)$/.exec(clause);
    if (match === null) return undefined;
    const [, who = "", changes = ""] = match;
    let positions = 0;
    for (const char of who === "" ? "a" : who) positions |= CLASSES[char] ?? 0;
    for (const [, operator, letters = ""] of changes.matchAll(/([=+-])([rwxugoXs]*)/g)) {
      const value = bitsOf(letters, before) * positions;
      if (operator === "-") permitted &= ~value;
      else if (operator === "+") permitted |= value;
      else permitted = value | (permitted & ~(positions * 7));
    }
  }
  return permitted;
}

function bitsOf(letters: string, before: number): number {
  let bits = 0;
  for (const letter of letters) {
    if (letter === "r") bits |= 4;
    else if (letter === "w") bits |= 2;
    else if (letter === "x" || (letter === "X" && (before & 0o111) !== 0)) bits |= 1;
    else if (letter === "u") bits |= (before >> 6) & 7;
    else if (letter === "g") bits |= (before >> 3) & 7;
    else if (letter === "o") bits |= before & 7;
  }
  return bits;
}
