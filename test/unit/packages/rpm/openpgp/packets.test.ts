import { describe, expect, test } from "vitest";
import { readArmored } from "../../../../../src/packages/rpm/openpgp/armor.ts";
import { ByteCursor } from "../../../../../src/packages/rpm/openpgp/byte-cursor.ts";
import { readPackets } from "../../../../../src/packages/rpm/openpgp/packets.ts";
import { armor } from "../../../../support/rpm/an-open-pgp-key.ts";

/** A header, and as many bytes as it says. */
function withBody(header: readonly number[], length: number): Buffer {
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 7)]);
}

describe("packets", () => {
  test.each([
    ["old, one byte", [0x88, 0], 0],
    ["old, one byte", [0x88, 255], 255],
    ["old, two bytes", [0x89, 1, 0], 256],
    ["old, two bytes", [0x89, 0xff, 0xff], 65_535],
    ["old, four bytes", [0x8a, 0, 1, 0, 0], 65_536],
    ["new, one byte", [0xc2, 191], 191],
    ["new, two bytes", [0xc2, 192, 0], 192],
    ["new, two bytes", [0xc2, 193, 5], 453],
    ["new, two bytes", [0xc2, 223, 255], 8383],
    ["new, five bytes", [0xc2, 255, 0, 0, 32, 192], 8384],
    ["new, five bytes", [0xc2, 255, 0, 0, 0, 3], 3],
  ])("of the form %s %j hold %i bytes", (_, header, length) => {
    const packets = readPackets(Buffer.concat([withBody(header, length), withBody([0xb8, 1], 1)]));
    expect(packets.map(({ tag, body }) => [tag, body.length])).toEqual([
      [2, length],
      [14, 1],
    ]);
    const short = withBody(header, length).subarray(0, -1);
    expect(() => readPackets(short)).toThrow("ends in the middle");
  });

  test.each([
    [0x98, 6],
    [0xb4, 13],
    [0xb8, 14],
    [0xc6, 6],
    [0xcd, 13],
    [0xf5, 53],
  ])("whose header is %i have the tag %i", (header, tag) => {
    expect(readPackets(withBody([header, 2], 2)).map((each) => each.tag)).toEqual([tag]);
  });

  test.each([224, 239, 254])("that come in parts are refused: %i", (first) => {
    expect(() => readPackets(withBody([0xc2, first], 255))).toThrow("comes in parts");
  });

  test("are 4096 at most", () => {
    expect(readPackets(Buffer.from("c200".repeat(4096), "hex"))).toHaveLength(4096);
    expect(() => readPackets(Buffer.from("c200".repeat(4097), "hex"))).toThrow("too many");
  });
});

describe("numbers", () => {
  test("are read with the high byte first, one after the other", () => {
    const cursor = new ByteCursor(Buffer.from("0102030405060708", "hex"));
    expect([cursor.number(1), cursor.number(2), cursor.number(4), cursor.left]).toEqual([
      1, 0x0203, 0x04050607, 1,
    ]);
    expect([...cursor.rest()]).toEqual([8]);
    expect(cursor.left).toBe(0);
    expect(() => cursor.number(1)).toThrow("ends in the middle");
  });

  test("of many bits are as long as their bits say, without the zeros in front", () => {
    const integer = (hex: string): string =>
      Buffer.from(new ByteCursor(Buffer.from(hex, "hex")).integer()).toString("hex");
    expect(integer("000101")).toBe("01");
    expect(integer("0008ff")).toBe("ff");
    expect(integer("000901ff")).toBe("01ff");
    expect(integer("001000ff")).toBe("ff");
    expect(integer("00180000ff")).toBe("ff");
    expect(integer("00100000")).toBe("");
    expect(integer("0000")).toBe("");
    expect(() => integer("0009ff")).toThrow("ends in the middle");
  });
});

describe("armour", () => {
  const bytes = Buffer.from("some bytes of a key");
  const block = armor("PUBLIC KEY BLOCK", bytes);

  test("may have headers, no checksum, blanks at its lines' ends and a text around it", () => {
    const texts = [
      block,
      block.replace("\n\n", "\nVersion: GnuPG v2\nComment: a: b\n\n"),
      block.replace(/=....\n/, ""),
      block.replaceAll("\n", " \r\n"),
      `before\n${block}after`,
    ];
    for (const text of texts) expect(readArmored(text, "PUBLIC KEY BLOCK")).toEqual([bytes]);
  });

  test("of several blocks is read in their order, and of another kind passed over", () => {
    const other = Buffer.from("more");
    const text = [block, armor("SIGNATURE", bytes), armor("PUBLIC KEY BLOCK", other)].join("\n");
    expect(readArmored(text, "PUBLIC KEY BLOCK")).toEqual([bytes, other]);
    expect(readArmored(text, "SIGNATURE")).toEqual([bytes]);
    expect(readArmored("nothing", "SIGNATURE")).toEqual([]);
  });

  test.each([
    ["a checksum that is too short", (text: string) => text.replace(/=(...).\n/, "=$1\n")],
    ["a checksum of other letters", (text: string) => text.replace(/=....\n/, "=!!!!\n")],
    ["a line that is cut", (text: string) => text.replace(/\n(.*)..\n=/, "\n$1\n=")],
    ["filling within", (text: string) => text.replace("\n\n", "\n\nYQ==\n")],
  ])("with %s is refused", (_, change) => {
    expect(() => readArmored(change(block), "PUBLIC KEY BLOCK")).toThrow("is not Base64");
  });

  test("of a mebibyte is read", () => {
    const text = block + " ".repeat(2 ** 20 - block.length);
    expect(readArmored(text, "PUBLIC KEY BLOCK")).toEqual([bytes]);
  });
});
