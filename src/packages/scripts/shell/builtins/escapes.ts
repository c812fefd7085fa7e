import { escapedControls } from "../../../../escaped-controls.ts";

const LETTERS: Readonly<Record<string, string>> = { ...escapedControls, "\\": "\\", e: "\u001B" };

/** Whose escapes: bash's `echo -e` has no octal numbers without a zero. */
export type EscapeRules = "dash" | "bash" | "bash-echo";

/** The escape after a backslash at a place of a format; other characters leave the backslash. */
export function readEscape(
  text: string,
  at: number,
  rules: EscapeRules,
): { readonly text: string; readonly end: number } {
  const char = text[at] ?? "";
  const letter = LETTERS[char];
  if (letter !== undefined) return { text: letter, end: at + 1 };
  if (rules !== "dash") {
    if (char === "E") return { text: "\u001B", end: at + 1 };
    const hex = /^x([\dA-Fa-f]{1,2})/.exec(text.slice(at, at + 3))?.[1];
    if (hex !== undefined) {
      return { text: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 1 + hex.length };
    }
  }
  const digits = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0];
  if (digits === undefined) return { text: "\\", end: at };
  const code = Number.parseInt(digits, 8) & 0xff;
  return { text: String.fromCharCode(code), end: at + digits.length };
}

/** The escapes of `echo` and of `%b`: octal numbers begin with a zero, and `\c` ends everything. */
export function escapeString(
  text: string,
  rules: EscapeRules,
): { readonly text: string; readonly isEnd: boolean } {
  if (!text.includes("\\")) return { text, isEnd: false };
  let result = "";
  for (let at = 0; at < text.length;) {
    const backslash = text.indexOf("\\", at);
    if (backslash === -1) return { text: result + text.slice(at), isEnd: false };
    result += text.slice(at, backslash);
    at = backslash + 1;
    if (text[at] === "c") return { text: result, isEnd: true };
    if (text[at] === "0" && /^[0-7]$/.test(text[at + 1] ?? "")) at++;
    else if (rules === "bash-echo" && /^[1-7]$/.test(text[at] ?? "")) {
      result += "\\";
      continue;
    }
    const escape = readEscape(text, at, rules);
    result += escape.text;
    at = escape.end;
  }
  return { text: result, isEnd: false };
}
