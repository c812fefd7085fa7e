import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { PinnedKey } from "../../../src/packages/proof/pinned-key.ts";

/** An RSA key in OpenPGP's form that signs for tests. */
export interface TestKey extends PinnedKey {
  /** A signature packet over some bytes. */
  readonly sign: (content: Uint8Array, options?: SignOptions) => Buffer;
}

export interface SignOptions {
  /** Of the packet; 4 unless told. */
  readonly version?: 3 | 4;
  /** 8 is SHA-256, which it is unless told; 9, 10 and the weak 2 are known, too. */
  readonly hash?: 2 | 8 | 9 | 10;
  /** Number of the public-key algorithm that is claimed; 1, RSA, unless told. */
  readonly algorithm?: number;
  /** Of the signature; 0, of a file, unless told. */
  readonly type?: number;
  /** Further subpackets that are signed, whole. */
  readonly subpackets?: readonly Uint8Array[];
  /** Key that it says it is by; its own unless told. */
  readonly issuer?: string;
}

export interface TestKeyOptions {
  readonly bits?: number;
  /** What the armoured text holds behind the key, such as subkeys. */
  readonly further?: (key: { readonly hashed: Buffer; readonly sign: TestKey["sign"] }) => Buffer;
}

/** A time for keys and signatures: January 2024. */
const CREATED = 1_704_067_200;
const HASHES = { 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512" } as const;

/** A new key. */
export function aTestKey({ bits = 2048, further }: TestKeyOptions = {}): TestKey {
  const { body, hashed, fingerprint, sign: signWith } = newKey(bits);
  const parts = [packet(6, body), packet(13, Buffer.from("Test <test@key.invalid>"))];
  if (further !== undefined) parts.push(further({ hashed, sign: signWith }));
  return { fingerprint, armored: armor("PUBLIC KEY BLOCK", Buffer.concat(parts)), sign: signWith };
}

/** Packets of a subkey that a primary key binds to itself, with these key flags. */
export function aSubkey(
  primary: { readonly hashed: Buffer; readonly sign: TestKey["sign"] },
  flags: number,
): {
  readonly packets: Buffer;
  readonly fingerprint: string;
  readonly hashed: Buffer;
  readonly sign: TestKey["sign"];
} {
  const { body, hashed, fingerprint, sign: signWith } = newKey(2048);
  const binding = primary.sign(Buffer.concat([primary.hashed, hashed]), {
    type: 0x18,
    subpackets: [Buffer.from([2, 27, flags])],
  });
  return {
    packets: Buffer.concat([packet(14, body), binding]),
    fingerprint,
    hashed,
    sign: signWith,
  };
}

/** Bytes as an armoured block. */
export function armor(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const checksum = `=${checksumOf(bytes)}`;
  const [begin, end] = [`-----BEGIN PGP ${label}-----`, `-----END PGP ${label}-----`];
  return [begin, "", ...lines, checksum, end, ""].join("\n");
}

/** A packet with a header of the present format. */
export function packet(tag: number, body: Uint8Array): Buffer {
  const length = Buffer.alloc(5, 0xff);
  length.writeUInt32BE(body.length, 1);
  return Buffer.concat([Buffer.from([0xc0 | tag]), length, body]);
}

function newKey(bits: number): {
  readonly body: Buffer;
  readonly hashed: Buffer;
  readonly fingerprint: string;
  readonly sign: TestKey["sign"];
} {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  const [modulus, exponent] = [n, e].map((part) => integer(Buffer.from(part, "base64url")));
  const body = Buffer.concat([
    Buffer.from([4, ...big(CREATED, 4), 1]),
    modulus ?? Buffer.alloc(0),
    exponent ?? Buffer.alloc(0),
  ]);
  const hashed = Buffer.concat([Buffer.from([0x99, ...big(body.length, 2)]), body]);
  const fingerprint = createHash("sha1").update(hashed).digest("hex").toUpperCase();
  return {
    body,
    hashed,
    fingerprint,
    sign: (content, options = {}) =>
      packet(2, signatureBody(content, { issuer: fingerprint, ...options, privateKey })),
  };
}

function signatureBody(
  content: Uint8Array,
  options: SignOptions & { readonly issuer: string; readonly privateKey: KeyObject },
): Buffer {
  const { version = 4, hash = 8, algorithm = 1, type = 0, subpackets = [] } = options;
  const { issuer, privateKey } = options;
  // A quick look at the digest comes first, then the signature of all.
  const value = (trailer: Buffer): Buffer => {
    const signed = Buffer.concat([content, trailer]);
    const digest = createHash(HASHES[hash]).update(signed).digest();
    return Buffer.concat([digest.subarray(0, 2), integer(sign(HASHES[hash], signed, privateKey))]);
  };
  const keyId = Buffer.from(issuer.slice(-16), "hex");
  if (version === 3) {
    const hashedPart = Buffer.from([type, ...big(CREATED, 4)]);
    const algorithms = Buffer.from([algorithm, hash]);
    return Buffer.concat([Buffer.from([3, 5]), hashedPart, keyId, algorithms, value(hashedPart)]);
  }
  const parts = Buffer.concat([
    Buffer.from([5, 2, ...big(CREATED, 4)]),
    Buffer.from([22, 33, 4]),
    Buffer.from(issuer, "hex"),
    ...subpackets,
  ]);
  const start = Buffer.from([4, type, algorithm, hash, ...big(parts.length, 2)]);
  const hashedPart = Buffer.concat([start, parts]);
  const trailer = Buffer.concat([hashedPart, Buffer.from([4, 0xff, ...big(hashedPart.length, 4)])]);
  const unhashed = Buffer.concat([Buffer.from([0, 10, 9, 16]), keyId]);
  return Buffer.concat([hashedPart, unhashed, value(trailer)]);
}

/** The checksum of an armoured block. Source: RFC 4880, section 6.1. */
function checksumOf(bytes: Uint8Array): string {
  let sum = 0xb704ce;
  for (const byte of bytes) {
    sum ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ ((sum & 0x800000) === 0 ? 0 : 0x1864cfb);
  }
  return Buffer.from(big(sum & 0xffffff, 3)).toString("base64");
}

/** A multiprecision integer: its bits, then its bytes without leading zeros. */
function integer(bytes: Buffer): Buffer {
  const plain = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  const bits = plain.length * 8 - Math.clz32(plain[0] ?? 0) + 24;
  return Buffer.concat([Buffer.from(big(bits, 2)), plain]);
}

function big(value: number, width: number): readonly number[] {
  return Array.from({ length: width }, (_, at) => (value / 256 ** (width - 1 - at)) & 0xff);
}
