import type { ByteReader } from "./byte-reader.ts";

/**
 * One member of an ar archive. Its content follows in the reader and must be read or skipped, then
 * `pad` bytes.
 */
export interface ArMember {
  readonly name: string;
  readonly sizeBytes: number;
  /** Bytes that fill up to an even offset. */
  readonly padding: number;
}

const MAGIC = "!<arch>\n";

/** Check the start of a Debian package. Source: deb(5), ar(5). */
export async function readMagic(reader: ByteReader): Promise<void> {
  const bytes = await reader.read(MAGIC.length);
  if (bytes === undefined || Buffer.from(bytes).toString("latin1") !== MAGIC) {
    throw new Error("it does not begin as an ar archive");
  }
}

/** The header of the next member, or undefined at the end. */
export async function readMember(reader: ByteReader): Promise<ArMember | undefined> {
  const bytes = await reader.read(60);
  if (bytes === undefined) return undefined;
  const header = Buffer.from(bytes).toString("latin1");
  // Ten columns of decimal digits, filled up with blanks: ten digits are a safe integer.
  const [, size] = /^(\d+) *$/.exec(header.slice(48, 58)) ?? [];
  if (!header.endsWith("`\n") || size === undefined) {
    throw new Error("a member's header is damaged");
  }
  const sizeBytes = Number(size);
  return {
    name: header.slice(0, 16).trimEnd().replace(/\/$/, ""),
    sizeBytes,
    padding: sizeBytes % 2,
  };
}
