import type { Diagnostic } from "../../diagnostic.ts";
import { fail, ok, type Result } from "../../result.ts";
import { findInvalidUtf8 } from "../../utf8.ts";

/**
 * The text of a manifest's bytes, or where they are not UTF-8: it would be read as another text
 * than the one that was written.
 */
export function decodeManifest(
  bytes: Uint8Array,
  displayPath: string,
): Result<string, readonly Diagnostic[]> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const invalid = findInvalidUtf8(bytes);
  if (invalid === undefined) return ok(decoder.decode(bytes));
  const before = decoder.decode(bytes.subarray(0, invalid));
  const lineStart = before.lastIndexOf("\n") + 1;
  const byte = (bytes[invalid] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  const rest = decoder.decode(bytes.subarray(invalid, invalid + 400)).split(/\r?\n/, 1)[0] ?? "";
  return fail([
    {
      severity: "error",
      code: "not-utf8",
      message: `The byte 0x${byte} is not UTF-8.`,
      related: [],
      location: {
        file: displayPath,
        line: before.split("\n").length,
        column: before.length - lineStart + 1,
        offset: before.length,
        length: 1,
        sourceLine: before.slice(lineStart) + rest,
      },
      hint: "Save the file as UTF-8; `iconv -f ISO-8859-1 -t UTF-8` converts one of Latin-1.",
    },
  ]);
}
