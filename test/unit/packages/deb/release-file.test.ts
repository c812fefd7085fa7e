import type { PinnedKey } from "../../../../src/packages/proof/pinned-key.ts";
import { readKey } from "openpgp";
import { beforeAll, expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { debian12Keys, debian13Keys } from "../../../../src/packages/deb/keys/debian.ts";
import {
  type VerifyRequest,
  verifyReleaseFile,
} from "../../../../src/packages/deb/release-file.ts";
import { createTestKey, type TestKey } from "../../../support/fake-mirror.ts";
import { mutate } from "../../../support/mutate.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

const digest = "0123456789abcdef".repeat(4);
const release = `Origin: Debian
Suite: oldstable-security
Codename: bookworm-security
Date: Thu, 01 Jan 2026 10:00:00 UTC
MD5Sum:
 0123456789abcdef0123456789abcdef 10 main/binary-amd64/Packages.xz
SHA256:
 ${digest} 4242 main/binary-amd64/Packages.xz
 ${digest} 7 main/binary-amd64/Packages.gz`;

let key: TestKey;
let otherKey: TestKey;

beforeAll(async () => {
  [key, otherKey] = await Promise.all([createTestKey(), createTestKey()]);
});

test("a signed file gives its suite, its signer and its SHA-256 digests", async () => {
  const file = await verifyReleaseFile(await aRequest());

  expect(file).toEqual({
    suite: "oldstable-security",
    codename: "bookworm-security",
    date: new Date("2026-01-01T10:00:00Z"),
    signedBy: key.pinned.fingerprint,
    files: new Map([
      ["main/binary-amd64/Packages.xz", { sizeBytes: 4242, sha256: digest }],
      ["main/binary-amd64/Packages.gz", { sizeBytes: 7, sha256: digest }],
    ]),
  });
});

test("one good signature by a pinned key is enough, whoever signed as well", async () => {
  const request = await aRequest({ keys: [otherKey.pinned, key.pinned] });

  await expect(verifyReleaseFile(request)).resolves.toMatchObject({
    signedBy: key.pinned.fingerprint,
  });
});

test("a key that is not pinned signs nothing", async () => {
  await expect(
    verifyReleaseFile(await aRequest({ keys: [otherKey.pinned] })),
  ).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining("no signature is by a key that qclock trusts"),
  });
});

test("no key at all trusts nothing", async () => {
  await expect(verifyReleaseFile(await aRequest({ keys: [] }))).rejects.toMatchObject({
    code: "signature-invalid",
  });
});

const extra = `SHA256:\n ${"f".repeat(64)} 1 main/binary-amd64/Packages.xz\n`;

test.for<readonly [string, (text: string) => string, string]>([
  ["before the signed part", (text) => `${extra}${text}`, "text before its signed part"],
  ["after the signature", (text) => `${text}${extra}`, "text after its signature"],
  [
    "among the headers",
    (text) => text.replace("SHA512\n", `SHA512\n${extra}`),
    "text before its signed part",
  ],
  [
    "as a second signed message",
    (text) => text.replace("Origin:", "-----BEGIN PGP SIGNED MESSAGE-----\n\nOrigin:"),
    "more than one signed part",
  ],
])("text %s is refused", async ([, change, reason]) => {
  const { text, ...request } = await aRequest();
  const plain = text.replaceAll("\r\n", "\n");
  expect(change(plain)).not.toBe(plain);

  await expect(verifyReleaseFile({ ...request, text: change(plain) })).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining(reason),
  });
});

test.for([
  ["a digest", (text: string) => text.replace(digest, "f".repeat(64))],
  ["a size", (text: string) => text.replace("4242", "4243")],
  ["the codename", (text: string) => text.replace("bookworm-security", "bookworm")],
  ["an added line", (text: string) => text.replace("SHA256:", "SHA256:\n x")],
  ["a removed line", (text: string) => text.replace(/Origin: Debian\r?\n/, "")],
] as const)("after a change of %s the signature no longer holds", async ([, change]) => {
  const { text, ...request } = await aRequest();
  expect(change(text)).not.toBe(text);

  await expect(verifyReleaseFile({ ...request, text: change(text) })).rejects.toMatchObject({
    code: "signature-invalid",
    hint: expect.stringContaining("tampered"),
  });
});

test("whatever is changed in a release file, it is refused or says what it said", async () => {
  const { text, ...request } = await aRequest();
  const whole = await verifyReleaseFile({ ...request, text });

  for (let seed = 0; seed < 150; seed++) {
    const changed = mutate(Buffer.from(text), seededRandom(seed)).toString("latin1");
    const found = await verifyReleaseFile({ ...request, text: changed }).catch((error: unknown) =>
      error instanceof QclockError && error.code === "signature-invalid" ? whole : error,
    );
    expect(found, `seed ${seed}`).toEqual(whole);
  }
});

test("a change of line ends is none: the signature is over canonical text", async () => {
  const { text, ...request } = await aRequest();

  const file = await verifyReleaseFile({ ...request, text: text.replaceAll("\n", "\r\n") });

  expect(file.files.size).toBe(2);
});

test.for(["", "Codename: bookworm\n", "-----BEGIN PGP SIGNED MESSAGE-----\n", "<html></html>"])(
  "%j is not a signed release file",
  async (text) => {
    await expect(verifyReleaseFile({ ...(await aRequest()), text })).rejects.toMatchObject({
      code: "signature-invalid",
      message: expect.stringContaining("https://mirror.invalid/InRelease is refused"),
    });
  },
);

