/** A line of a requirements file, put together from those that end in a backslash. */
export interface LogicalLine {
  /** Without comments and without space around it. */
  readonly text: string;
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
  let start = 0;
  for (const physical of text.split("\n")) {
    const line = physical.replace(/\r$/, "");
    const isComment = /^\s*#/.test(line);
    const goesOn = line.endsWith("\\") && !isComment;
    // The space keeps a comment from joining the word before it.
    const shown = isComment ? ` ${line}` : line;
    pieces.push({ text: goesOn ? shown.slice(0, -1) : shown, start: start - (isComment ? 1 : 0) });
    start += physical.length + 1;
    if (goesOn) continue;
    yield* joined(pieces);
    pieces = [];
  }
  yield* joined(pieces);
}

interface Piece {
  readonly text: string;
  readonly start: number;
}

function* joined(pieces: readonly Piece[]): Generator<LogicalLine> {
  const whole = pieces.map(({ text }) => text).join("");
  const bare = whole.replace(/(?:^|\s)#.*$/, "").trimEnd();
  const lead = bare.length - bare.trimStart().length;
  if (lead === bare.length) return;
  yield {
    text: bare.slice(lead),
    offsetOf: (at) => {
      let left = lead + at;
      for (const { text, start } of pieces) {
        if (left < text.length) return start + left;
        left -= text.length;
      }
      const last = pieces.at(-1);
      return (last?.start ?? 0) + (last?.text.length ?? 0);
    },
  };
}
