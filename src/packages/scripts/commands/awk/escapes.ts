import { escapedControls } from "../../../../escaped-controls.ts";

const ESCAPES: Readonly<Record<string, string>> = { ...escapedControls, "\\": "\\", '"': '"' };

/** Escapes of a text between quotes, which `-v` and assignments among the operands have, too. */
export function unescapedAwk(text: string): string {
  return text.replaceAll(/\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|\n|[^])/g, (whole, escape: string) => {
    if (/^x./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8) & 0xff);
    if (escape === "\n") return "";
    // A backslash before another character stays, so that "\." is an expression.
    return Object.hasOwn(ESCAPES, escape) ? (ESCAPES[escape] ?? "") : whole;
  });
}
