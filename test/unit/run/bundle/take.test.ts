import { readFile, truncate } from "node:fs/promises";
import { expect, test } from "vitest";
import type { BundledFile } from "../../../../src/image/bundle/read.ts";
import type { Digest } from "../../../../src/digest.ts";
import { counting, drain, take } from "../../../../src/run/bundle/take.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

/** A file as a bundle gives it; what of it was read is written down. */
function aFile(
  digest: Digest,
  pieces: readonly string[],
): BundledFile & { readonly read: string[] } {
  const read: string[] = [];
  const content = (async function* (): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      read.push(piece);
      yield Buffer.from(piece);
    }
  })();
  const sha256 = digest.slice("sha256:".length);
  const size = Buffer.byteLength(pieces.join(""));
  return { entry: { path: `blobs/sha256/${sha256}`, size, sha256 }, content, read };
}

const digest = aDigest("one two");
const pieces = ["one ", "two"];

test("what the store lacks is put into it", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await expect(take(store, aFile(digest, pieces))).resolves.toBe("added");
  await expect(readFile((await store.find(digest)) ?? "", "utf8")).resolves.toBe("one two");
});

test("what the store has whole is read to its end all the same, so that it proves itself", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await take(store, aFile(digest, pieces));
  const again = aFile(digest, pieces);
  await expect(take(store, again)).resolves.toBe("held");
  expect(again.read).toEqual(pieces);
});

test("what the store has in part is taken anew", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await take(store, aFile(digest, pieces));
  await truncate((await store.find(digest)) ?? "", 3);
  await expect(take(store, aFile(digest, pieces))).resolves.toBe("added");
  await expect(readFile((await store.find(digest)) ?? "", "utf8")).resolves.toBe("one two");
});

test("what is another content than its name says is not taken", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await expect(take(store, aFile(digest, ["one three"]))).rejects.toMatchObject({
    code: "digest-mismatch",
  });
  await expect(store.find(digest)).resolves.toBeUndefined();
});

test("pieces are counted as they go by", async () => {
  const counts: number[] = [];
  const { content } = aFile(digest, pieces);
  await drain(counting(content, (count) => counts.push(count)));
  expect(counts).toEqual([4, 3]);
});
