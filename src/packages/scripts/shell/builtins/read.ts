import { NeedsMore } from "../../command.ts";
import { quoted, unquoted } from "../quoting.ts";
import { type Region, splitFields } from "../expand/split-fields.ts";
import { assign, fail } from "../execute/failure.ts";
import type { BuiltinCall, Shell } from "../execute/shell.ts";
import { parseOptions } from "./options.ts";

/** Reads a line into variables; 1 at the end of the input. */
export function read(shell: Shell, { args }: BuiltinCall): number {
  const known = shell.dialect === "bash" ? "p:rsd:n:t:" : "p:r";
  const { found, operands } = parseOptions(shell, args, known);
  if (operands.length === 0 && shell.dialect === "dash") return fail(shell, "arg count");
  if (found.some(([letter]) => letter === "n")) throw new NeedsMore("bash's read -n");
  const isRaw = found.some(([letter]) => letter === "r");
  const delimiter = found.find(([letter]) => letter === "d")?.[1];
  const end = delimiter === undefined ? "\n" : delimiter.slice(0, 1);
  const { text, regions, isEnded } = readLine(shell, isRaw, end);
  // Without a name bash keeps the whole line, blanks and all.
  if (operands.length === 0) assign(shell, "REPLY", unquoted(text));
  const ifs = shell.variables.get("IFS") ?? " \t\n";
  const fields = splitFields(text, regions, { ifs, most: operands.length });
  for (const [index, name] of operands.entries()) {
    if (!/^[A-Za-z_]\w*$/.test(name)) fail(shell, `${name}: bad variable name`);
    assign(shell, name, unquoted(fields[index] ?? ""));
  }
  return isEnded ? 0 : 1;
}

/** A line with what was escaped in it left out of what is split. */
function readLine(
  shell: Shell,
  isRaw: boolean,
  end: string,
): { readonly text: string; readonly regions: readonly Region[]; readonly isEnded: boolean } {
  const { meter } = shell.world;
  const input = shell.descriptors[0];
  const regions: Region[] = [];
  let text = "";
  let start = 0;
  const close = () => regions.push({ start, end: text.length, isNulOnly: false });
  for (;;) {
    const char = input?.readByte() ?? "";
    if (char === "" || char === end) {
      close();
      meter.work(8 * text.length);
      return { text, regions, isEnded: char !== "" };
    }
    if (char === "\0") continue;
    if (char !== "\\" || isRaw) {
      text += char;
      meter.checkLength(text.length);
      continue;
    }
    const next = input?.readByte() ?? "";
    close();
    if (next !== "\n") text += quoted(next);
    start = text.length;
  }
}
