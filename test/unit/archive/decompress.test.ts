import { randomBytes } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { decompress, decompressXz } from "../../../src/archive/decompress.ts";
import { toXz } from "../../support/xz.ts";

const content = randomBytes(150_000);

test.for<readonly [string, Buffer]>([
  ["data.tar.xz", toXz(content)],
  ["payload-of-rpm.xz", toXz(content, "sha256")],
  ["data.tar.gz", gzipSync(content)],
  ["data.tar.zst", zstdCompressSync(content)],
  ["data.tar", content],
])("%s is undone by its name, however it is cut into pieces", async ([name, packed]) => {
  for (const size of [7, 4096, packed.length]) {
    const pieces = [];
    for await (const piece of decompress(name, cut(packed, size))) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  }
});

test.for<readonly [string, Buffer]>([
  ["damaged", Buffer.concat([toXz(content).subarray(0, 90_000), Buffer.alloc(60_000)])],
  ["cut short", toXz(content).subarray(0, 90_000)],
  ["something else", Buffer.from("not xz at all")],
])("xz that is %s ends with an error, never with half of it", async ([, packed]) => {
  await expect(
    (async () => {
      for await (const _ of decompressXz(cut(packed, 4096)));
    })(),
  ).rejects.toThrow(/error code/);
});

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

/** 40 MB of zeros as bzip2 1.0.8 packs them. */
const zeros = Buffer.from(
  "QlpoOTFBWSZTWVfG138BQUFAgMAAAAEACCAAMMwFKaZAkCbFAkCeLuSKcKEgr42u/g==",
  "base64",
);

test.for([
  [".xz", () => toXz(Buffer.alloc(40 * 1024 * 1024))],
  [".bz2", () => zeros],
] as const)("others get a turn while much is decompressed: %s", async ([name, pack]) => {
  const packed = pack();
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);

  // In one piece, so that nothing waits for input.
  for await (const _ of decompress(name, cut(packed, packed.length)));
  isDone = true;

  expect(turns).toBeGreaterThan(5);
});
