import { LineCounter } from "yaml";
import { describe, expect, test } from "vitest";
import { parseGuarded, refuseText } from "../../../../src/manifest/text/guard.ts";

/** Why a text is not read, with the place; undefined where it is. */
function refusalOf(text: string): string | undefined {
  const parsed = parseGuarded(text, new LineCounter());
  return "code" in parsed ? `${parsed.code} at ${parsed.offset}` : undefined;
}

test("a text of a mebibyte is looked at, a longer one and one with a NUL are not", () => {
  expect(refuseText("x".repeat(2 ** 20))).toBeUndefined();
  expect(refuseText("x".repeat(2 ** 20 + 1))).toMatchObject({
    code: "manifest-too-large",
    message: "The manifest has 1048577 characters; at most 1048576 are read.",
    offset: 0,
  });
  expect(refuseText("ab\0c\0")).toMatchObject({ code: "yaml-syntax", offset: 2 });
});

const nestedFlow = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const nestedMaps = (levels: number): string =>
  Array.from({ length: levels }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
const nestedLists = (levels: number): string => `${"- ".repeat(levels)}x\n`;

describe("64 levels are read, and one more is not", () => {
  test.each<[string, (levels: number) => string, number]>([
    ["lists in brackets", nestedFlow, 64],
    [
      "maps in braces",
      (levels) => nestedFlow(levels).replaceAll("[", "{").replaceAll("]", "}"),
      64,
    ],
    ["maps by indent", nestedMaps, (64 * 63) / 2 + 3 * 64 + 64],
    ["lists by dashes, and what is in the last", (levels) => nestedLists(levels - 1), 128],
    ["brackets in a map", (levels) => `a:\n  b: ${nestedFlow(levels - 2)}\n`, 8 + 62],
    [
      "brackets after others that are closed",
      (levels) => `a: [[], []]\nb: ${nestedFlow(levels - 1)}`,
      78,
    ],
  ])("%s", (_what, textOf, offset) => {
    expect(refusalOf(textOf(64))).toBeUndefined();
    expect(refusalOf(textOf(65))).toBe(`manifest-too-deep at ${offset}`);
  });

  test("what stands beside each other is no deeper than itself", () => {
    expect(refusalOf(nestedMaps(60).repeat(3))).toBeUndefined();
    expect(refusalOf(nestedLists(40).repeat(3))).toBeUndefined();
    expect(
      refusalOf(`# ${"[".repeat(99)}\na: "${"[".repeat(99)}"\nb: |\n  ${"- ".repeat(99)}\n`),
    ).toBe(undefined);
  });
});

/** How deep a text is, and how many values it has: the least bounds within which it is read. */
function measureOf(text: string): string {
  const passes = (bounds: Readonly<Record<"depth" | "values", number>>): boolean =>
    !("code" in parseGuarded(text, new LineCounter(), bounds));
  const least = (fits: (bound: number) => boolean): number =>
    Array.from({ length: 100 }, (_, bound) => bound).find(fits) ?? Infinity;
  const depth = least((bound) => passes({ depth: bound, values: 100 }));
  const values = least((bound) => passes({ depth: 100, values: bound }));
  return `${depth} deep, ${values} values`;
}

test.each([
  ["a", "1 deep, 1 values"],
  ["a: b", "1 deep, 2 values"],
  ["a: b\nc: d", "1 deep, 4 values"],
  ["a:\n  b: c\nd: e", "2 deep, 5 values"],
  ["a:\n  b:\n    c: d\n  e:\n    f: g\nh: i", "3 deep, 9 values"],
  ["[a, b]", "1 deep, 2 values"],
  ["[[a], [b]]", "2 deep, 2 values"],
  ["a: [[b], [c]]\nd: {e: f}", "3 deep, 6 values"],
  ["a: ]\nb: [c]", "2 deep, 3 values"],
  ["- a\n- b", "2 deep, 2 values"],
  ["- a: b\n  c: d", "2 deep, 4 values"],
  ["- - a\n  - b\n- c", "3 deep, 3 values"],
  ["a: \"b\"\nc: 'd'\ne: &x f\ng: *x", "1 deep, 8 values"],
  ["a: |\n  b: c\n    d: e\n", "1 deep, 2 values"],
  ["# [[[\na: b # [[[\n", "1 deep, 2 values"],
  ["a:\n      # b\n  c: d", "2 deep, 3 values"],
  ["? a\n: b", "2 deep, 2 values"],
  ["a:\n  - b\n  - c:\n      d: e", "4 deep, 5 values"],
])("%j is %s", (text, measure) => {
  expect(measureOf(text)).toBe(measure);
});
