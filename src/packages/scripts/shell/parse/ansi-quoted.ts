import { escapedControls } from "../../../../escaped-controls.ts";
import { fromText } from "../../bytes.ts";
import { END, type Reader } from "./reader.ts";
import { ScriptSyntaxError } from "./syntax-error.ts";

const LETTERS: Readonly<Record<string, string>> = { ...escapedControls, e: "\u001B", E: "\u001B" };

/** The text of bash's `$'…'`, of which the opening quote is read. */
export function readAnsiQuoted(reader: Reader): string {
  let text = "";
  for (;;) {
    const char = reader.get();
    if (char === END) throw new ScriptSyntaxError("Unterminated quoted string", reader.line);
    if (char === "'") return text;
    if (char === "\n") reader.line++;
    text += char === "\\" ? escaped(reader) : char;
  }
}

function escaped(reader: Reader): string {
  const char = reader.get();
  if (char === "x") return fromCode(digits(reader, /^[\da-fA-F]$/, 2), 16, "\\x");
  if (char === "u") return fromCode(digits(reader, /^[\da-fA-F]$/, 4), 16, "\\u");
  if (/^[0-7]$/.test(char)) {
    reader.back();
    return fromCode(digits(reader, /^[0-7]$/, 3), 8, "");
  }
  return LETTERS[char] ?? (/^[\\'"?]$/.test(char) ? char : `\\${char}`);
}

function digits(reader: Reader, kind: RegExp, most: number): string {
  let text = "";
  while (text.length < most) {
    const char = reader.get();
    if (!kind.test(char)) {
      reader.back();
      break;
    }
    text += char;
  }
  return text;
}

function fromCode(text: string, base: number, prefix: string): string {
  if (text === "") return prefix;
  const code = Number.parseInt(text, base);
  return prefix === "\\u" ? fromText(String.fromCodePoint(code)) : String.fromCharCode(code & 0xff);
}
