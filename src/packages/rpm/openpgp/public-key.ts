import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { canSign, nameKeyAlgorithm } from "./algorithms.ts";
import { ByteCursor } from "./byte-cursor.ts";

/** A public key of an OpenPGP packet, primary or not. */
export interface PublicKey {
  /** 40 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  /** What signatures of the key itself are of: its packet, with a header of its own. */
  readonly hashed: Uint8Array;
  /** RSA; absent: signatures by this key are not checked, for this reason. */
  readonly rsa?: RsaKey;
  readonly reason?: string;
}

export interface RsaKey {
  readonly key: KeyObject;
  readonly modulusBytes: number;
}

/** Shorter ones are broken with money. Longer ones no distribution uses, and they cost time. */
const [LEAST_BITS, MOST_BITS] = [2048, 8192];

/**
 * Parse the body of a key packet of version 4; undefined for another version. Throws an `Error`
 * when the packet is damaged. Source: RFC 9580, section 5.5.2.
 */
export function parsePublicKey(body: Uint8Array): PublicKey | undefined {
  const cursor = new ByteCursor(body);
  if (cursor.number(1) !== 4 || body.length > 0xffff) return undefined;
  cursor.take(4);
  const header = Buffer.from([0x99, body.length >> 8, body.length & 0xff]);
  const hashed = Buffer.concat([header, body]);
  const fingerprint = createHash("sha1").update(hashed).digest("hex").toUpperCase();
  const algorithm = cursor.number(1);
  if (!canSign(algorithm)) {
    return { fingerprint, hashed, reason: `it is a key of ${nameKeyAlgorithm(algorithm)}` };
  }
  const [modulus, exponent] = [cursor.integer(), cursor.integer()];
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < LEAST_BITS || bits > MOST_BITS || exponent.length > 8) {
    return { fingerprint, hashed, reason: `it is an RSA key of ${bits} bits` };
  }
  const key = createPublicKey({
    format: "jwk",
    key: { kty: "RSA", n: base64Url(modulus), e: base64Url(exponent) },
  });
  return { fingerprint, hashed, rsa: { key, modulusBytes: modulus.length } };
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
