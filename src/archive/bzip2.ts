import { decodeBlock } from "./bzip2-block.ts";
import { BitReader } from "./bit-reader.ts";

/** More than the longest compressed block: 900 000 symbols of twenty bits, and its tables. */
const BLOCK_INPUT = 2_400_000;
/** The first digits of pi begin a block, those of its square root the end. */
const [BLOCK_MARK, END_MARK] = [0x314159265359, 0x177245385090];

/**
 * Undo bzip2, also of several streams behind each other. Throws an `Error` for what is damaged; the
 * checksum of each block is compared.
 *
 * Source: the format as described in "BZIP2: Format Specification", J. Tsai, 2016.
 */
export async function* decompressBzip2(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(input);
  try {
    await bits.fill(BLOCK_INPUT);
    if (bits.isAtEnd()) throw new Error("its bzip2 data ends before its beginning");
    while (!bits.isAtEnd()) {
      yield* readStream(bits);
      await bits.fill(BLOCK_INPUT);
    }
  } finally {
    await bits.close();
  }
}

async function* readStream(bits: BitReader): AsyncGenerator<Uint8Array> {
  const [mark, level] = [bits.read(24), bits.read(8) - 0x30];
  // "BZh" and a digit: hundreds of thousands of bytes in a block.
  if (mark !== 0x425a68 || level < 1 || level > 9) throw new Error("its data is not of bzip2");
  let combined = 0;
  for (;;) {
    await bits.fill(BLOCK_INPUT);
    const kind = bits.read(24) * 2 ** 24 + bits.read(24);
    const expected = bits.read(32);
    if (kind === END_MARK) {
      if (expected !== combined) throw new Error("the checksum of its bzip2 data differs");
      bits.align();
      return;
    }
    if (kind !== BLOCK_MARK) throw new Error("its bzip2 data is damaged");
    combined = (((combined << 1) | (combined >>> 31)) ^ expected) >>> 0;
    yield* decodeBlock(bits, { expected, mostSymbols: level * 100_000 });
  }
}
