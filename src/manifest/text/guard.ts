import { Composer, CST, type Document, Lexer, type LineCounter, Parser } from "yaml";
import { mergeTags } from "../merge/tags.ts";

/** A manifest is written by hand; ten times the largest one imaginable is still below these. */
export const limits = {
  characters: 1024 * 1024,
  depth: 64,
  values: 100_000,
  aliases: 1000,
  /** Problems that are reported; nobody reads more, and each costs a search for its place. */
  problems: 500,
} as const;

/** Text that is refused unread, because reading it could cost more than it is worth. */
export interface Refusal {
  readonly code: "manifest-too-large" | "manifest-too-deep" | "yaml-syntax";
  readonly message: string;
  readonly offset: number;
  readonly hint?: string;
}

/** What can be said of a text without reading it. */
export function refuseText(text: string): Refusal | undefined {
  if (text.length > limits.characters) {
    return {
      code: "manifest-too-large",
      message: `The manifest has ${text.length} characters; at most ${limits.characters} are read.`,
      offset: 0,
      hint: "Put large values into files of the project and name them.",
    };
  }
  const nul = text.indexOf("\0");
  if (nul === -1) return undefined;
  return { code: "yaml-syntax", message: "The manifest holds a NUL character.", offset: nul };
}

/**
 * The documents of a text. Depth and number of values are measured on the lexer's tokens, which is
 * linear and knows comments and quotes; the composer, which recurses, sees only what passed.
 */
export function parseGuarded(
  text: string,
  lineCounter: LineCounter,
  bounds: Bounds = limits,
): Refusal | readonly Document.Parsed[] {
  lineCounter.addNewLine(0);
  const parser = new Parser(lineCounter.addNewLine);
  const measure = createMeasure(bounds);
  const tokens: CST.Token[] = [];
  let offset = 0;
  for (const source of new Lexer().lex(text)) {
    const refusal = measure(source, offset);
    if (refusal !== undefined) return refusal;
    tokens.push(...parser.next(source));
    if (!isMark(source)) offset += source.length;
  }
  tokens.push(...parser.end());
  // The library compares each key with all before it, which takes minutes for a megabyte of keys;
  // ours is linear.
  const composer = new Composer({
    prettyErrors: false,
    logLevel: "error",
    uniqueKeys: false,
    customTags: (tags) => [...tags, ...mergeTags],
  });
  return [...composer.compose(tokens)];
}

/**
 * Tokens that the lexer puts in without a character of the text: the start of a document or scalar,
 * a missing bracket.
 */
function isMark(source: string): boolean {
  return source === CST.DOCUMENT || source === CST.FLOW_END || source === CST.SCALAR;
}

/** How deep a text may be nested, and how many values it may hold. */
type Bounds = Readonly<Record<"depth" | "values", number>>;

/** Counts levels and values along the tokens of a text. */
function createMeasure(bounds: Bounds): (source: string, offset: number) => Refusal | undefined {
  /** Columns at which the open block collections began, outermost first. */
  const columns: number[] = [];
  let flow = 0;
  let values = 0;
  let column = 0;
  let isStart = true;
  return (source, offset) => {
    const type = isMark(source) ? source : CST.tokenType(source);
    if (source === CST.SCALAR || isQuoted(type)) values++;
    if (type === "flow-map-start" || type === "flow-seq-start") flow++;
    else if (type === "flow-map-end" || type === "flow-seq-end") flow = Math.max(0, flow - 1);
    const isSpace = type === "space" || type === "newline" || type === "comment";
    if (!isMark(source) && !isSpace && flow === 0) {
      if (isStart) open(columns, column);
      isStart = type === "seq-item-ind" || type === "explicit-key-ind";
    }
    if (!isMark(source)) {
      const end = source.lastIndexOf("\n");
      column = end === -1 ? column + source.length : source.length - end - 1;
      if (end !== -1) isStart = true;
    }
    if (columns.length + flow > bounds.depth) {
      return {
        code: "manifest-too-deep",
        message: `The manifest is nested more than ${bounds.depth} levels deep.`,
        offset,
      };
    }
    if (values <= bounds.values) return undefined;
    return {
      code: "manifest-too-large",
      message: `The manifest holds more than ${bounds.values} values.`,
      offset,
    };
  };
}

function isQuoted(type: string | null): boolean {
  return type === "double-quoted-scalar" || type === "single-quoted-scalar" || type === "alias";
}

function open(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop();
  if ((columns.at(-1) ?? -1) < column) columns.push(column);
}
