import { createHash } from "node:crypto";
import { inHashtableOrder } from "./hashtable.ts";
import { fromModifiedUtf8, toModifiedUtf8 } from "./modified-utf8.ts";

/** A certificate that a key store trusts. */
export interface TrustedCertificate {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly certificate: Uint8Array;
}

const MAGIC = 0xfe_ed_fe_ed;
const VERSION = 2;
const TRUSTED = 2;
const TYPE = "X.509";

/**
 * A key store of Java's own format; the entries in the order in which they were put in. Names are
 * text, unlike the strings of scripts: Java sorts and writes them by their characters.
 */
export function formatKeyStore(
  entries: ReadonlyMap<string, TrustedCertificate>,
  password: string,
): Uint8Array {
  const pieces: Uint8Array[] = [numbers(MAGIC, VERSION, entries.size)];
  for (const alias of inHashtableOrder([...entries.keys()])) {
    const entry = entries.get(alias);
    if (entry === undefined) continue;
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(entry.time));
    const { certificate } = entry;
    pieces.push(numbers(TRUSTED), text(alias), time, text(TYPE), numbers(certificate.length));
    pieces.push(certificate);
  }
  const body = Buffer.concat(pieces);
  return Buffer.concat([body, digestOf(body, password)]);
}

/** The entries of a key store; undefined for another format, entry or password. */
export function readKeyStore(
  content: Uint8Array,
  password: string,
): Map<string, TrustedCertificate> | undefined {
  const bytes = Buffer.from(content);
  const body = bytes.subarray(0, -20);
  if (bytes.length < 32 || !digestOf(body, password).equals(bytes.subarray(-20))) return undefined;
  if (bytes.readUInt32BE(0) !== MAGIC || bytes.readUInt32BE(4) !== VERSION) return undefined;
  try {
    return entriesIn(body);
  } catch (error) {
    // Everybody knows the password: the digest does not tell that Java wrote what is there.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Throws a `RangeError` for a store that is cut off. */
function entriesIn(body: Buffer): Map<string, TrustedCertificate> | undefined {
  const entries = new Map<string, TrustedCertificate>();
  let at = 12;
  const take = (length: number): Buffer => {
    const part = body.subarray(at, (at += length));
    if (part.length < length) throw new RangeError("a key store that is cut off");
    return part;
  };
  const takeText = (): Buffer => take(take(2).readUInt16BE());
  for (let left = body.readUInt32BE(8); left > 0; left--) {
    if (take(4).readUInt32BE() !== TRUSTED) return undefined;
    const written = takeText();
    const alias = fromModifiedUtf8(written);
    // Another form of the same text could become too long when it is written again.
    if (!written.equals(toModifiedUtf8(alias))) return undefined;
    const time = Number(take(8).readBigUInt64BE());
    if (!Number.isSafeInteger(time)) return undefined;
    takeText();
    entries.set(alias, { time, certificate: take(take(4).readUInt32BE()) });
  }
  return entries;
}

/** The digest that keeps a store from being changed without its password. */
function digestOf(body: Uint8Array, password: string): Buffer {
  const wide = Buffer.from(password, "utf16le").swap16();
  return createHash("sha1").update(wide).update("Mighty Aphrodite").update(body).digest();
}

function numbers(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = toModifiedUtf8(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
