import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { QclockError } from "../../../../../src/error.ts";
import {
  encodeHeader,
  extendHeader,
} from "../../../../../src/packages/rpm/header/encode-header.ts";
import { type HeaderEntry, RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import type { PinnedKey } from "../../../../../src/packages/proof/pinned-key.ts";
import { signatureTags, tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { verifyPackage } from "../../../../../src/packages/rpm/file/verify-package.ts";
import { aPackage, type PackageOptions } from "../../../../support/rpm/a-package.ts";
import { aSubkey, aTestKey, type TestKey } from "../../../../support/rpm/an-open-pgp-key.ts";
import { binary, numbers, text, texts } from "../../../../support/rpm/header-entries.ts";
import { temporaryFolder } from "../../../../support/temporary-store.ts";

const id = { name: "hello", version: "1.0-1.el9", architecture: "x86_64" };
let key: TestKey;
let other: TestKey;

beforeAll(() => {
  key = aTestKey();
  other = aTestKey();
});

async function verify(
  bytes: Uint8Array,
  keys: readonly PinnedKey[] = [key],
  expected: { version?: string; digest?: `sha256:${string}` } = {},
): Promise<string> {
  await using directory = await temporaryFolder();
  const file = path.join(directory.path, "hello.rpm");
  await writeFile(file, bytes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
  return await verifyPackage(file, { keys, expected: { ...id, digest, ...expected } });
}

/** Code, message and details of a refusal, a line each. */
async function refusal(bytes: Uint8Array, keys?: readonly PinnedKey[]): Promise<string> {
  const error = await verify(bytes, keys).then(
    (fingerprint) => ({ code: "taken", message: fingerprint, details: [] }),
    (reason: QclockError) => reason,
  );
  return [`${error.code}: ${error.message}`, ...error.details].join("\n");
}

function spoil(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

describe("a package is taken when a trusted key signed it", () => {
  test.each<[string, () => PackageOptions]>([
    ["its header", () => ({ key })],
    ["its header, in version 3", () => ({ key, sign: { version: 3 } })],
    ["its header, with SHA-384", () => ({ key, sign: { hash: 9 } })],
    ["its header, with SHA-512", () => ({ key, sign: { hash: 10 } })],
    ["header and payload", () => ({ packageKey: key })],
    ["both", () => ({ key, packageKey: key, sign: { version: 3 } })],
    [
      "both, where the header names no digest of the payload",
      () => ({ key, packageKey: key, without: [tags.payloadDigest, tags.payloadDigestAlgorithm] }),
    ],
    ["its header, and a stranger the payload", () => ({ key, packageKey: other })],
  ])("%s", async (_, options) => {
    await expect(verify(aPackage(options()))).resolves.toBe(key.fingerprint);
  });

  test("which may be one of several", async () => {
    await expect(verify(aPackage({ key }), [other, key])).resolves.toBe(key.fingerprint);
  });

  test("with a subkey that it bound to itself for signing", async () => {
    const { signer, primary } = aKeyWithSubkey(0x02);
    await expect(verify(aPackage({ key: signer }), [primary])).resolves.toBe(primary.fingerprint);
  });

  test("a signature of an unknown version beside a good one changes nothing", async () => {
    const unknown = Buffer.from([0xc2, 3, 6, 0, 0]).toString("base64");
    const signatures = [texts(signatureTags.openPgp, [unknown])];
    await expect(verify(aPackage({ key, signatures }))).resolves.toBe(key.fingerprint);
  });

  test("an epoch is a part of the version", async () => {
    const bytes = aPackage({ key, epoch: 2 });
    await expect(verify(bytes, [key], { version: "2:1.0-1.el9" })).resolves.toBe(key.fingerprint);
    await expect(verify(bytes)).rejects.toThrow("its file holds hello 2:1.0-1.el9 (x86_64)");
  });
});

describe("a package is refused", () => {
  const title = "hello 1.0-1.el9 (x86_64)";

  test("that nobody signed", async () => {
    expect(await refusal(aPackage())).toBe(
      [
        `signature-invalid: ${title} is refused: it is not signed.`,
        `Expected: a signature of key ${key.fingerprint}`,
      ].join("\n"),
    );
  });

  test("that another key signed", async () => {
    expect(await refusal(aPackage({ key: other }))).toBe(
      [
        `signature-invalid: ${title} is refused: it is not signed by a key that qclock trusts.`,
        `Expected: a signature of key ${key.fingerprint}`,
        `Found: a signature of key ${other.fingerprint}`,
      ].join("\n"),
    );
  });

  test("that another key signed in the trusted one's name", async () => {
    const options = { key: other, sign: { issuer: key.fingerprint } };
    expect(await refusal(aPackage(options))).toBe(
      [
        `signature-invalid: ${title} is refused: its header is not what was signed.`,
        `Signature of key ${key.fingerprint}: it does not fit`,
      ].join("\n"),
    );
  });

  test("with a good signature beside one that does not fit", async () => {
    const forged = other.sign(Buffer.from("another header"), { issuer: key.fingerprint });
    const signatures = [texts(signatureTags.openPgp, [forged.toString("base64")])];
    expect(await refusal(aPackage({ key, signatures }))).toContain(
      "its header is not what was signed",
    );
  });

  test("whose payload another key signed in the trusted one's name", async () => {
    const signed = aPackage({ key });
    const forged = other.sign(signed, { issuer: key.fingerprint });
    const bytes = aPackage({ key, signatures: [binary(signatureTags.rsa, forged)] });
    expect(await refusal(bytes)).toContain("its header and payload are not what was signed");
  });

  test.each<[string, PackageOptions["sign"], string]>([
    ["SHA-1", { hash: 2 }, "it uses SHA-1, and qclock takes SHA-256, SHA-384 and SHA-512"],
    ["DSA", { algorithm: 17 }, "it is by DSA, and qclock checks RSA"],
    ["ECDSA", { algorithm: 19 }, "it is by ECDSA, and qclock checks RSA"],
    ["EdDSA", { algorithm: 22 }, "it is by EdDSA, and qclock checks RSA"],
    ["Ed25519", { algorithm: 27 }, "it is by Ed25519, and qclock checks RSA"],
    ["an unknown algorithm", { algorithm: 99 }, "it is by algorithm 99, and qclock checks RSA"],
    ["a signature of a text", { type: 1 }, "it is not a signature of a file"],
    [
      "an unknown critical subpacket",
      { subpackets: [Buffer.from([2, 0x80 + 99, 0])] },
      "it has a critical subpacket 99, which qclock does not know",
    ],
  ])("that is signed by %s", async (_, sign, reason) => {
    expect(await refusal(aPackage({ key, sign: sign ?? {} }))).toBe(
      [
        `signature-invalid: ${title} is refused: it is not signed by a key that qclock trusts.`,
        `Expected: a signature of key ${key.fingerprint}`,
        `Signature of key ${key.fingerprint}: ${reason}`,
      ].join("\n"),
    );
  });

  test("that a subkey signed which may not sign", async () => {
    const { signer, primary } = aKeyWithSubkey(0x0c);
    expect(await refusal(aPackage({ key: signer }), [primary])).toContain("is not signed by a key");
  });

  test("that a subkey signed which another key bound", async () => {
    const { signer, primary } = aKeyWithSubkey(0x02, other);
    expect(await refusal(aPackage({ key: signer }), [primary])).toContain("is not signed by a key");
  });

  test("whose header was changed", async () => {
    const bytes = aPackage({ key, signatures: [] });
    const at = bytes.lastIndexOf("linux");
    expect(await refusal(spoil(bytes, at))).toMatch(
      /^signature-invalid: .* its header is not the one that was signed\.\nExpected: .*\nFound: /,
    );
  });

  test("whose header was changed, and the digests in front of it", async () => {
    const changed = aPackage({ key, entries: [text(tags.os, "linuy")] });
    const signature = aPackage({ key });
    const forged = aPackage({
      entries: [text(tags.os, "linuy")],
      signatures: [binary(signatureTags.rsaHeader, key.sign(signature))],
    });
    expect(await refusal(changed)).toBe(`taken: ${key.fingerprint}`);
    expect(await refusal(forged)).toContain("its header is not what was signed");
  });

  test.each<[string, PackageOptions["encode"]]>([
    ["behind its region", withEntryBehind],
    ["and has no region", (entries) => encodeHeader(entries)],
    ["and has a region of signatures", (entries) => encodeHeader(entries, signatureTags.region)],
  ])("whose header says something %s", async (_, encode) => {
    const options = encode === undefined ? {} : { encode };
    expect(await refusal(aPackage({ key, ...options }))).toBe(
      `signature-invalid: ${title} is refused: a part of its header is outside of what is signed.`,
    );
  });

  test("whose payload was changed", async () => {
    const bytes = aPackage({ key });
    const found = createHash("sha256").update("payloae").digest("hex");
    expect(await refusal(spoil(bytes, bytes.length - 1))).toBe(
      [
        `signature-invalid: ${title} is refused: its payload is not the one that its signed header names.`,
        `Expected: a payload with digest ${createHash("sha256").update("payload").digest("hex")}`,
        `Found: ${found}`,
      ].join("\n"),
    );
  });

  test("whose payload was changed, which no header names", async () => {
    const bytes = aPackage({ packageKey: key, without: [tags.payloadDigest] });
    expect(await refusal(spoil(bytes, bytes.length - 1))).toContain(
      "its header and payload are not what was signed",
    );
  });

  test.each<[string, PackageOptions]>([
    ["no digest", { without: [tags.payloadDigest] }],
    ["a digest of no algorithm", { without: [tags.payloadDigestAlgorithm] }],
    ["a digest of a weak one", { entries: [numbers(tags.payloadDigestAlgorithm, [2])] }],
  ])("whose signed header has %s of the payload", async (_, options) => {
    expect(await refusal(aPackage({ key, ...options }))).toBe(
      `signature-invalid: ${title} is refused: nothing that is signed names its payload.`,
    );
  });

  test.each([1, 3, 8, 20])("that was cut by %i bytes", async (count) => {
    const bytes = aPackage({ key, payload: Buffer.alloc(16) });
    expect(await refusal(bytes.subarray(0, -count))).toMatch(
      /^package-corrupt: hello .* is damaged: (?:it ends in the middle|\d+ bytes follow its)/,
    );
  });

  test("wherever it was cut", async () => {
    const bytes = aPackage({ key });
    for (let length = 0; length < bytes.length; length += 37) {
      expect(await refusal(bytes.subarray(0, length))).toMatch(/^package-corrupt: /);
    }
  });

  test("whose key nobody trusts: the hint tells how to trust one", async () => {
    await expect(verify(aPackage({ key: other }), [key])).rejects.toMatchObject({
      code: "signature-invalid",
      hint: expect.stringMatching(/`keys` in the manifest.*`qclock bundle load --key FILE`/),
    });
  });

  test("that goes on behind its end", async () => {
    expect(await refusal(Buffer.concat([aPackage({ key }), Buffer.alloc(1)]))).toMatch(
      /^package-corrupt: .* bytes follow its signatures, where it says that there are/,
    );
  });

  test("that is another one than the lock names", async () => {
    expect(await refusal(aPackage({ key, name: "other" }))).toBe(
      `signature-invalid: ${title} is refused: its file holds other 1.0-1.el9 (x86_64).`,
    );
    await expect(
      verify(aPackage({ key }), [key], { digest: `sha256:${"0".repeat(64)}` }),
    ).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  test("whose signatures are of another type than rpm's", async () => {
    for (const tag of [signatureTags.rsaHeader, signatureTags.sha256Header, signatureTags.size]) {
      const bytes = aPackage({ key, signatures: [texts(tag, ["1", "2"])] });
      expect(await refusal(bytes)).toMatch(/^package-corrupt: .* has type 8\.$/);
    }
  });

  test("whose signature is no OpenPGP packet", async () => {
    const bytes = aPackage({ signatures: [binary(signatureTags.rsaHeader, Buffer.from([1, 2]))] });
    expect(await refusal(bytes)).toMatch(/^package-corrupt: .* no OpenPGP packet where one should/);
  });

  test("whose header has names that no package has", async () => {
    const bytes = aPackage({ key, name: "he\u001B[2Jllo/.." });
    expect(await refusal(bytes)).toBe(
      `package-corrupt: ${title} is damaged: it says "he?[2Jllo/.." as tag 1000.`,
    );
  });

  test("by a key that is not the one which was pinned", async () => {
    const pinned = { fingerprint: key.fingerprint, armored: other.armored };
    expect(await refusal(aPackage({ key: other }), [pinned])).toContain(
      `there is no key ${key.fingerprint} in the text that should hold it`,
    );
  });
});

function withEntryBehind(entries: readonly HeaderEntry[]): Uint8Array {
  const header = RpmHeader.parse(encodeHeader(entries, tags.immutableRegion));
  return extendHeader(header, [text(tags.postInstall, "rm -rf /")]);
}

/** A key and a package's signer that is a subkey of it, with these flags. */
function aKeyWithSubkey(
  flags: number,
  binder?: TestKey,
): { readonly signer: TestKey; readonly primary: TestKey } {
  let sign: TestKey["sign"] | undefined;
  const primary = aTestKey({
    further: ({ hashed, sign: signByPrimary }) => {
      const subkey = aSubkey({ hashed, sign: binder?.sign ?? signByPrimary }, flags);
      ({ sign } = subkey);
      return subkey.packets;
    },
  });
  return { primary, signer: { ...primary, sign: sign ?? primary.sign } };
}
