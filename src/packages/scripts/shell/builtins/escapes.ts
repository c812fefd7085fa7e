import { escapedControls } from "../../../../escaped-controls.ts";

const LETTERS: Readonly<Record<string, string>> = { ...escapedControls, "\\": "\\", e: "\u001B" };

/** The escape after a backslash at a place of a format; other characters leave the backslash. */
export function readEscape(
  text: string,
  at: number,
): { readonly text: string; readonly end: number } {
  const char = text[at] ?? "";
  const letter = LETTERS[char];
  if (letter !== undefined) return { text: letter, end: at + 1 };
  const digits = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0];
  if (digits === undefined) return { text: "\\", end: at };
  const code = Number.parseInt(digits, 8) & 0xff;
  return { text: String.fromCharCode(code), end: at + digits.length };
}

/** The escapes of `echo` and of `%b`: octal numbers begin with a zero, and `\c` ends everything. */
export function escapeString(text: string): { readonly text: string; readonly isEnd: boolean } {
  if (!text.includes("\\")) return { text, isEnd: false };
  let result = "";
  for (let at = 0; at < text.length;) {
    const backslash = text.indexOf("\\", at);
    if (backslash === -1) return { text: result + text.slice(at), isEnd: false };
    result += text.slice(at, backslash);
    at = backslash + 1;
    if (text[at] === "c") return { text: result, isEnd: true };
    if (text[at] === "0" && /^[0-7]$/.test(text[at + 1] ?? "")) at++;
    const escape = readEscape(text, at);
    result += escape.text;
    at = escape.end;
  }
  return { text: result, isEnd: false };
}
