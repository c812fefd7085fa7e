const HEADER = 64;
const SEGMENT = 56;

/**
 * A 64-bit ELF file that names a loader and libraries, and holds nothing else. Source: System V
 * ABI, chapter 4.
 */
export function elfOf(parts: {
  readonly interpreter?: string;
  readonly libraries?: readonly string[];
  readonly runPath?: string;
  /** ELF's number of the machine; absent: that of amd64. */
  readonly machine?: number;
}): Buffer {
  const { interpreter, libraries = [], runPath, machine = 0x3e } = parts;
  const names = ["", ...libraries, ...(runPath === undefined ? [] : [runPath])];
  const table = Buffer.from(`${names.join("\0")}\0`);
  const offsetOf = (name: string): number =>
    Buffer.byteLength(
      names
        .slice(0, names.indexOf(name))
        .map((each) => `${each}\0`)
        .join(""),
    );
  const count = interpreter === undefined ? 2 : 3;
  const tableAt = HEADER + count * SEGMENT;
  const loader = Buffer.from(interpreter === undefined ? "" : `${interpreter}\0`);
  const loaderAt = tableAt + table.length;
  const dynamicAt = loaderAt + loader.length;
  const tags: readonly (readonly [number, number])[] = [
    ...libraries.map((name) => [1, offsetOf(name)] as const),
    ...(runPath === undefined ? [] : [[29, offsetOf(runPath)] as const]),
    [5, 0x1000 + tableAt],
    [0, 0],
  ];
  const dynamic = Buffer.alloc(tags.length * 16);
  for (const [index, [tag, value]] of tags.entries()) {
    dynamic.writeBigUInt64LE(BigInt(tag), index * 16);
    dynamic.writeBigUInt64LE(BigInt(value), index * 16 + 8);
  }
  const total = dynamicAt + dynamic.length;
  const segments = [
    segment({ type: 1, offset: 0, size: total }),
    segment({ type: 2, offset: dynamicAt, size: dynamic.length }),
    ...(interpreter === undefined
      ? []
      : [segment({ type: 3, offset: loaderAt, size: loader.length })]),
  ];
  return Buffer.concat([header(count, machine), ...segments, table, loader, dynamic]);
}

function header(segments: number, machine: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.write("\u007FELF", 0, "latin1");
  bytes.set([2, 1, 1], 4);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(BigInt(HEADER), 32);
  bytes.writeUInt16LE(SEGMENT, 54);
  bytes.writeUInt16LE(segments, 56);
  return bytes;
}

/** Addresses lie 0x1000 above offsets, so that a reader that mixes them up fails. */
function segment({ type, offset, size }: { type: number; offset: number; size: number }): Buffer {
  const bytes = Buffer.alloc(SEGMENT);
  bytes.writeUInt32LE(type, 0);
  bytes.writeBigUInt64LE(BigInt(offset), 8);
  bytes.writeBigUInt64LE(BigInt(0x1000 + offset), 16);
  bytes.writeBigUInt64LE(BigInt(size), 32);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  return bytes;
}
