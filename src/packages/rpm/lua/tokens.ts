import { escapedControls } from "../../../escaped-controls.ts";

/** A word of a Lua text. `name` and `symbol` also hold keywords and operators. */
export interface Token {
  readonly type: "name" | "keyword" | "symbol" | "string" | "number" | "end";
  readonly text: string;
  readonly value?: number;
  readonly line: number;
}

/** The text is no Lua. */
export class LuaSyntaxError extends Error {
  override readonly name = "LuaSyntaxError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const KEYWORDS = new Set(
  (
    "and break do else elseif end false for function goto if in local nil not or repeat return " +
    "then true until while"
  ).split(" "),
);

const SYMBOLS =
  "... << >> // == ~= <= >= :: .. + - * / % ^ # & ~ | < > = ( ) { } [ ] ; : , .".split(" ");

const ESCAPES: Readonly<Record<string, string>> = {
  ...escapedControls,
  "\\": "\\",
  '"': '"',
  "'": "'",
  "\n": "\n",
};

/** The words of a text, a string of bytes. Source: Lua 5.4 Reference Manual, 3.1. */
export function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  let line = 1;
  const count = (piece: string): void => {
    for (let next = piece.indexOf("\n"); next !== -1; next = piece.indexOf("\n", next + 1)) line++;
  };
  while (at < text.length) {
    const char = text[at] ?? "";
    if (char === "\n") line++;
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const first = line;
    if (text.startsWith("--", at)) {
      const long = longText(text, at + 2);
      const newline = text.indexOf("\n", at);
      const end = long?.end ?? (newline === -1 ? text.length : newline);
      count(text.slice(at, end));
      at = end;
      continue;
    }
    const long = char === "[" ? longText(text, at) : undefined;
    if (long !== undefined) {
      count(text.slice(at, long.end));
      at = long.end;
      yield { type: "string", text: long.content, line: first };
      continue;
    }
    if (char === '"' || char === "'") {
      const { content, end } = quoted(text, at, line);
      count(text.slice(at, end));
      at = end;
      yield { type: "string", text: content, line: first };
      continue;
    }
    const token = wordAt(text, at, line);
    at += token.text.length;
    yield token;
  }
  yield { type: "end", text: "<eof>", line };
}

function wordAt(text: string, at: number, line: number): Token {
  const name = stickyMatch(/[A-Za-z_]\w*/y, text, at);
  if (name !== undefined)
    return { type: KEYWORDS.has(name) ? "keyword" : "name", text: name, line };
  const number =
    stickyMatch(/0[xX][\da-fA-F]+/y, text, at) ??
    stickyMatch(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y, text, at);
  if (number !== undefined) return { type: "number", text: number, value: Number(number), line };
  const symbol = SYMBOLS.find((each) => text.startsWith(each, at));
  if (symbol === undefined) throw new LuaSyntaxError(line, "unexpected symbol");
  return { type: "symbol", text: symbol, line };
}

function stickyMatch(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** `[[…]]` and `[==[…]==]`; a newline that comes first is no part of it. */
function longText(
  text: string,
  at: number,
): { readonly content: string; readonly end: number } | undefined {
  const open = stickyMatch(/\[=*\[/y, text, at);
  if (open === undefined) return undefined;
  const close = open.replaceAll("[", "]");
  const end = text.indexOf(close, at + open.length);
  if (end === -1) return undefined;
  return {
    content: text.slice(at + open.length, end).replace(/^\r?\n/, ""),
    end: end + close.length,
  };
}

function quoted(
  text: string,
  start: number,
  line: number,
): { readonly content: string; readonly end: number } {
  const quote = text[start] ?? "";
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const char = text[at];
    if (char === undefined || char === "\n") throw new LuaSyntaxError(line, "unfinished string");
    if (char === quote) return { content: parts.join(""), end: at + 1 };
    if (char !== "\\") {
      parts.push(char);
      at++;
      continue;
    }
    const next = text[at + 1] ?? "";
    const simple = Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : undefined;
    const decimal = stickyMatch(/\d{1,3}/y, text, at + 1);
    const hexadecimal = stickyMatch(/x[\da-fA-F]{2}/y, text, at + 1);
    const codePoint = stickyMatch(/u\{[\da-fA-F]{1,6}\}/y, text, at + 1);
    const blanks = stickyMatch(/z\s*/y, text, at + 1);
    if (simple !== undefined) {
      parts.push(simple);
      at += 2;
    } else if (decimal !== undefined && Number(decimal) < 256) {
      parts.push(String.fromCharCode(Number(decimal)));
      at += 1 + decimal.length;
    } else if (hexadecimal !== undefined) {
      parts.push(String.fromCharCode(Number.parseInt(hexadecimal.slice(1), 16)));
      at += 4;
    } else if (codePoint !== undefined) {
      parts.push(utf8Of(Number.parseInt(codePoint.slice(2, -1), 16)));
      at += 1 + codePoint.length;
    } else if (blanks !== undefined) at += 1 + blanks.length;
    else throw new LuaSyntaxError(line, "invalid escape sequence");
  }
}

/** The bytes of a code point as UTF-8, halves of surrogate pairs included, as Lua writes them. */
function utf8Of(codePoint: number): string {
  if (codePoint < 0x80) return String.fromCharCode(codePoint);
  const bytes: number[] = [];
  let rest = codePoint;
  // What the first byte has room for shrinks with each byte behind it.
  let room = 0x3f;
  while (rest > room) {
    bytes.unshift(0x80 | (rest & 0x3f));
    rest >>= 6;
    room >>= 1;
  }
  bytes.unshift(((~room << 1) & 0xff) | rest);
  return String.fromCharCode(...bytes);
}
