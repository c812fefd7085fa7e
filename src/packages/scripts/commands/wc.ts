import type { Command } from "../command.ts";
import { readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";

export const wc: Command = (call) => {
  const { has, given, operands } = readOptions(call, {
    lines: "-l --lines",
    words: "-w --words",
    bytes: "-c --bytes",
    characters: "-m --chars",
    longest: "-L --max-line-length",
  });
  const isAll = given.length === 0;
  const { texts, isWhole } = readTexts(call, operands);
  const rows = texts.map(({ name, text }) => ({ name, counts: countsOf(text) }));
  if (operands.length > 1) {
    const isLongest = (index: number): boolean =>
      has("longest") && index === (rows[0]?.counts.length ?? 0) - 1;
    const counts = rows.reduce<readonly number[]>(
      (sum, row) =>
        row.counts.map((count, index) => {
          const before = sum[index] ?? 0;
          return isLongest(index) ? Math.max(count, before) : count + before;
        }),
      [],
    );
    rows.push({ name: "total", counts });
  }
  // From the standard input, one number has no blanks before it.
  const isAlone = rows.length === 1 && (rows[0]?.counts.length ?? 0) === 1;
  // As wide as the bytes of all files together need.
  const bytes = texts.reduce((sum, { text }) => sum + text.length, 0);
  const least = operands.length === 0 || operands.includes("-") ? 7 : 1;
  const width = isAlone ? 1 : Math.max(least, String(bytes).length);
  for (const { name, counts } of rows) {
    const shown = counts.map((count) => String(count).padStart(width)).join(" ");
    call.stdout.write(`${shown}${operands.length === 0 ? "" : ` ${name}`}\n`);
  }
  return isWhole ? 0 : 1;

  function countsOf(text: string): readonly number[] {
    const counts: number[] = [];
    if (isAll || has("lines")) counts.push(text.split("\n").length - 1);
    if (isAll || has("words"))
      counts.push(text.split(/[ \t\n\v\f\r]+/).filter((word) => /[!-~]/.test(word)).length);
    if (has("characters")) counts.push(text.length);
    if (isAll || has("bytes")) counts.push(text.length);
    if (has("longest")) counts.push(Math.max(0, ...text.split(/[\n\r\f]/).map(columnsOf)));
    return counts;
  }
};

/** Columns of a line on a terminal: tabs go on to the next eighth, controls take none. */
function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === "\t") columns += 8 - (columns % 8);
    else if (character >= " " && character <= "~") columns += 1;
  }
  return columns;
}
