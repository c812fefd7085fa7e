import { describe, expect, test } from "vitest";
import { KeyRing } from "../../../../../src/packages/rpm/openpgp/key-ring.ts";
import { readPackets } from "../../../../../src/packages/rpm/openpgp/packets.ts";
import { parsePublicKey } from "../../../../../src/packages/rpm/openpgp/public-key.ts";
import { isChecked, parseSignature } from "../../../../../src/packages/rpm/openpgp/signature.ts";
import { SignatureCheck } from "../../../../../src/packages/rpm/openpgp/signature-check.ts";
import {
  aSubkey,
  aTestKey,
  type SignOptions,
  type TestKey,
} from "../../../../support/rpm/an-open-pgp-key.ts";

const key = aTestKey();
const content = Buffer.from("what is signed");

function bodyOf(packets: Uint8Array): Uint8Array {
  return readPackets(packets)[0]?.body ?? new Uint8Array(0);
}

function reasonOf(options: SignOptions): string | undefined {
  const signature = parseSignature(bodyOf(key.sign(content, options)));
  return isChecked(signature) ? undefined : signature.reason;
}

/** Whether a key finds that a signature is by it, and of these bytes. */
function isGood(body: Uint8Array, bytes: Uint8Array, by: TestKey = key): boolean {
  const signature = parseSignature(body);
  const [found] = new KeyRing([by]).find(by.fingerprint);
  if (!isChecked(signature) || found?.key.rsa === undefined) throw new Error("not checked");
  const check = new SignatureCheck(signature, found.key.rsa);
  for (const byte of bytes) check.update(Buffer.from([byte]));
  return check.isGood();
}

describe("a signature", () => {
  test.each<SignOptions>([
    { hash: 8 },
    { hash: 9 },
    { hash: 10 },
    { hash: 8, version: 3 },
    { hash: 10, version: 3 },
    { algorithm: 3 },
    { type: 1 },
  ])("made with %j is good for its bytes alone", (options) => {
    const body = bodyOf(key.sign(content, options));
    expect(isGood(body, content)).toBe(true);
    expect(isGood(body, Buffer.concat([content, Buffer.from(" ")]))).toBe(false);
    expect(isGood(body, content, aTestKey())).toBe(false);
  });

  test("that is changed anywhere in what it says of itself is good no more", () => {
    const body = bodyOf(key.sign(content));
    // Its type, its time and who made it.
    for (const at of [1, 8, 11, 15]) {
      const changed = Buffer.from(body);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect([at, isGood(changed, content)]).toEqual([at, false]);
    }
  });

  test("longer than the key is not good", () => {
    expect(isGood(bodyOf(aTestKey({ bits: 3072 }).sign(content)), content)).toBe(false);
  });

  test.each([
    [1, "MD5"],
    [2, "SHA-1"],
    [3, "RIPEMD-160"],
    [11, "SHA-224"],
    [12, "SHA3-256"],
    [14, "SHA3-512"],
    [99, "hash 99"],
  ])("with the hash algorithm %i is not checked, and %s is named", (number, name) => {
    const body = Buffer.from(bodyOf(key.sign(content)));
    body[3] = number;
    expect(parseSignature(body)).toMatchObject({
      issuer: key.fingerprint,
      reason: `it uses ${name}, and qclock takes SHA-256, SHA-384 and SHA-512`,
    });
  });

  test.each([
    [2, "RSA"],
    [16, "Elgamal"],
    [17, "DSA"],
    [18, "ECDH"],
    [19, "ECDSA"],
    [22, "EdDSA"],
    [25, "X25519"],
    [26, "X448"],
    [27, "Ed25519"],
    [28, "Ed448"],
    [99, "algorithm 99"],
  ])("by a key of the algorithm %i is not checked, and %s is named", (algorithm, name) => {
    expect(reasonOf({ algorithm })).toBe(`it is by ${name}, and qclock checks RSA`);
  });

  test.each([2, 3, 9, 11, 16, 20, 21, 22, 23, 25, 27, 30, 33])(
    "may have a critical subpacket %i",
    (kind) => {
      expect(reasonOf({ subpackets: [Buffer.from([2, 0x80 | kind, 0])] })).toBeUndefined();
    },
  );

  test.each([0, 1, 4, 5, 6, 7, 10, 12, 24, 26, 28, 29, 31, 32, 34, 35, 39])(
    "with a critical subpacket %i is not checked, and without the mark it is",
    (kind) => {
      expect(reasonOf({ subpackets: [Buffer.from([2, 0x80 | kind, 0])] })).toBe(
        `it has a critical subpacket ${kind}, which qclock does not know`,
      );
      expect(reasonOf({ subpackets: [Buffer.from([2, kind, 0])] })).toBeUndefined();
    },
  );

  test("of version 3 says who made it by a key ID, and of version 4 by a fingerprint", () => {
    const issuerOf = (options: SignOptions): string | undefined =>
      parseSignature(bodyOf(key.sign(content, options))).issuer;
    expect(issuerOf({})).toBe(key.fingerprint);
    expect(issuerOf({ version: 3 })).toBe(key.fingerprint.slice(-16));
  });

  test("whose fingerprint is of another version of keys is by the key ID that stands behind", () => {
    const body = Buffer.from(bodyOf(key.sign(content)));
    const at = body.indexOf(Buffer.from([22, 33, 4]));
    body[at + 2] = 5;
    expect(parseSignature(body).issuer).toBe(key.fingerprint.slice(-16));
    const nobody = Buffer.from(body);
    nobody[nobody.indexOf(Buffer.from([9, 16])) + 1] = 34;
    expect(parseSignature(nobody)).toEqual({ reason: "it does not say which key made it" });
  });

  test("of version 3 whose hashed part is not five bytes long is damaged", () => {
    const body = Buffer.from(bodyOf(key.sign(content, { version: 3 })));
    body[1] = 6;
    expect(() => parseSignature(body)).toThrow("an OpenPGP signature is damaged");
  });
});

