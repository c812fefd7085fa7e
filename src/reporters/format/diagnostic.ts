import type { Diagnostic, Location } from "../../diagnostic.ts";
import { sanitizeLine } from "./sanitize.ts";
import { createStyle, type Style } from "./style.ts";
import { displayWidth } from "./width.ts";

/** Longest part of a source line that is shown; the rest is cut away around the underline. */
const EXCERPT_COLUMNS = 92;

/**
 * A diagnostic as the user sees it: place, message and code, the source line underlined, the related
 * places in the same manner, and the hint. Ends with a newline.
 */
export function formatDiagnostic(
  diagnostic: Diagnostic,
  options: { readonly color: boolean },
): string {
  const style = createStyle(options);
  const { severity, location, message, code, related, hint } = diagnostic;
  const level = severity === "error" ? style.error("error:") : style.warning("warning:");
  const lines = [
    `${style.strong(place(location))} ${level} ${sanitizeLine(message)} ${style.faint(`[${code}]`)}`,
    ...excerpt(location, style),
  ];
  for (const { message: note, location: at } of related) {
    lines.push(`    ${style.faint(`${place(at)}: ${sanitizeLine(note)}`)}`, ...excerpt(at, style));
  }
  if (hint !== undefined) lines.push(`        ${style.accent("hint:")} ${sanitizeLine(hint)}`);
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
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
  ];
  const texts = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, options));
  return `${texts.join("\n")}\n${counts.join(", ")}\n`;
}

function place({ file, line, column }: Location): string {
  return `${sanitizeLine(file)}:${line}:${column}`;
}

function excerpt(location: Location, style: Style): readonly string[] {
  if (location.sourceLine.trim() === "") return [];
  const { text, start, length } = cut(location);
  const gutter = String(location.line).padStart(5);
  const before = sanitizeLine(text.slice(0, start).replaceAll("\t", "  "));
  const marked = sanitizeLine(text.slice(start, start + length).replaceAll("\t", "  "));
  const after = sanitizeLine(text.slice(start + length).replaceAll("\t", "  "));
  const underline = "~".repeat(Math.max(1, displayWidth(marked)));
  return [
    "",
    `${style.faint(`${gutter} |`)} ${before}${marked}${after}`.trimEnd(),
    `${style.faint(`${" ".repeat(gutter.length)} |`)} ${" ".repeat(displayWidth(before))}${style.error(underline)}`,
  ];
}

/** Cut a long line so that the underlined part stays in sight. */
function cut({ sourceLine, column, length }: Location): {
  readonly text: string;
  readonly start: number;
  readonly length: number;
} {
  const start = column - 1;
  const shown = Math.min(length, EXCERPT_COLUMNS - 8);
  if (sourceLine.length <= EXCERPT_COLUMNS) return { text: sourceLine, start, length: shown };
  const from = Math.max(0, Math.min(start - 12, sourceLine.length - EXCERPT_COLUMNS));
  const head = from > 0 ? "..." : "";
  const tail = from + EXCERPT_COLUMNS < sourceLine.length ? "..." : "";
  return {
    text: `${head}${sourceLine.slice(from, from + EXCERPT_COLUMNS)}${tail}`,
    start: start - from + head.length,
    length: shown,
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
