import { describe, expect, test } from "vitest";
import {
  encodeHeader,
  extendHeader,
} from "../../../../../src/packages/rpm/header/encode-header.ts";
import { headerTypes } from "../../../../../src/packages/rpm/header/header-type.ts";
import { type HeaderEntry, RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { signatureTags, tags } from "../../../../../src/packages/rpm/header/tags.ts";
import {
  bigints,
  binary,
  numbers,
  shorts,
  text,
  texts,
} from "../../../../support/rpm/header-entries.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

const entries: readonly HeaderEntry[] = [
  text(tags.name, "bash"),
  texts(tags.summary, ["The shell"], headerTypes.localText),
  shorts(tags.fileModes, [0o100755, 0o40755]),
  numbers(tags.fileMtimes, [1_700_000_000, 4_294_967_295]),
  texts(tags.baseNames, ["bash", "sh", ""]),
  bigints(tags.longFileSizes, [6_000_000_000n]),
  binary(tags.rsaHeader, Buffer.from([1, 2, 3])),
];

describe("an RPM header", () => {
  test.each([undefined, tags.immutableRegion, signatureTags.region])(
    "is read as it was written, in region %s",
    (region) => {
      const header = RpmHeader.parse(encodeHeader(entries, region));
      expect(header.entries().slice(region === undefined ? 0 : 1)).toEqual(entries);
      expect(header.region?.tag).toBe(region);
      expect(header.text(tags.name)).toBe("bash");
      expect(header.text(tags.summary)).toBe("The shell");
      expect(header.texts(tags.baseNames)).toEqual(["bash", "sh", ""]);
      expect(header.numbers(tags.fileModes)).toEqual([0o100755, 0o40755]);
      expect(header.numbers(tags.fileMtimes)).toEqual([1_700_000_000, 4_294_967_295]);
      expect(header.bigints(tags.longFileSizes)).toEqual([6_000_000_000n]);
      expect(header.bigints(tags.fileMtimes)).toEqual([1_700_000_000n, 4_294_967_295n]);
      expect(header.binary(tags.rsaHeader)).toEqual(Buffer.from([1, 2, 3]));
    },
  );

  test("has nothing of a tag that is not there", () => {
    const header = RpmHeader.parse(encodeHeader(entries));
    expect(header.has(tags.name)).toBe(true);
    expect(header.has(tags.epoch)).toBe(false);
    expect(header.text(tags.url)).toBeUndefined();
    expect(header.texts(tags.url)).toEqual([]);
    expect(header.numbers(tags.epoch)).toEqual([]);
    expect(header.bigints(tags.longSize)).toEqual([]);
    expect(header.binary(tags.dsaHeader)).toBeUndefined();
  });

  test("refuses to read one type as another", () => {
    const header = RpmHeader.parse(encodeHeader(entries));
    expect(() => header.numbers(tags.name)).toThrow("tag 1000 of its header has type 6");
    expect(() => header.text(tags.fileModes)).toThrow("tag 1030 of its header has type 3");
  });

  test("keeps its region to the last byte when entries are put behind it", () => {
    const header = RpmHeader.parse(encodeHeader(entries, tags.immutableRegion));
    const added = [numbers(tags.installTime, [7]), text(tags.bugUrl, "x")];
    const extended = RpmHeader.parse(extendHeader(header, added));
    expect(extended.entries()).toEqual([...header.entries(), ...added]);
    expect(extended.region).toEqual(header.region);
    expect(() => extendHeader(extended, added)).toThrow("not of one region alone");
    const { entries: count = 0, dataBytes = 0 } = extended.region ?? {};
    const index = (of: RpmHeader): Uint8Array => of.bytes.subarray(8, 8 + 16 * count);
    expect(index(extended)).toEqual(index(header));
    const start = 8 + 16 * extended.entries().length;
    expect(extended.bytes.subarray(start, start + dataBytes)).toEqual(
      header.bytes.subarray(8 + 16 * count),
    );
  });

  test("behind its region an entry may replace one of it", () => {
    const header = RpmHeader.parse(encodeHeader(entries, tags.immutableRegion));
    const extended = RpmHeader.parse(extendHeader(header, [text(tags.name, "other")]));
    expect(extended.text(tags.name)).toBe("other");
  });
});

describe("a hostile RPM header is refused", () => {
  const FIRST = 8;
  const SECOND = FIRST + 16;
  const bytesOf = (region?: number): Buffer => Buffer.from(encodeHeader(entries, region));
  const changed = (at: number, value: number, region?: number): Buffer => {
    const bytes = bytesOf(region);
    bytes.writeUInt32BE(value, at);
    return bytes;
  };
  const trailerAt = bytesOf(tags.immutableRegion).length - 16;

  test.each<[string, Uint8Array, string]>([
    ["no bytes", new Uint8Array(0), "ends in the middle"],
    ["no entries", new Uint8Array(8), "has no entries"],
    ["too many entries", changed(0, 0x1_0000), "claims 65536 entries"],
    ["too much data", changed(4, 0xffff_ffff), "4294967295 bytes"],
    ["a count of entries that is not so", changed(0, 8), "where its counts mean"],
    ["cut bytes", bytesOf().subarray(0, -1), "where its counts mean"],
    ["further bytes", Buffer.concat([bytesOf(), Buffer.alloc(1)]), "where its counts mean"],
    ["a tag of a region in the middle", changed(SECOND, 63), "has a tag 63"],
    ["an unknown type", changed(FIRST + 4, 10), "unknown type 10"],
    ["no type", changed(FIRST + 4, 0), "unknown type 0"],
    ["an offset behind the end", changed(FIRST + 8, 0x7fff_0000), "where none may be"],
    ["an offset below zero", changed(FIRST + 8, 0xffff_fff0), "where none may be"],
    ["values over others", changed(SECOND + 8, 0), "where none may be"],
    ["an offset that is odd", changed(FIRST + 2 * 16 + 8, 17), "where none may be"],
    ["no values", changed(FIRST + 12, 0), "claims 0 values"],
    ["two values of one text", changed(FIRST + 12, 2), "claims 2 values"],
    ["more texts than there are", changed(FIRST + 4 * 16 + 12, 0xffff), "beyond the header's end"],
    ["more numbers than there are", changed(FIRST + 3 * 16 + 12, 0xffff_ffff), "the header's end"],
    ["a tag twice", changed(SECOND, tags.name), "has tag 1000 twice"],
    ["a region of no bytes", changed(FIRST + 12, 0, 63), "not described as rpm does"],
    ["a region behind the end", changed(FIRST + 8, 0x7fff_fff0, 63), "not described as rpm does"],
    ["a region below zero", changed(FIRST + 8, 0xffff_fff0, 63), "not described as rpm does"],
    ["a trailer of another tag", changed(trailerAt, 62, 63), "another way than it begins"],
    ["a trailer of another type", changed(trailerAt + 4, 6, 63), "another way than it begins"],
    ["a region of more entries", changed(trailerAt + 8, (-16 * 9) >>> 0, 63), "another way than"],
    ["a region of no entries", changed(trailerAt + 8, 0, 63), "another way than it begins"],
    ["a region of parts of entries", changed(trailerAt + 8, -17 >>> 0, 63), "another way than"],
  ])("%s", (_, bytes, message) => {
    expect(() => RpmHeader.parse(bytes)).toThrow(message);
  });

  test("values of an entry of the region that lie behind it", () => {
    const header = RpmHeader.parse(encodeHeader([text(tags.name, "a")], tags.immutableRegion));
    const bytes = Buffer.from(extendHeader(header, [text(tags.url, "b")]));
    bytes.writeUInt32BE(2 + 16, SECOND + 8);
    expect(() => RpmHeader.parse(bytes)).toThrow("goes beyond the region that it is in");
  });

  test("whatever is changed: it is read or refused with an Error, in short time", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 3000; round++) {
      const bytes = bytesOf(round % 2 === 0 ? tags.immutableRegion : undefined);
      for (let change = 0; change <= round % 3; change++) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      const failure = readWhole(bytes);
      expect(failure === undefined || failure instanceof Error).toBe(true);
      expect(failure).not.toBeInstanceOf(RangeError);
    }
  });
});

/** Why a header cannot be read; undefined when all of it can. */
function readWhole(bytes: Uint8Array): unknown {
  try {
    const header = RpmHeader.parse(bytes);
    const size = header.entries().reduce((sum, { data }) => sum + data.length, 0);
    return size <= bytes.length ? undefined : new RangeError("more data than bytes");
  } catch (error) {
    return error;
  }
}