describe("a key", () => {
  const number = (hex: string): Buffer => {
    const bytes = Buffer.from(hex, "hex");
    const bits = bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
    return Buffer.concat([Buffer.from([bits >> 8, bits & 0xff]), bytes]);
  };
  /** The body of a packet with a modulus of so many bits. */
  const withBits = (bits: number, exponent = "010001"): Buffer => {
    const whole = Math.ceil(bits / 8);
    const modulus = Buffer.alloc(whole, 0xff);
    modulus[0] = 0xff >> (8 * whole - bits);
    const start = Buffer.from([4, 0, 0, 0, 0, 1]);
    return Buffer.concat([start, number(modulus.toString("hex")), number(exponent)]);
  };

  test.each([2048, 2049, 3072, 8192])("of %i bits may sign", (bits) => {
    expect(parsePublicKey(withBits(bits))).toMatchObject({
      rsa: { modulusBytes: Math.ceil(bits / 8) },
    });
  });

  test.each([1, 1024, 2047, 8193])("of %i bits is not taken", (bits) => {
    expect(parsePublicKey(withBits(bits))).toMatchObject({
      reason: `it is an RSA key of ${bits} bits`,
    });
  });

  test("with an exponent of more than eight bytes is not taken, since it costs time", () => {
    expect(parsePublicKey(withBits(2048, "01".repeat(8)))).toHaveProperty("rsa");
    expect(parsePublicKey(withBits(2048, "01".repeat(9)))).not.toHaveProperty("rsa");
  });

  test("of another version, or too long for a fingerprint, is none", () => {
    const body = withBits(2048);
    body[0] = 3;
    expect(parsePublicKey(body)).toBeUndefined();
    const long = Buffer.concat([withBits(2048), Buffer.alloc(0x1_0000)]);
    expect(parsePublicKey(long)).toBeUndefined();
  });

  test.each([
    [2, "RSA"],
    [17, "DSA"],
    [22, "EdDSA"],
  ])("of the algorithm %i cannot be used, and says that it is of %s", (algorithm, name) => {
    const body = withBits(2048);
    body[5] = algorithm;
    expect(parsePublicKey(body)).toMatchObject({ reason: `it is a key of ${name}` });
  });

  test("below another one signs with a flag for that alone, by the key above alone", () => {
    const ringWith = (flags: number, by?: TestKey): number => {
      let issuer = "";
      const whole = aTestKey({
        further: (primary) => {
          const subkey = aSubkey(by === undefined ? primary : { ...primary, sign: by.sign }, flags);
          issuer = subkey.fingerprint;
          return subkey.packets;
        },
      });
      return new KeyRing([whole]).find(issuer).length;
    };
    expect([0, 1, 2, 3, 4, 6, 0x20].map((flags) => ringWith(flags))).toEqual([0, 0, 1, 1, 0, 1, 0]);
    expect(ringWith(2, aTestKey())).toBe(0);
  });
});
