import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { FileHashes, writeFileHashes } from "../../../../src/image/files/file-hashes.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const stampOf = (index: number): Buffer =>
  hash("sha256", `stamp ${index}`, "buffer").subarray(0, 16);
const digestOf = (index: number): Buffer => hash("sha256", `content ${index}`, "buffer");
const recordOf = (index: number): Buffer => Buffer.concat([stampOf(index), digestOf(index)]);

test("of many files each digest is found by its stamp, also those whose stamps begin alike", async () => {
  await using temporary = await temporaryStore();
  const alike = Buffer.from(stampOf(7));
  alike[15] = 255 - (alike[15] ?? 0);
  const records = Array.from({ length: 3000 }, (_, index) => recordOf(index));
  await writeFileHashes(temporary.store, "key", [...records, Buffer.concat([alike, digestOf(-1)])]);

  const known = await FileHashes.read(temporary.store, "key");

  for (let index = 0; index < 3000; index++)
    expect(known.find(stampOf(index))?.equals(digestOf(index))).toBe(true);
  expect(known.find(alike)).toEqual(digestOf(-1));
  expect(known.find(stampOf(3000))).toBeUndefined();
});

test("where nothing is remembered no digest is found", async () => {
  await using temporary = await temporaryStore();

  const known = await FileHashes.read(temporary.store, "key");

  expect(known.find(stampOf(1))).toBeUndefined();
});
