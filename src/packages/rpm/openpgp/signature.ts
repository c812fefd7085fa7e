import { canSign, nameHashAlgorithm, nameKeyAlgorithm, nodeHash } from "./algorithms.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { newLength } from "./packets.ts";

/** A signature that can be checked. */
export interface Signature {
  readonly type: number;
  /** Key that made it, by its own words: 40 hexadecimal digits, or the 16 of a key ID. */
  readonly issuer: string;
  /** Node's name of the hash algorithm. */
  readonly hash: string;
  /** What is hashed after the signed bytes. */
  readonly trailer: Uint8Array;
  /** The signature itself, an integer without leading zeros. */
  readonly value: Uint8Array;
  /** What the key may be used for by this signature; absent: it does not say. */
  readonly keyFlags?: number;
}

/** A signature that qclock does not check. */
export interface UncheckedSignature {
  /** Why, such as `it is by DSA`. */
  readonly reason: string;
  /** As `Signature.issuer`, where it is known. */
  readonly issuer?: string;
}

/** What signatures are of. Source: RFC 9580, section 5.2.1. */
export const signatureTypes = {
  binary: 0x00,
  subkeyBinding: 0x18,
  keyRevocation: 0x20,
  subkeyRevocation: 0x28,
} as const;

/**
 * Subpackets that may be marked as critical, since they are heeded here or change nothing: when it
 * was made and runs out (a package is as good later as it was at first), who made it, key flags,
 * notations and preferences.
 */
const understood = new Set([2, 3, 9, 11, 16, 20, 21, 22, 23, 25, 27, 30, 33]);
const [ISSUER, KEY_FLAGS, ISSUER_FINGERPRINT] = [16, 27, 33];

/**
 * Parse the body of a signature packet, of version 3 or 4. What qclock does not check, such as
 * other versions and algorithms, is named and no failure: another signature may be good.
 *
 * Throws an `Error` when the packet is damaged. Source: RFC 9580, section 5.2; RFC 4880, 5.2.2.
 */
export function parseSignature(body: Uint8Array): Signature | UncheckedSignature {
  const cursor = new ByteCursor(body);
  const version = cursor.number(1);
  if (version === 3) return parseVersion3(cursor);
  if (version === 4) return parseVersion4(cursor, body);
  return { reason: `it has version ${version} of OpenPGP` };
}

export function isChecked(signature: Signature | UncheckedSignature): signature is Signature {
  return "value" in signature;
}

function parseVersion3(cursor: ByteCursor): Signature | UncheckedSignature {
  if (cursor.number(1) !== 5) throw new Error("an OpenPGP signature is damaged");
  // Type and time are hashed after the signed bytes.
  const trailer = cursor.take(5);
  const [type = 0] = trailer;
  const issuer = hexadecimal(cursor.take(8));
  return finish(cursor, {
    type,
    issuer,
    trailer,
    keyAlgorithm: cursor.number(1),
    hashAlgorithm: cursor.number(1),
  });
}

function parseVersion4(cursor: ByteCursor, body: Uint8Array): Signature | UncheckedSignature {
  const type = cursor.number(1);
  const [keyAlgorithm, hashAlgorithm] = [cursor.number(1), cursor.number(1)];
  const hashed = readSubpackets(cursor.take(cursor.number(2)));
  const hashedBytes = body.length - cursor.left;
  const unhashed = readSubpackets(cursor.take(cursor.number(2)));
  // Who made it may stand in either part: it only chooses the key that is tried.
  const issuer = issuerOf(hashed) ?? issuerOf(unhashed);
  const critical = hashed.find(({ isCritical, kind }) => isCritical && !understood.has(kind));
  if (critical !== undefined) {
    return {
      reason: `it has a critical subpacket ${critical.kind}, which qclock does not know`,
      ...(issuer === undefined ? {} : { issuer }),
    };
  }
  if (issuer === undefined) return { reason: "it does not say which key made it" };
  const end = Buffer.alloc(6);
  end.writeUInt16BE(0x04ff);
  end.writeUInt32BE(hashedBytes, 2);
  const trailer = Buffer.concat([body.subarray(0, hashedBytes), end]);
  const keyFlags = hashed.find(({ kind }) => kind === KEY_FLAGS)?.content[0];
  const signature = finish(cursor, { type, issuer, trailer, keyAlgorithm, hashAlgorithm });
  return keyFlags === undefined ? signature : { ...signature, keyFlags };
}

function finish(
  cursor: ByteCursor,
  start: Omit<Signature, "hash" | "value"> & {
    readonly keyAlgorithm: number;
    readonly hashAlgorithm: number;
  },
): Signature | UncheckedSignature {
  const { type, issuer, trailer, keyAlgorithm, hashAlgorithm } = start;
  const by = nameKeyAlgorithm(keyAlgorithm);
  if (!canSign(keyAlgorithm)) return { issuer, reason: `it is by ${by}, and qclock checks RSA` };
  const hash = nodeHash(hashAlgorithm);
  if (hash === undefined) {
    const name = nameHashAlgorithm(hashAlgorithm);
    return { issuer, reason: `it uses ${name}, and qclock takes SHA-256, SHA-384 and SHA-512` };
  }
  // Two bytes of the digest, for a quick look.
  cursor.take(2);
  const value = cursor.integer();
  if (cursor.left > 0) throw new Error("an OpenPGP signature goes on behind its end");
  return { type, issuer, hash, trailer, value };
}

interface Subpacket {
  readonly kind: number;
  readonly isCritical: boolean;
  readonly content: Uint8Array;
}

function readSubpackets(bytes: Uint8Array): readonly Subpacket[] {
  const cursor = new ByteCursor(bytes);
  const subpackets: Subpacket[] = [];
  while (cursor.left > 0) {
    const part = new ByteCursor(cursor.take(newLength(cursor)));
    const kind = part.number(1);
    subpackets.push({ kind: kind & 0x7f, isCritical: kind >= 0x80, content: part.rest() });
  }
  return subpackets;
}

function issuerOf(subpackets: readonly Subpacket[]): string | undefined {
  const fingerprint = subpackets.find(({ kind }) => kind === ISSUER_FINGERPRINT)?.content;
  // Its first byte is the version of the key.
  if (fingerprint?.[0] === 4 && fingerprint.length === 21) {
    return hexadecimal(fingerprint.subarray(1));
  }
  const keyId = subpackets.find(({ kind }) => kind === ISSUER)?.content;
  return keyId?.length === 8 ? hexadecimal(keyId) : undefined;
}

function hexadecimal(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex").toUpperCase();
}
