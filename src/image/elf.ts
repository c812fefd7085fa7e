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

/**
 * Read a 64-bit little-endian ELF file; undefined for anything else. Source: System V ABI, chapters
 * 4 and 5.
 */
export function readElf(file: Buffer): ElfNeeds | undefined {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) {
    return undefined;
  }
  try {
    const segments = readSegments(file);
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

function readSegments(file: Buffer): readonly Segment[] {
  const table = Number(file.readBigUInt64LE(32));
  const entrySize = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = table + index * entrySize;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function readDynamic(
  file: Buffer,
  segments: readonly Segment[],
): Pick<ElfNeeds, "libraries" | "searchPaths"> {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return { libraries: [], searchPaths: [] };
  const tags: { readonly tag: number; readonly value: number }[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const tag = Number(file.readBigUInt64LE(at));
    if (tag === 0) break;
    tags.push({ tag, value: Number(file.readBigUInt64LE(at + 8)) });
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

function textAt(file: Buffer, start: number): string {
  const end = file.indexOf(0, start);
  if (start >= file.length || end === -1) throw new RangeError("outside of the file");
  return file.toString("utf8", start, end);
}
