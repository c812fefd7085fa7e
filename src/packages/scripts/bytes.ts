/**
 * Every string in this room stands for bytes: a character is one byte, U+0000 to U+00FF, as dash
 * and the kernel see names, variables and output. Text from elsewhere comes in by `fromText`.
 */
export function fromText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The bytes that a string of this room stands for. */
export function toBytes(byteString: string): Uint8Array {
  return Buffer.from(byteString, "latin1");
}

/** Bytes as a string of this room. */
export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