test("a file of another suite is refused, however well signed", async () => {
  await expect(verifyReleaseFile(await aRequest({ suite: "bookworm" }))).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining('"bookworm-security", but "bookworm" was asked for'),
  });
});

test("Valid-Until is the last moment", async () => {
  const text = await key.sign(
    `Valid-Until: Sat, 02 May 2026 12:00:00 UTC\n${release}`,
    new Date("2026-05-01T12:00:00Z"),
  );
  const on = async (now: string): Promise<unknown> =>
    await verifyReleaseFile({ ...(await aRequest()), text, now: new Date(now) }).then(
      () => "good",
      ({ message, hint }: { message: string; hint: string }) => `${message} ${hint}`,
    );

  await expect(on("2026-05-02T12:00:00Z")).resolves.toBe("good");
  await expect(on("2026-05-02T12:00:01Z")).resolves.toContain("is now too old");
  await expect(on("2999-01-01T00:00:00Z")).resolves.toMatch(/2026-05-02T12:00:00.000Z.*clock/s);
});

test.for([
  ["Valid-Until: never", "its Valid-Until is no date"],
  ["Valid-Until: ", "its Valid-Until is no date"],
  ["Valid-Until: 2999", "its Valid-Until is no date"],
])("%j is refused", async ([line, reason]) => {
  const text = await key.sign(`${line}\n${release}`);

  await expect(verifyReleaseFile(await aRequest({ text }))).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining(reason ?? ""),
  });
});

test.for([
  ["without a date", "", "does not say its Date"],
  ["whose date is none", "Date: yesterday\n", "its Date is no date"],
  ["from the future", "Date: Tue, 01 Jan 2999 00:00:00 UTC\n", "is dated 2999-01-01T00:00:00.000Z"],
])("a release %s is refused", async ([, line, reason]) => {
  const text = await key.sign(release.replace(/Date: .*\n/, line ?? ""));

  await expect(verifyReleaseFile(await aRequest({ text }))).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining(reason ?? ""),
  });
});

test("a clock that is behind the signature is told as such, not as tampering", async () => {
  const request = await aRequest({ now: new Date("2021-01-01T00:00:00Z") });

  await expect(verifyReleaseFile(request)).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining("in the future"),
    hint: "This machine's clock says 2021-01-01T00:00:00.000Z: set it right.",
  });
});

test("another clock may be some seconds ahead", async () => {
  const now = new Date("2026-01-01T09:59:55Z");
  const text = await key.sign(release, new Date("2026-01-01T10:00:00Z"));

  await expect(verifyReleaseFile(await aRequest({ text, now }))).resolves.toMatchObject({
    codename: "bookworm-security",
  });
});

test("a key that has run out signs nothing new, and proves what was kept", async () => {
  const short = await createTestKey(DAY_SECONDS);
  const signed = new Date("2020-01-01T12:00:00Z");
  const text = await short.sign(
    release.replace("01 Jan 2026", "01 Jan 2020").replace("Thu", "Wed"),
    signed,
  );
  const request = await aRequest({ text, keys: [short.pinned] });
  const expires = new Date("2020-01-02T00:00:00Z");

  await expect(
    verifyReleaseFile({ ...request, now: new Date("2020-01-01T13:00:00Z") }),
  ).resolves.toMatchObject({ signerExpires: expires });
  await expect(verifyReleaseFile(request)).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringContaining("the key that signed it has run out"),
    details: [expect.stringContaining(`the key ran out on ${expires.toISOString()}`)],
  });
  await expect(verifyReleaseFile({ ...request, isKept: true })).resolves.toMatchObject({
    signedBy: short.pinned.fingerprint,
  });
});

test("what was kept may have run out since", async () => {
  const text = await key.sign(`Valid-Until: Fri, 02 Jan 2026 12:00:00 UTC\n${release}`);

  await expect(verifyReleaseFile(await aRequest({ text }))).rejects.toThrow(/too old/);
  await expect(verifyReleaseFile(await aRequest({ text, isKept: true }))).resolves.toMatchObject({
    codename: "bookworm-security",
  });
});

const DAY_SECONDS = 86_400;

test.for([...debian12Keys, ...debian13Keys].map((pinned) => [pinned.fingerprint, pinned] as const))(
  "the shipped key %s is the key that it says",
  async ([fingerprint, { armored }]: readonly [string, PinnedKey]) => {
    const read = await readKey({ armoredKey: armored });

    expect(read.getFingerprint().toUpperCase()).toBe(fingerprint);
    expect(read.isPrivate()).toBe(false);
  },
);

test("the shipped keys are Debian's published ones", () => {
  // A change here changes whom every image trusts.
  expect(debian12Keys.map(({ fingerprint }) => fingerprint)).toEqual([
    "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
    "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0",
    "4D64FEC119C2029067D6E791F8D2585B8783D481",
  ]);
  expect(debian13Keys.map(({ fingerprint }) => fingerprint)).toEqual([
    "04B54C3CDCA79751B16BC6B5225629DF75B188BD",
    "5E04A1E3223A19A20706E20F9904613D4CCE68C6",
    "41587F7DB8C774BCCF131416762F67A0B2C39DE4",
  ]);
});

async function aRequest(parts: Partial<VerifyRequest> = {}): Promise<VerifyRequest> {
  return {
    text: await key.sign(release),
    url: "https://mirror.invalid/InRelease",
    suite: "bookworm-security",
    keys: [key.pinned],
    now: new Date(),
    ...parts,
  };
}
