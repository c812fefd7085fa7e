import { offsetIn, type TextPiece } from "../text-pieces.ts";

/** A line of a requirements file, put together from those that end in a backslash. */
export interface LogicalLine {
  /** Without comments and without space around it. */
  readonly text: string;
  /** Number of the line of the file that it begins on, from 1. */
  readonly number: number;
  /** Where a place of `text` lies in the file. */
  readonly offsetOf: (at: number) => number;
}

/**
 * The lines of a requirements file as pip puts them together: a backslash at the end of a line
 * joins the next one to it, a comment begins at a sharp at the beginning of a line or behind a
 * space, and a line of a comment ends what was joined before it. Source: pip's documentation,
 * "Requirements File Format".
 */
export function* readLogicalLines(text: string): Generator<LogicalLine> {
  let pieces: Piece[] = [];
  let offset = 0;
  for (const [index, physical] of text.split("\n").entries()) {
    const line = physical.replace(/\r$/, "");
    const isComment = /^\s*#/.test(line);
    const goesOn = line.endsWith("\\") && !isComment;
    // The space keeps a comment from joining the word before it.
    const shown = isComment ? ` ${line}` : line;
    pieces.push({
      text: goesOn ? shown.slice(0, -1) : shown,
      offset: offset - (isComment ? 1 : 0),
      number: index + 1,
    });
    offset += physical.length + 1;
    if (goesOn) continue;
    yield* joined(pieces);
    pieces = [];
  }
  yield* joined(pieces);
}

interface Piece extends TextPiece {
  readonly number: number;
}

function* joined(pieces: readonly Piece[]): Generator<LogicalLine> {
  const whole = pieces.map(({ text }) => text).join("");
  const bare = withoutComment(whole).trimEnd();
  const lead = bare.length - bare.trimStart().length;
  if (lead === bare.length) return;
  const start = offsetIn(pieces, lead);
  yield {
    text: bare.slice(lead),
    number: pieces.findLast(({ offset }) => offset <= start)?.number ?? 1,
    offsetOf: (at) => offsetIn(pieces, lead + at),
  };
}

/** What comes behind another kind of line end is no comment: it stays, and is refused. */
function withoutComment(line: string): string {
  const at = line.search(/(?:^|\s)#/);
  return at === -1 || /[\r\u2028\u2029]/.test(line.slice(at + 1)) ? line : line.slice(0, at);
}
