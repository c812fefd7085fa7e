import { parseDocument } from "yaml";
import { describe, expect, test } from "vitest";
import {
  comparePlaces,
  createLocator,
  placeKey,
  placesOfPlain,
  type TextPlaces,
} from "../../../../src/manifest/text/locate.ts";
import { isNode } from "yaml";

const text = "one: 1\r\n\n  two: [a, b]  \nlast";
const places = placesOfPlain({ text, file: "a.yaml" });

describe("a place in a text", () => {
  test.each([
    ["the first character", 0, 1, [1, 1, 1, "one: 1"]],
    ["a word", 5, 6, [1, 6, 1, "one: 1"]],
    ["the end of a line", 6, 7, [1, 7, 1, "one: 1"]],
    ["an empty line", 8, 9, [2, 1, 1, ""]],
    ["a value behind an indent", 16, 22, [3, 8, 6, "  two: [a, b]  "]],
    ["what goes on over several lines", 11, text.length, [3, 3, 11, "  two: [a, b]  "]],
    ["the last line, which has no end", 25, 29, [4, 1, 4, "last"]],
    ["nothing", 27, 27, [4, 3, 1, "last"]],
  ])("%s", (_what, start, end, [line, column, length, sourceLine]) => {
    const offset = start;
    expect(places.range(start, end)).toEqual({
      file: "a.yaml",
      line,
      column,
      offset,
      length,
      sourceLine,
    });
  });

  test.each([
    [1, 0, 6],
    [2, 8, 1],
    [3, 9, 13],
    [4, 25, 4],
    [5, text.length, 1],
  ])("line %i", (number, offset, length) => {
    expect(places.line(number)).toMatchObject({ offset, length });
  });

  test("a password of an address is hidden in the line", () => {
    const hidden = placesOfPlain({ text: "a: https://me:secret@x.invalid/\n", file: "a.yaml" });
    expect(hidden.range(0, 1).sourceLine).not.toContain("secret");
  });
});

test("places are in the order of the files, and in a file in that of the text", () => {
  const other = placesOfPlain({ text: "x: 1\ny: 2\n", file: "b.yaml" });
  const unknown = placesOfPlain({ text: "z", file: "c.yaml" });
  const all = [other.range(5, 6), unknown.range(0, 1), places.range(25, 26), other.range(0, 1)];
  const sorted = [...all, places.range(0, 1)].toSorted(comparePlaces([places, other]));
  expect(sorted.map(placeKey)).toEqual([
    "0 a.yaml",
    "25 a.yaml",
    "0 b.yaml",
    "5 b.yaml",
    "0 c.yaml",
  ]);
});

describe("a value or key of a tree is found", () => {
  const written = "a: { b: [x, { c: y }] }\n80: z\n";
  const { contents } = parseDocument(written);
  if (!isNode(contents)) throw new Error("it has contents");
  const own: TextPlaces = placesOfPlain({ text: written, file: "t.yaml" });
  const locator = createLocator({ root: contents, files: [own], ownerOf: () => own });
  const at = ({ offset, length }: { readonly offset: number; readonly length: number }): string =>
    written.slice(offset, offset + length);

  test.each<readonly [readonly (string | number)[], string, string, boolean]>([
    [[], "a: { b: [x, { c: y }] }", "a: { b: [x, { c: y }] }", true],
    [["a"], "{ b: [x, { c: y }] }", "a", true],
    [["a", "b", 0], "x", "x", true],
    [["a", "b", 1, "c"], "y", "c", true],
    [["80"], "z", "80", true],
    [[80], "z", "80", true],
    [["a", "b", 1, "d"], "{ c: y }", "{ c: y }", false],
    [["a", "b", 2], "[x, { c: y }]", "[x, { c: y }]", false],
    [["a", "b", "x"], "[x, { c: y }]", "[x, { c: y }]", false],
    [["q", "r"], "a: { b: [x, { c: y }] }", "a: { b: [x, { c: y }] }", false],
  ])("%j, or else what holds it", (path, value, key, has) => {
    expect([at(locator.value(path)), at(locator.key(path)), locator.has(path)]).toEqual([
      value,
      key,
      has,
    ]);
  });
});
