import { generateKey } from "openpgp";
import { expect, test } from "vitest";
import { readKeys } from "../../../../src/packages/proof/read-keys.ts";
import { debian12Keys } from "../../../../src/packages/deb/keys/debian.ts";

const texts = debian12Keys.map(({ armored }) => armored);

test("a file may hold several armoured blocks, with text between them", async () => {
  const keys = await readKeys(`# ours\n${texts.join("\nand\n")}\n`, "keys/all.asc");
  expect(keys.map(({ fingerprint }) => fingerprint)).toEqual(
    debian12Keys.map(({ fingerprint }) => fingerprint),
  );
  const [first] = keys;
  expect(await readKeys(first?.armored ?? "", "again")).toEqual([first]);
});

test.each<readonly [what: string, text: string, message: RegExp]>([
  ["nothing", "", /^keys\/a\.asc holds no OpenPGP public key\.$/],
  ["another armour", "-----BEGIN PGP SIGNATURE-----\n", /holds no OpenPGP public key/],
  [
    "a damaged block",
    (texts[0] ?? "").replace(/\n[A-Za-z0-9+/]{10}/g, "\n"),
    /^A key in keys\/a\.asc cannot be read\.$/,
  ],
  ["a crowd", Array.from({ length: 70 }, () => texts[0]).join("\n"), /more than 64 keys/],
])("a file with %s is refused with its name", async (_, text, message) => {
  await expect(readKeys(text, "keys/a.asc")).rejects.toMatchObject({
    code: "manifest-invalid",
    message: expect.stringMatching(message),
  });
});

test("a private key is refused, also beside a public one", async () => {
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name: "Bank", email: "bank@example.invalid" }],
  });
  await expect(readKeys(`${publicKey}\n${privateKey}`, "keys/a.asc")).rejects.toMatchObject({
    code: "manifest-invalid",
    message: "keys/a.asc holds a private key.",
  });
  const [key] = await readKeys(publicKey, "keys/a.asc");
  expect(key?.fingerprint).toMatch(/^[0-9A-F]{40}$/);
});

test("beginnings of keys without an end cost no more than reading them once", async () => {
  const begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
  const text = begin.repeat(400_000);
  await expect(readKeys(text, "keys/a.asc")).rejects.toMatchObject({ code: "manifest-invalid" });
});
