import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { recallIndex } from "../../../../src/packages/deb/index-file.ts";
import {
  mergeIndexes,
  parseIndex,
  type ParsedIndex,
} from "../../../../src/packages/deb/packages-index.ts";
import type { Digest } from "../../../../src/digest.ts";
import type { Store } from "../../../../src/store/store.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const digest: Digest = `sha256:${"1".repeat(64)}`;
const paragraphs = ["alpha", "beta", "gamma"].map(
  (name) =>
    `Package: ${name}\nVersion: 1\nProvides: letter\nDepends: libc6 (>= 2)\nSHA256: ${"0".repeat(64)}\n`,
);

test("an index is read once, and gives the same from then on", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;

  const first = await recall(store);
  const second = await recall(store);

  expect([first.reads, second.reads]).toEqual([1, 0]);
  expect(second.packages).toEqual(first.packages);
  expect(second.packages).toHaveLength(3);
  expect(second.providers).toEqual(["alpha", "beta", "gamma"]);
  expect((await stat(fileOf(store))).mode & 0o777).toBe(0o600);
});

test("another digest is another index", async () => {
  await using temporary = await temporaryStore();
  await recall(temporary.store);

  expect((await recall(temporary.store, `sha256:${"2".repeat(64)}`)).reads).toBe(1);
});

test.for([
  ["cut short", (bytes: Buffer) => bytes.subarray(0, -1)],
  ["empty", () => Buffer.alloc(0)],
  [
    "of another form",
    (bytes: Buffer) => Buffer.from(bytes.toString("latin1").replace("1", "0"), "latin1"),
  ],
  ["with one other bit", (bytes: Buffer) => flipped(bytes, bytes.length - 30)],
  ["with another length", (bytes: Buffer) => flipped(bytes, bytes.indexOf("\n") + 33)],
] as const)("a kept index that is %s is read anew and replaced", async ([, spoil]) => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const whole = await recall(store);
  await writeFile(fileOf(store), spoil(await readFile(fileOf(store))));

  const again = await recall(store);

  expect(again).toEqual(whole);
  expect((await recall(store)).reads).toBe(0);
});

/** How often the text was read, and what came of it. */
async function recall(
  store: Store,
  key: Digest = digest,
): Promise<{ reads: number; packages: unknown; providers: readonly string[] }> {
  let reads = 0;
  const found = await recallIndex(store, key, async (): Promise<ParsedIndex> => {
    reads += 1;
    return await parseIndex(pieces(paragraphs.join("\n")));
  });
  const index = mergeIndexes([{ repository: "bookworm", index: found }]);
  const packages = [...index.names()].flatMap((name) => index.versions(name));
  return { reads, packages, providers: index.providers("letter") };
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, "latin1");
}

function fileOf(store: Store): string {
  return path.join(store.directory, "derived/indexes", digest.slice("sha256:".length));
}

function flipped(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(place) ^ 1, place);
  return copy;
}
