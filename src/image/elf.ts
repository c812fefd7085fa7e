/** What an ELF file needs to start. */
export interface ElfNeeds {
  /** The program loader; absent for libraries and static programs. */
  readonly interpreter?: string;
  /** DT_NEEDED, in order. */
  readonly libraries: readonly string[];
  /** DT_RUNPATH and DT_RPATH, split. */
  readonly searchPaths: readonly string[];
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_RPATH = 15;
const DT_RUNPATH = 29;

/** A file as far as it is read. Throws a `RangeError` for what lies outside of it. */
export interface ElfSource {
  read(offset: number, length: number): Buffer;
}

/** Of a file's dynamic section: those that linkers write have some dozens. */
const MOST_TAGS = 10_000;
const LONGEST_TEXT = 4096;
const HEADER_BYTES = 64;

/**
 * Read a 64-bit little-endian ELF file, and no more of it than that takes; undefined for anything
 * else. Source: System V ABI, chapters 4 and 5.
 */
export function readElf(file: ElfSource): ElfNeeds | undefined {
  try {
    const header = file.read(0, HEADER_BYTES);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) {
      return undefined;
    }
    const segments = readSegments(file, header);
    const interpreter = segments.find(({ type }) => type === PT_INTERP);
    return {
      ...(interpreter === undefined ? {} : { interpreter: textAt(file, interpreter.offset) }),
      ...readDynamic(file, segments),
    };
  } catch (error) {
    // Cut or damaged: nothing can be said of it, and the kernel will say it.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readSegments(file: ElfSource, header: Buffer): readonly Segment[] {
  const entrySize = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  const table = file.read(Number(header.readBigUInt64LE(32)), entrySize * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    return {
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      size: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

function readDynamic(
  file: ElfSource,
  segments: readonly Segment[],
): Pick<ElfNeeds, "libraries" | "searchPaths"> {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return { libraries: [], searchPaths: [] };
  const section = file.read(dynamic.offset, Math.min(dynamic.size, MOST_TAGS * 16));
  const tags: { readonly tag: number; readonly value: number }[] = [];
  for (let at = 0; at + 16 <= section.length; at += 16) {
    const tag = Number(section.readBigUInt64LE(at));
    if (tag === 0) break;
    tags.push({ tag, value: Number(section.readBigUInt64LE(at + 8)) });
  }
  const table = offsetOf(segments, tags.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0);
  const textsOf = (wanted: readonly number[]): readonly string[] =>
    tags.filter(({ tag }) => wanted.includes(tag)).map(({ value }) => textAt(file, table + value));
  return {
    libraries: textsOf([DT_NEEDED]),
    searchPaths: textsOf([DT_RPATH, DT_RUNPATH]).flatMap((text) => text.split(":")),
  };
}

/** Where an address of the running program lies in the file. */
function offsetOf(segments: readonly Segment[], address: number): number {
  const segment = segments.find(
    (candidate) =>
      candidate.type === PT_LOAD &&
      address >= candidate.address &&
      address < candidate.address + candidate.size,
  );
  return segment === undefined ? address : address - segment.address + segment.offset;
}

function textAt(file: ElfSource, start: number): string {
  const bytes: number[] = [];
  while (bytes.length < LONGEST_TEXT) {
    const [byte = 0] = file.read(start + bytes.length, 1);
    if (byte === 0) return Buffer.from(bytes).toString("utf8");
    bytes.push(byte);
  }
  throw new RangeError("a text without an end");
}
