import { stripVTControlCharacters } from "node:util";

let segmenter: Intl.Segmenter | undefined;
const combining = /^\p{Mark}$/u;
/**
 * Scripts and symbols that a terminal draws two columns wide (Unicode's East Asian Wide, its main
 * blocks).
 */
const wide =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Columns that the text takes on a terminal; colours take none. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text);
  // eslint-disable-next-line no-control-regex -- the range of plain ASCII
  if (/^[\u0020-\u007E]*$/.test(plain)) return plain.length;
  let width = 0;
  for (const { segment } of segmentsOf(plain)) width += widthOf(segment);
  return width;
}

/**
 * Cut plain text (without colours) to a number of columns, with an ellipsis where something was
 * cut.
 */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns <= 0) return "";
  let width = 0;
  let kept = "";
  for (const { segment } of segmentsOf(text)) {
    const next = widthOf(segment);
    if (width + next > columns - 1) break;
    width += next;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * Break plain text at its spaces into lines of at most so many columns; a word that is longer has a
 * line of its own.
 */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Fill with spaces up to a number of columns. */
export function padColumns(
  text: string,
  columns: number,
  align: "left" | "right" = "left",
): string {
  const fill = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return align === "left" ? text + fill : fill + text;
}

/**
 * The characters as a reader counts them. Made on first use: the tables take 10 ms to load, and
 * most text is ASCII.
 */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

function widthOf(segment: string): number {
  if (combining.test(segment)) return 0;
  return wide.test(segment) ? 2 : 1;
}
