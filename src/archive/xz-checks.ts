import { crc32 } from "node:zlib";
import { ByteReader } from "./byte-reader.ts";

/** What each stream of the xz format begins and ends with. */
const [MAGIC, END_MAGIC] = [Buffer.from("fd377a585a00", "hex"), Buffer.from("YZ")];
/** Checks that the decoder knows: none, CRC32, CRC64. */
const KNOWN_CHECKS: ReadonlySet<number> = new Set([0, 1, 4]);
/**
 * Bytes of a check, by its number; the one that programs write beside the known ones is SHA-256.
 */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/**
 * A file in the xz format whose blocks have no checks that the decoder does not know, such as the
 * SHA-256 that rpm writes: it would refuse the whole file. Anything else is passed on as it is.
 * What a check would find, the digest of what is unpacked finds, too.
 *
 * Source: "The .xz File Format", version 1.1.0.
 */
export async function* withoutUnknownChecks(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(input);
  try {
    const header = await readUpTo(reader, 12);
    const check = (header[7] ?? 0) & 0x0f;
    const isXz = header.length === 12 && header.subarray(0, 6).equals(MAGIC);
    if (!isXz || KNOWN_CHECKS.has(check)) {
      yield header;
      yield* reader.stream(Number.MAX_SAFE_INTEGER);
      return;
    }
    yield* withoutChecks(reader, CHECK_BYTES[check] ?? 0);
    // Further streams are rare, and refused by the decoder where they need this, too.
    yield* reader.stream(Number.MAX_SAFE_INTEGER);
  } finally {
    await reader.close();
  }
}

/** Flags of a stream without checks, and their checksum. */
const noFlags = withChecksum(Buffer.from([0, 0]));

/** One stream behind its header. */
async function* withoutChecks(reader: ByteReader, checkBytes: number): AsyncGenerator<Uint8Array> {
  yield Buffer.concat([MAGIC, noFlags]);
  let blocks = 0;
  for (;;) {
    const first = await exactly(reader, 1);
    const size = first[0] ?? 0;
    // The index stands behind all blocks, and begins with a zero.
    if (size === 0) break;
    yield Buffer.concat([first, await exactly(reader, 4 * size + 3)]);
    yield* chunks(reader);
    await reader.skip(checkBytes);
    blocks++;
  }
  const index = await readIndex(reader, { blocks, checkBytes });
  const footer = await exactly(reader, 12);
  if (!footer.subarray(10).equals(END_MAGIC)) throw new Error("the end of its xz file is damaged");
  yield index;
  const fields = Buffer.alloc(6);
  fields.writeUInt32LE(index.length / 4 - 1);
  yield Buffer.concat([checksum(fields), fields, END_MAGIC]);
}

/** The data of a block: the chunks of LZMA2, up to their end mark, and what fills them up. */
async function* chunks(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const start = reader.offset;
  for (;;) {
    const control = await exactly(reader, 1);
    const kind = control[0] ?? 0;
    if (kind === 0) {
      const size = reader.offset - start;
      yield Buffer.concat([control, await exactly(reader, (4 - (size % 4)) % 4)]);
      return;
    }
    if (kind > 2 && kind < 0x80) throw new Error("the data of its xz file is damaged");
    // Uncompressed: its size. Compressed: the low bits of that, the size here, perhaps properties.
    const rest = await exactly(reader, kind <= 2 ? 2 : kind < 0xc0 ? 4 : 5);
    const size = rest.readUInt16BE(kind <= 2 ? 0 : 2) + 1;
    yield Buffer.concat([control, rest]);
    yield* reader.stream(size);
  }
}

/** The index, in which the sizes of blocks count their checks. */
async function readIndex(
  reader: ByteReader,
  { blocks, checkBytes }: { readonly blocks: number; readonly checkBytes: number },
): Promise<Buffer> {
  const start = reader.offset - 1;
  const count = await readNumber(reader);
  if (count !== blocks) throw new Error("the index of its xz file is damaged");
  const parts: Uint8Array[] = [Buffer.from([0]), number(count)];
  for (let block = 0; block < count; block++) {
    const [unpadded, uncompressed] = [await readNumber(reader), await readNumber(reader)];
    parts.push(number(Math.max(0, unpadded - checkBytes)), number(uncompressed));
  }
  const old = reader.offset - start;
  await reader.skip(((4 - (old % 4)) % 4) + 4);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return withChecksum(Buffer.concat([...parts, Buffer.alloc((4 - (size % 4)) % 4)]));
}

/** Seven bits in each byte, the lowest first; nine bytes at most. */
async function readNumber(reader: ByteReader): Promise<number> {
  let value = 0;
  for (let at = 0; at < 7; at++) {
    const [byte = 0] = await exactly(reader, 1);
    value += (byte & 0x7f) * 128 ** at;
    if (byte < 0x80) return value;
  }
  throw new Error("the index of its xz file is damaged");
}

function number(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}

async function exactly(reader: ByteReader, length: number): Promise<Buffer> {
  const bytes = await reader.read(length);
  if (bytes === undefined) throw new Error("the file ends in the middle");
  return Buffer.from(bytes);
}

async function readUpTo(reader: ByteReader, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of reader.stream(length)) parts.push(part);
  return Buffer.concat(parts);
}

function checksum(bytes: Uint8Array): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(bytes));
  return sum;
}

function withChecksum(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, checksum(bytes)]);
}
