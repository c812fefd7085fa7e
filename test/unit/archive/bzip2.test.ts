import { expect, test } from "vitest";
import { decompress } from "../../../src/archive/decompress.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const content = Buffer.concat([
  Buffer.from(`In one line, of words and runs: ${"x".repeat(700)} end.\n`),
  Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 7) & 255)),
]);
/** The content as bzip2 1.0.8 packs it. */
const packed = Buffer.from(
  "QlpoOTFBWSZTWaYUs+wAACt/////////////////////////////////////////////sAD5mSAAAAAAAAAAAmAA" +
    "AAAAAAAAATAAAAAAAAAAAAAAAAAACYCYMlPI2lNNMGpgI00wCZMAEyYmJgAABMATAATAaDSaMAABGTABMAAEwAAj" +
    "JiZMAAAAAEwIExMAZAANAJgmTBoAAaAEwAmBMAAAAAAAAAmTAAAAAABMRkwAAAAAAABPy8/T19vcQERI3FBUWFxg" +
    "ABAjI0Njg6PD5AQkRGSEoImd7xrBujY2hC4vMDH6mRn9jQ1NgBucAAZydHZ4PHpqfH6AggkJDREVGRwhSkJKUlpi" +
    "anJ/v91FSU1RVVldYWVr8La8vsDCxMbIy/BmZ0JoaUoBqFBQGwO8Nze4O7l8fcISVQqEBvE6vbqIAfXcZeARl58f" +
    "kHxREGBBehQAUWAEfPAEBSH0SLEh375P/z+kBAwUHCQsNDxETFRcZGx0fISMl9ftNTc5Oz0/QUNFR0lLTU9RU1VX" +
    "WVtdX2FjZWdpa21vcXJ3dXd5e31/gUODhYeJi42PkZOVl5mbnZ+ho6Wnqautr7Gztbe5u72/wcPFx8nLzc/R09XX" +
    "2dvd3+Hj5ef+9PX29/j5QgOvs7e7vF3JFOFCQphSz7A=",
  "base64",
);

async function unpack(bytes: Uint8Array, size = 100): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of decompress("payload.bz2", cut(bytes, size))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

test.each([1, 7, 4096])(
  "bzip2 is undone, however it is cut: in pieces of %i bytes",
  async (size) => {
    expect((await unpack(packed, size)).equals(content)).toBe(true);
  },
);

test("several streams behind each other are one content", async () => {
  const twice = await unpack(Buffer.concat([packed, packed]));
  expect(twice.equals(Buffer.concat([content, content]))).toBe(true);
});

test.each<readonly [what: string, bytes: Buffer, reason: RegExp]>([
  ["nothing", Buffer.alloc(0), /ends before its beginning/],
  ["something else", Buffer.from("not bzip2 at all"), /not of bzip2/],
  ["a part", packed.subarray(0, 200), /ends in the middle/],
  ["another checksum", withByte(10, 1), /checksum/],
  ["bytes that are mixed up", withByte(14, 0x80), /damaged/],
])("%s is refused", async (_, bytes, reason) => {
  await expect(unpack(bytes)).rejects.toThrow(reason);
});

test("no damage goes through unseen", async () => {
  const random = seededRandom(3);
  for (let run = 0; run < 200; run++) {
    // Behind the digit that only bounds the size of blocks.
    const at = 4 + Math.floor(random() * (packed.length - 5));
    const bytes = withByte(at, 1 << Math.floor(random() * 8));
    await expect(unpack(bytes)).rejects.toThrow(Error);
  }
});

function withByte(at: number, flip: number): Buffer {
  const bytes = Buffer.from(packed);
  bytes[at] = (bytes[at] ?? 0) ^ flip;
  return bytes;
}
