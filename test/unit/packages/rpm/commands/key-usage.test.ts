import { describe, expect, test } from "vitest";
import {
  element,
  extendedKeyUsage,
  oidBytes,
} from "../../../../../src/packages/rpm/commands/trust/key-usage.ts";

/** What `openssl asn1parse -genstr OID:…` of OpenSSL 3.0 writes for each. */
const WRITTEN: readonly (readonly [oid: string, der: string])[] = [
  ["1.2.840.113549.1.1.1", "06092a864886f70d010101"],
  ["2.5.29.37", "0603551d25"],
  ["1.3.127", "06022b7f"],
  ["1.3.128", "06032b8100"],
  ["1.3.16383", "06032bff7f"],
  ["1.3.16384", "06042b818000"],
  ["1.3.6.1.4.1.311.10.3.4", "060a2b0601040182370a0304"],
  ["2.16.840.1.113730.4.1", "06096086480186f8420401"],
  ["0.9.2342.19200300.100.1.1", "060a0992268993f22c640101"],
  ["1.0.0", "06022800"],
  ["2.39.1", "06027701"],
  ["1.3.6.1.5.5.7.3.8", "06082b06010505070308"],
];

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex");

test.each(WRITTEN)("the identifier %s is %s in DER", (oid, der) => {
  expect(hexOf(element(0x06, oidBytes(oid)))).toBe(der);
});

/** X.690, 8.1.3 and 10.1: a length takes as few bytes as it can. */
test.each([
  [0, "04 00"],
  [1, "04 01"],
  [127, "04 7f"],
  [128, "04 81 80"],
  [255, "04 81 ff"],
  [256, "04 82 01 00"],
  [300, "04 82 01 2c"],
  [65_535, "04 82 ff ff"],
])("%i bytes of content have the head %s", (length, head) => {
  const bytes = element(0x04, Buffer.alloc(length, 7));
  const start = head.replaceAll(" ", "");
  expect(hexOf(bytes).slice(0, start.length)).toBe(start);
  expect(bytes).toHaveLength(start.length / 2 + length);
  expect(bytes.subarray(start.length / 2).every((byte) => byte === 7)).toBe(true);
});

describe("the purposes of an extension", () => {
  /** The extension of RFC 5280, 4.2: an identifier, perhaps whether it is critical, and a value. */
  const extension = (purposes: readonly string[], critical = ""): string => {
    const list = element(0x30, bytesOf(purposes.join("")));
    const value = element(0x04, list);
    return hexOf(element(0x30, Buffer.concat([bytesOf(`0603551d25${critical}`), value])));
  };
  const all = WRITTEN.map(([, der]) => der);

  test.each(WRITTEN)("%s is found", (oid, der) => {
    expect(extendedKeyUsage(bytesOf(extension([der])))).toEqual([oid]);
  });

  test("are told in their order, also of a critical extension", () => {
    const some = all.slice(0, 5);
    const oids = WRITTEN.slice(0, 5).map(([oid]) => oid);
    expect(extendedKeyUsage(bytesOf(extension(some)))).toEqual(oids);
    expect(extendedKeyUsage(bytesOf(extension(some, "0101ff")))).toEqual(oids);
    expect(extendedKeyUsage(bytesOf(extension([])))).toEqual([]);
  });

  test("may fill as much as a length of one byte tells", () => {
    // 118 bytes of identifiers, and 9 of what is around them.
    const many = [
      ...Array.from({ length: 26 }, () => "06022a03"),
      "060655040a0b0c0d",
      "060455040a0b",
    ];
    const bytes = bytesOf(extension(many));
    expect(hexOf(bytes.subarray(0, 2))).toBe("307f");
    expect(extendedKeyUsage(bytes)).toHaveLength(28);
  });

  const whole = extension([all[0] ?? ""]);
  test.each([
    ["nothing", ""],
    ["one byte", "30"],
    ["something else than a sequence", whole.replace(/^30/, "31")],
    ["no identifier", whole.replace("0603551d25", "0503551d25")],
    ["a value that is no string of bytes", whole.replace("040d300b", "050d300b")],
    ["no list in it", whole.replace("040d300b", "040d310b")],
    ["something else in the list", whole.replace(all[0] ?? "", (all[0] ?? "").replace("06", "05"))],
    ["an identifier that is longer than its list", whole.replace("0609", "060a")],
    ["a list that is longer than its string", whole.replace("300b", "300c")],
    ["a string that is longer than its extension", whole.replace("040d", "040e")],
    ["an end in the middle", whole.slice(0, -2)],
  ])("of %s are none", (_, hex) => {
    expect(hex).not.toBe(whole);
    expect(extendedKeyUsage(bytesOf(hex))).toEqual([]);
  });
});
