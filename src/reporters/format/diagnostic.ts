import { countOf } from "../../count.ts";
import type { Diagnostic, Location } from "../../diagnostic.ts";
import { createStyle, type Style } from "./style.ts";
import { shortenWords } from "./shorten.ts";
import { displayWidth } from "./width.ts";

/** Longest part of a source line that is shown; the rest is cut away around the underline. */
const EXCERPT_COLUMNS = 92;

/**
 * A diagnostic as the user sees it: place, message and code, the source line underlined, the
 * related places in the same manner, and the hint. Ends with a newline.
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  options: { readonly color: boolean },
): string {
  const style = createStyle(options);
  const { severity, location, message, code, related, hint } = diagnostic;
  const level = severity === "error" ? style.error("error:") : style.warning("warning:");
  const lines = [
    `${style.strong(place(location))} ${level} ${reveal(shortenWords(message))} ${style.faint(`[${code}]`)}`,
    ...excerpt(location, style),
  ];
  for (const { message: note, location: at } of related) {
    lines.push("", `      ${style.faint(`${place(at)}: ${reveal(shortenWords(note))}`)}`);
    // The first edge of a cycle is the diagnostic's own place, whose line stands above already.
    if (place(at) !== place(location)) lines.push(...excerpt(at, style));
  }
  if (hint !== undefined)
    lines.push(`      ${style.accent("hint:")} ${reveal(shortenWords(hint))}`);
  return `${lines.join("\n")}\n`;
}

/** All diagnostics, with a line that counts them. Ends with a newline. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { readonly color: boolean },
): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counts = [
    ...(errors > 0 ? [countOf(errors, "error")] : []),
    ...(warnings > 0 ? [countOf(warnings, "warning")] : []),
  ];
  const texts = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, options));
  return `${texts.join("\n")}\n${counts.join(", ")}\n`;
}

function place({ file, line, column }: Location): string {
  return `${reveal(file)}:${line}:${column}`;
}

function excerpt(location: Location, style: Style): readonly string[] {
  if (location.sourceLine.trim() === "") return [];
  const { before, marked, after } = cut(location);
  const gutter = String(location.line).padStart(5);
  const underline = "~".repeat(Math.max(1, displayWidth(marked)));
  return [
    "",
    `${style.faint(`${gutter} |`)} ${before}${marked}${after}`.trimEnd(),
    `${style.faint(`${" ".repeat(gutter.length)} |`)} ${" ".repeat(displayWidth(before))}${style.error(underline)}`,
  ];
}

interface Excerpt {
  readonly before: string;
  readonly marked: string;
  readonly after: string;
}

/** Cut a long line so that the underlined part stays in sight, and make all of it safe to print. */
function cut({ sourceLine, column, length }: Location): Excerpt {
  const start = column - 1;
  const end = start + Math.min(length, EXCERPT_COLUMNS - 8);
  const isShort = sourceLine.length <= EXCERPT_COLUMNS;
  const wanted = isShort
    ? 0
    : Math.max(0, Math.min(start - 12, sourceLine.length - EXCERPT_COLUMNS));
  const from = wholeCharacter(sourceLine, wanted);
  const to = isShort ? sourceLine.length : wholeCharacter(sourceLine, from + EXCERPT_COLUMNS);
  return {
    before: `${from > 0 ? "..." : ""}${reveal(sourceLine.slice(from, start))}`,
    marked: reveal(sourceLine.slice(start, end)),
    after: `${reveal(sourceLine.slice(end, Math.max(end, to)))}${to < sourceLine.length ? "..." : ""}`,
  };
}

/** An offset that does not split a surrogate pair. */
function wholeCharacter(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  return code >= 0xdc00 && code <= 0xdfff ? offset + 1 : offset;
}

const unprintable =
  // eslint-disable-next-line no-control-regex -- control characters are the subject
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * Text of the manifest made safe to print: what would steer the terminal, or reorder or hide what
 * is read, is shown by its number. Removing it, as is done with logs, would hide the very thing
 * that is wrong.
 */
function reveal(text: string): string {
  return text.replaceAll("\t", "  ").replaceAll(unprintable, (character) => {
    const hex = character.charCodeAt(0).toString(16);
    return hex.length > 2 ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`;
  });
}
