import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { FileHashes } from "../../../../src/image/files/file-hashes.ts";
import type { Digest } from "../../../../src/digest.ts";

function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A store of one note. */
function noteStore(
  note?: unknown,
): Parameters<typeof FileHashes.read>[0] & Parameters<FileHashes["write"]>[0] {
  let kept = note;
  return {
    readNote: () => Promise.resolve(kept),
    writeNote: (_kind, _key, value) => {
      kept = JSON.parse(JSON.stringify(value));
      return Promise.resolve();
    },
  };
}

test("a digest is found by place and stamp together, also after a note of many", async () => {
  const store = noteStore();
  const hashes = new FileHashes(3000);
  for (let index = 0; index < 3000; index++)
    hashes.add(`/p/${index}`, `stamp-${index % 7}`, digestOf(`${index}`));
  await hashes.write(store, "key");
  const read = await FileHashes.read(store, "key");

  for (const known of [hashes, read]) {
    for (let index = 0; index < 3000; index++)
      expect(known.find(`/p/${index}`, `stamp-${index % 7}`)).toBe(digestOf(`${index}`));
    expect(known.find("/p/1", "stamp-2")).toBeUndefined();
    expect(known.find("/p/3000", "stamp-1")).toBeUndefined();
  }
});

test.for([undefined, null, 1, {}, "", "AAAA", "no base64!"])(
  "the note %j holds no digest",
  async (note) => {
    const read = await FileHashes.read(noteStore(note), "key");

    expect(read.find("/p/1", "stamp")).toBeUndefined();
  },
);

test("one that is cut short holds those before the cut", async () => {
  const hashes = new FileHashes(2);
  hashes.add("/first", "stamp", digestOf("first"));
  hashes.add("/second", "stamp", digestOf("second"));
  let text = "";
  await hashes.write(
    {
      writeNote: (_kind, _key, value) => {
        text = String(value);
        return Promise.resolve();
      },
    },
    "key",
  );

  const read = await FileHashes.read(noteStore(text.slice(0, -8)), "key");

  expect(read.find("/first", "stamp")).toBe(digestOf("first"));
  expect(read.find("/second", "stamp")).toBeUndefined();
});
