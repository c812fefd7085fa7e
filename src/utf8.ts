import { isUtf8 } from "node:buffer";

/**
 * Where bytes stop being UTF-8; undefined where all are. Node's own decoding would put U+FFFD there
 * without a word.
 */
export function findInvalidUtf8(bytes: Uint8Array): number | undefined {
  if (isUtf8(bytes)) return undefined;
  const decoded = Buffer.from(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  let offset = 0;
  while (offset < bytes.length && bytes[offset] === decoded[offset]) offset++;
  // U+FFFD is EF BF BD, which a character that breaks off may begin with.
  while (offset > 0 && !isUtf8(bytes.subarray(0, offset))) offset--;
  return offset;
}
