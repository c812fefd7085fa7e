import type { BitReader } from "./bit-reader.ts";

/** Symbols of one selector. */
const GROUP = 50;
const [MOST_TABLES, LONGEST_CODE] = [6, 20];
/** Bytes that are given on at once. */
const PIECE = 64 * 1024;

/**
 * The content of one block, whose checksum was read. A block of a megabyte may become fifty, so
 * that it comes in pieces. Throws an `Error` for what is damaged.
 */
export function* decodeBlock(
  bits: BitReader,
  { expected, mostSymbols }: { readonly expected: number; readonly mostSymbols: number },
): Generator<Uint8Array> {
  // Since 1999 no program has mixed the bytes up.
  if (bits.read(1) !== 0) throw damaged();
  const origin = bits.read(24);
  const { symbols, counts } = readSymbols(bits, mostSymbols);
  if (origin >= symbols.length) throw damaged();
  let checksum = 0xffffffff;
  for (const piece of expandRuns(inOrder(symbols, counts, origin))) {
    for (let at = 0; at < piece.length; at++) {
      checksum = (checksum << 8) ^ (CHECKSUMS[(checksum >>> 24) ^ (piece[at] ?? 0)] ?? 0);
    }
    yield piece;
  }
  if (~checksum >>> 0 !== expected) throw new Error("the checksum of its bzip2 data differs");
}

interface SortedBlock {
  /** The last column of the sorted rotations. */
  readonly symbols: Uint8Array;
  /** How often each byte is there. */
  readonly counts: Uint32Array;
}

/** Codes of Huffman, by which runs and moves to the front stand. */
function readSymbols(bits: BitReader, most: number): SortedBlock {
  const order = usedBytes(bits);
  const end = order.length + 1;
  const tableCount = bits.read(3);
  const selectorCount = bits.read(15);
  if (order.length === 0 || tableCount < 2 || tableCount > MOST_TABLES || selectorCount === 0) {
    throw damaged();
  }
  const selectors = readSelectors(bits, tableCount, selectorCount);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, end + 1));
  const block = new Uint8Array(most);
  const counts = new Uint32Array(256);
  let length = 0;
  let [run, weight] = [0, 1];
  for (let at = 0; ; at++) {
    const table = tables[selectors[Math.floor(at / GROUP)] ?? -1];
    if (table === undefined) throw damaged();
    const symbol = readCode(bits, table);
    if (symbol < 2) {
      run += weight << symbol;
      weight <<= 1;
      if (run > most) throw damaged();
      continue;
    }
    if (run > 0) {
      const byte = order[0] ?? 0;
      if (length + run > most) throw damaged();
      block.fill(byte, length, length + run);
      length += run;
      counts[byte] = (counts[byte] ?? 0) + run;
      [run, weight] = [0, 1];
    }
    if (symbol === end) break;
    const byte = toFront(order, symbol - 1);
    if (length >= most) throw damaged();
    block[length++] = byte;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
  return { symbols: block.subarray(0, length), counts };
}

/** Which bytes are in a block, told in sixteen times sixteen bits. */
function usedBytes(bits: BitReader): Uint8Array {
  const groups = bits.read(16);
  const found = Array.from({ length: 16 }, (_, group) => {
    if ((groups & (0x8000 >>> group)) === 0) return [];
    const used = bits.read(16);
    return Array.from({ length: 16 }, (__, at) => 16 * group + at).filter(
      (byte) => (used & (0x8000 >>> (byte & 15))) !== 0,
    );
  });
  return Uint8Array.from(found.flat());
}

function readSelectors(bits: BitReader, tables: number, count: number): Uint8Array {
  const order = Uint8Array.from({ length: tables }, (_, table) => table);
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (bits.read(1) === 1) {
      if (++place >= tables) throw damaged();
    }
    return toFront(order, place);
  });
}

/** The value at a place, which moves to the front. */
function toFront(order: Uint8Array, place: number): number {
  const value = order[place];
  if (value === undefined) throw damaged();
  order.copyWithin(1, 0, place);
  order[0] = value;
  return value;
}

/**
 * By lengths of codes: the first code of each, how many there are, and where their symbols begin.
 */
interface CodeTable {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function readTable(bits: BitReader, symbolCount: number): CodeTable {
  let length = bits.read(5);
  const lengths = Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw damaged();
      if (bits.read(1) === 0) return length;
      length += bits.read(1) === 0 ? 1 : -1;
    }
  });
  const counts = new Uint16Array(LONGEST_CODE + 1);
  for (const each of lengths) counts[each] = (counts[each] ?? 0) + 1;
  const symbols = lengths
    .map((each, symbol) => ({ each, symbol }))
    .toSorted((one, other) => one.each - other.each || one.symbol - other.symbol);
  return { counts, symbols: Uint16Array.from(symbols, ({ symbol }) => symbol) };
}

/** Codes of one length follow each other, those of the next length begin at twice the next one. */
function readCode(bits: BitReader, { counts, symbols }: CodeTable): number {
  const next = bits.peek(LONGEST_CODE);
  let [first, index] = [0, 0];
  for (let length = 1; length <= LONGEST_CODE; length++) {
    const code = next >>> (LONGEST_CODE - length);
    const count = counts[length] ?? 0;
    if (code - first < count) {
      const symbol = symbols[index + code - first];
      if (symbol !== undefined && code >= first) {
        bits.skip(length);
        return symbol;
      }
    }
    index += count;
    first = (first + count) << 1;
  }
  throw damaged();
}

/** Undo the sorting of Burrows and Wheeler. */
function inOrder(symbols: Uint8Array, counts: Uint32Array, origin: number): Uint8Array {
  // The place of the next one, and in the lowest byte the symbol here: one look for both.
  const next = Uint32Array.from(symbols);
  const starts = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) {
    starts[byte] = (starts[byte - 1] ?? 0) + (counts[byte - 1] ?? 0);
  }
  for (let at = 0; at < symbols.length; at++) {
    const byte = symbols[at] ?? 0;
    const place = starts[byte] ?? 0;
    next[place] = (next[place] ?? 0) | (at << 8);
    starts[byte] = place + 1;
  }
  const bytes = new Uint8Array(symbols.length);
  for (let count = 0, entry = next[origin] ?? 0; count < bytes.length; count++) {
    entry = next[entry >>> 8] ?? 0;
    bytes[count] = entry;
  }
  return bytes;
}

/** Behind four equal bytes stands how many more there are. */
function* expandRuns(bytes: Uint8Array): Generator<Uint8Array> {
  const runs = new RunReader(bytes);
  for (let piece = runs.next(); piece.length > 0; piece = runs.next()) yield piece;
}

/** A class, since a loop in a generator is run as it is written, without being compiled. */
class RunReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #last = -1;
  #repeats = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bytes; none at the end. */
  next(): Uint8Array {
    const piece = new Uint8Array(PIECE + 256);
    const bytes = this.#bytes;
    let [at, last, repeats, used] = [this.#at, this.#last, this.#repeats, 0];
    for (; at < bytes.length && used < PIECE; at++) {
      const byte = bytes[at] ?? 0;
      if (repeats === 4) {
        piece.fill(last, used, used + byte);
        used += byte;
        [last, repeats] = [-1, 0];
      } else {
        piece[used++] = byte;
        repeats = byte === last ? repeats + 1 : 1;
        last = byte;
      }
    }
    [this.#at, this.#last, this.#repeats] = [at, last, repeats];
    return piece.subarray(0, used);
  }
}

/** Of CRC-32 with the highest bit first. */
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  return sum;
});

function damaged(): Error {
  return new Error("its bzip2 data is damaged");
}
