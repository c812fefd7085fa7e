import type { Location } from "../diagnostic.ts";

/** A place in a text as a diagnostic shows it. */
export function locate(
  text: string,
  { file, offset, length }: Pick<Location, "file" | "offset" | "length">,
): Location {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", lineStart);
  return {
    file,
    line: text.slice(0, lineStart).split("\n").length,
    column: offset - lineStart + 1,
    offset,
    length: Math.max(length, 1),
    sourceLine: text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/u, ""),
  };
}
