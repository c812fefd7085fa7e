import { QclockError } from "../error.ts";

/**
 * The text of a file's bytes. Throws `build-failed` with the line and column of the first byte that
 * is no UTF-8: a replacement character in its place would mean another name or another pattern.
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const before = validPart(bytes);
    const line = before.split("\n").length;
    const column = before.length - before.lastIndexOf("\n");
    const byte = bytes[Buffer.byteLength(before)] ?? 0;
    throw new QclockError(
      "build-failed",
      `${file}:${line}:${column} is not UTF-8: the byte 0x${byte.toString(16).padStart(2, "0")}.`,
      { cause: error, hint: "Save the file as UTF-8." },
    );
  }
}

/** Whether a file's name or a link's target is UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString("utf8")).equals(bytes);
}

/** Bytes for the reader, those that are no UTF-8 as `\xe9`. */
export function showBytes(bytes: Uint8Array): string {
  let shown = "";
  for (let rest = Buffer.from(bytes); rest.length > 0;) {
    const valid = validPart(rest);
    shown += valid;
    rest = rest.subarray(Buffer.byteLength(valid));
    const [byte] = rest;
    if (byte === undefined) break;
    shown += String.raw`\x${byte.toString(16).padStart(2, "0")}`;
    rest = rest.subarray(1);
  }
  return shown;
}

/** The text before the first byte that is no UTF-8. */
function validPart(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf8");
  // A replacement character may stand in the text itself; only where the bytes differ is one made
  // up.
  for (let at = text.indexOf("\uFFFD"); at !== -1; at = text.indexOf("\uFFFD", at + 1)) {
    const start = Buffer.byteLength(text.slice(0, at));
    if (!Buffer.from(bytes.subarray(start, start + 3)).equals(Buffer.from("\uFFFD")))
      return text.slice(0, at);
  }
  return text;
}
