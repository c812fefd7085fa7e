import { describe, expect, it, test } from "vitest";
import { readElf } from "../../../../src/packages/commands/ldconfig/read-elf.ts";

interface AnElf {
  readonly machine?: number;
  /** The strings of the dynamic section; names are at places in them. */
  readonly strings?: string;
  /** Where a name begins in these; undefined: the library has none. */
  readonly soname?: number | undefined;
  /** By how much addresses are higher than places in the file. */
  readonly shift?: number;
  /** Tags and values that come before the others. */
  readonly before?: readonly (readonly [tag: number, value: number])[];
  /** What comes after the strings. */
  readonly tail?: Buffer;
}

const [HEADER, SEGMENT] = [64, 56];

/** Segments: notes, a first part at another address, the part with the strings, dynamic. */
function anElf(parts: AnElf = {}): Buffer {
  const { machine = 62, strings = "\0libx.so.1\0", shift = 0x1000, before = [], tail } = parts;
  const soname = "soname" in parts ? parts.soname : 1;
  const dynamicAt = HEADER + 4 * SEGMENT;
  const tags = [...before, [5, 0], ...(soname === undefined ? [] : [[14, soname]]), [0, 0]];
  const stringsAt = dynamicAt + 16 * tags.length;
  const text = Buffer.concat([Buffer.from(strings, "latin1"), tail ?? Buffer.alloc(0)]);
  const file = Buffer.alloc(stringsAt + text.length);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(SEGMENT, 54);
  file.writeUInt16LE(4, 56);
  const segments = [
    [4, 0, 0, 8],
    [1, 0, 0, dynamicAt],
    [1, dynamicAt, dynamicAt + shift, file.length - dynamicAt],
    [2, dynamicAt, dynamicAt + shift, 16 * tags.length],
  ] as const;
  for (const [index, [type, offset, address, length]] of segments.entries()) {
    const at = HEADER + index * SEGMENT;
    file.writeUInt32LE(type, at);
    file.writeBigUInt64LE(BigInt(offset), at + 8);
    file.writeBigUInt64LE(BigInt(address), at + 16);
    file.writeBigUInt64LE(BigInt(length), at + 32);
  }
  for (const [index, [tag = 0, value = 0]] of tags.entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + 16 * index);
    const isStrings = tag === 5 && index === before.length;
    file.writeBigUInt64LE(
      BigInt(isStrings ? stringsAt + shift : value),
      dynamicAt + 16 * index + 8,
    );
  }
  text.copy(file, stringsAt);
  return file;
}

// Source: System V ABI, chapters 4 and 5.
describe("the name that a shared library gives itself", () => {
  it.each<readonly [what: string, parts: AnElf, soname: string | undefined]>([
    ["is in its dynamic strings", {}, "libx.so.1"],
    ["may be anywhere in them", { strings: "\0a\0liby.so.2\0", soname: 3 }, "liby.so.2"],
    ["may be the end of another", { strings: "\0libxlib.so\0", soname: 5 }, "lib.so"],
    ["need not be there", { soname: undefined }, undefined],
    ["may be empty", { soname: 0 }, ""],
    ["is found by addresses", { shift: 0 }, "libx.so.1"],
    ["is found by high addresses", { shift: 0x40_0000 }, "libx.so.1"],
    [
      "comes after other tags",
      {
        before: [
          [1, 1],
          [10, 9],
          [30, 8],
        ],
      },
      "libx.so.1",
    ],
    ["has at most 255 characters", { strings: `\0${"n".repeat(255)}\0` }, "n".repeat(255)],
  ])("%s", (_, parts, soname) => {
    expect(readElf(anElf(parts))).toEqual({ machine: 62, soname });
  });

  test("behind the end of the tags counts no more", () => {
    const elf = anElf({ before: [[0, 0]] });
    expect(readElf(elf)).toEqual({ machine: 62, soname: undefined });
  });
});

it.each([3, 62, 183, 0xffff])("the machine is %i", (machine) => {
  expect(readElf(anElf({ machine }))?.machine).toBe(machine);
});

describe("what is no shared library of 64 bits, little-endian", () => {
  const changed = (at: number, value: number): Buffer => {
    const elf = anElf();
    elf[at] = value;
    return elf;
  };

  it.each<readonly [what: string, bytes: Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["a text", Buffer.from("/* GNU ld script */\n".padEnd(200))],
    ...[0, 1, 2, 3].map((at) => [`another mark at ${at}`, changed(at, 0)] as const),
    ["32 bits", changed(4, 1)],
    ["big-endian", changed(5, 2)],
    ["a header that is cut", anElf().subarray(0, 63)],
    ["segments that are cut", anElf().subarray(0, HEADER + 4 * SEGMENT - 1)],
    ["a table of segments behind the end", changed(34, 1)],
    ["no dynamic segment", changed(HEADER + 3 * SEGMENT, 1)],
    ["a name that has no end", anElf({ strings: "\0libx.so.1" })],
    ["a name behind the end", anElf({ soname: 5000 })],
    ["a name of 256 characters", anElf({ strings: `\0${"n".repeat(256)}\0` })],
  ])("%s", (_, bytes) => {
    expect(readElf(bytes)).toBeUndefined();
  });

  test("a file of segments and nothing else is read to its last byte", () => {
    const elf = anElf();
    // The dynamic segment is the last of the table, and empty.
    elf.writeBigUInt64LE(0n, HEADER + 3 * SEGMENT + 32);
    expect(readElf(elf.subarray(0, HEADER + 4 * SEGMENT))).toEqual({
      machine: 62,
      soname: undefined,
    });
  });

  test("tags that are cut are those that are whole", () => {
    const elf = anElf({ strings: "", soname: undefined });
    elf.writeBigUInt64LE(8n, HEADER + 3 * SEGMENT + 32);
    expect(readElf(elf)).toEqual({ machine: 62, soname: undefined });
  });
});

test("bytes in the middle of a larger buffer are read as they are", () => {
  const elf = anElf();
  const inner = new Uint8Array(Buffer.concat([Buffer.alloc(5, 1), elf, Buffer.alloc(5, 1)]).buffer);
  const at = Buffer.from(inner.buffer).indexOf(Buffer.from([0x7f, 0x45, 0x4c, 0x46]));
  expect(readElf(inner.subarray(at, at + elf.length))?.soname).toBe("libx.so.1");
});
