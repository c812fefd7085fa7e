import { expect, it, test } from "vitest";
import { oldSubjectHash, subjectHash } from "../../../../src/packages/commands/subject-hash.ts";
import { der, derName, type SubjectName } from "../../../support/a-subject-name.ts";

const [SEQUENCE, INTEGER, VERSION] = [0x30, 0x02, 0xa0];
const [UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP, NUMERIC] = [
  0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e, 0x12,
];

const utf8 = (text: string): string => Buffer.from(text).toString("latin1");
const bmp = (text: string): string => Buffer.from(text, "utf16le").swap16().toString("latin1");
const common = (tag: number, content: string): SubjectName => [[["CN", tag, content]]];
const letters = (count: number): SubjectName => common(UTF8, "x".repeat(count));

/** What a certificate begins with, up to the name of who it is for. */
function certificateFor(subject: SubjectName, { hasVersion = true } = {}): Buffer {
  const body = der(
    SEQUENCE,
    ...(hasVersion ? [der(VERSION, der(INTEGER, Buffer.of(2)))] : []),
    der(INTEGER, Buffer.of(1)),
    der(SEQUENCE),
    derName(common(UTF8, "Issuer")),
    der(SEQUENCE),
    derName(subject),
  );
  return der(SEQUENCE, body);
}

// As `openssl x509 -subject_hash -subject_hash_old` of OpenSSL 3.0.19 prints them.
const cases: readonly (readonly [what: string, name: SubjectName, hash: string, old: string])[] = [
  ["a plain name", common(UTF8, "Example CA"), "119708d0", "aa1338be"],
  ["another kind of text", common(PRINTABLE, "Example CA"), "119708d0", "1777e48d"],
  ["text of IA5", common(IA5, "Example CA"), "119708d0", "6f9c9688"],
  ["text of two bytes a letter", common(BMP, bmp("Example CA")), "119708d0", "d5e105c2"],
  ["text of four bytes a letter", common(UNIVERSAL, "\0\0\0E\0\0\0x"), "f2ba49b2", "751e9071"],
  ["text of T.61", common(T61, "Ex\u00e4mple"), "054d6dac", "c18e0d92"],
  ["digits alone, which stay as they are", common(NUMERIC, "123 456"), "e78430a9", "671ba960"],
  ["many blanks", common(UTF8, "  Example \t\n  CA  "), "119708d0", "3d4e5ea9"],
  ["letters beyond ASCII", common(UTF8, utf8("ÄÖ Örgel É")), "9b1dc77e", "dfd96b48"],
  ["such letters of two bytes", common(BMP, bmp("ÄÖ Łódź")), "5e0a22cd", "a774a6db"],
  [
    "several parts",
    [
      [["C", PRINTABLE, "DE"]],
      [["ST", UTF8, "Hessen"]],
      [["O", UTF8, "An Organisation"]],
      [["CN", UTF8, "Root"]],
    ],
    "1fd0f5a1",
    "1d691c19",
  ],
  [
    "two attributes in one part, which are sorted",
    [
      [
        ["O", UTF8, "An Organisation"],
        ["CN", UTF8, "Root"],
      ],
    ],
    "0aef5b34",
    "b51d3f13",
  ],
  ["an empty text", common(UTF8, ""), "5da78770", "9514d4f4"],
  ["nothing", [], "eea339da", "543b6ca4"],
  ["100 letters", letters(100), "eb1bea90", "5a7aab90"],
  ["118 letters", letters(118), "e502df76", "886c51c2"],
  ["119 letters", letters(119), "eeb34da7", "075a0b7d"],
  ["126 letters", letters(126), "746a3ef3", "7885bf2d"],
  ["127 letters", letters(127), "016df46f", "376b356e"],
  ["128 letters", letters(128), "6468be98", "b0e38553"],
  ["250 letters", letters(250), "25678a6d", "f61bd3bc"],
  ["255 letters", letters(255), "919fffef", "7c6f5299"],
  ["256 letters", letters(256), "df6e2a6c", "2762657f"],
  ["700 letters", letters(700), "fa8d0d8e", "8cf57706"],
];

it.each(cases)("the hash of a subject of %s is that of OpenSSL", (_, name, hash, old) => {
  const certificate = certificateFor(name);
  expect(subjectHash(certificate)).toBe(hash);
  expect(oldSubjectHash(certificate)).toBe(old);
});

test("a certificate of the first version, which does not say its version, is read as well", () => {
  const certificate = certificateFor(common(UTF8, "Example CA"), { hasVersion: false });
  expect(subjectHash(certificate)).toBe("119708d0");
  expect(oldSubjectHash(certificate)).toBe("aa1338be");
});

test("an attribute without a value is damage", () => {
  const name = der(0x30, der(0x31, der(0x30, der(0x06, Buffer.of(0x55, 0x04, 0x03)))));
  const body = der(
    SEQUENCE,
    der(INTEGER, Buffer.of(1)),
    der(SEQUENCE),
    der(SEQUENCE),
    der(SEQUENCE),
    name,
  );
  expect(() => subjectHash(der(SEQUENCE, body))).toThrow("subject is damaged");
});
