import { expect, test } from "vitest";
import { parseSpecifiers, satisfies } from "../../../src/python/specifier.ts";
import { compareVersions, isSameVersion, parseVersion } from "../../../src/python/version.ts";

/** In the order of the packaging specifications, "Version specifiers". */
const ordered = [
  "0.9",
  "1.dev0",
  "1.0.dev456",
  "1.0a1",
  "1.0a2.dev456",
  "1.0a12.dev456",
  "1.0a12",
  "1.0b1.dev456",
  "1.0b2",
  "1.0b2.post345.dev456",
  "1.0b2.post345",
  "1.0rc1.dev456",
  "1.0rc1",
  "1.0",
  "1.0+abc.5",
  "1.0+abc.7",
  "1.0+5",
  "1.0.post456.dev34",
  "1.0.post456",
  "1.0.15",
  "1.1.dev1",
  "1.10",
  "20240101123456789012345",
  "1!0.1",
];

function order(one: string, other: string): number | undefined {
  const [a, b] = [parseVersion(one), parseVersion(other)];
  return a === undefined || b === undefined ? undefined : Math.sign(compareVersions(a, b));
}

test("each version comes before those that follow it, and after those before", () => {
  for (const [index, one] of ordered.entries())
    for (const [at, other] of ordered.entries())
      expect([one, other, order(one, other)]).toEqual([one, other, Math.sign(index - at)]);
});

test.each([
  ["1.0", "1"],
  ["1.0.0", "v1.0"],
  ["1.0rc1", "1.0-C1"],
  ["1.0alpha", "1.0a0"],
  ["1.0.post1", "1.0-1"],
  ["1.0-rev2", "1.0.post2"],
  ["1.0+Ubuntu-1", "1.0+ubuntu.1"],
  ["01.02", "1.2"],
])("%s and %s are one version", (one, other) => {
  expect(isSameVersion(one, other)).toBe(true);
});

test.each(["", "x", "1..2", "1.0+", "1.0foo", "1-2-3", "1_2_3", `1.${"0".repeat(500)}`])(
  "%j is no version",
  (text) => {
    expect(parseVersion(text)).toBeUndefined();
  },
);

test.each([
  ["1.0.1", "~=1.0", true],
  ["2.0", "~=1.0", false],
  ["1.4.5", "~=1.4.5a1", true],
  ["1.5", "~=1.4.5", false],
  ["1.1.post1", "==1.1", false],
  ["1.1.post1", "==1.1.*", true],
  ["1.1a1", "==1.1.*", true],
  ["1", "==1.0.*", true],
  ["1.1", "!=1.1.*", false],
  ["1.0+local", "==1.0", true],
  ["1.0", "==1.0+local", false],
  ["1.0+local", ">=1.0,<=1.0", true],
  ["1.0+local", ">1.0", false],
  ["1.0.post1", ">1.0", false],
  ["1.0.post1", ">1.0.post0", true],
  ["2.0rc1", "<2.0", false],
  ["2.0rc1", "<2.0rc2", true],
  ["1.10a.dev1", "<1.10.post2", true],
  ["1.9", ">=1.1,<2", true],
  ["2.0", ">=1.1,<2", false],
  ["1.0", "===1.0", true],
  ["1.0.0", "===1.0", false],
  ["3.0.0", "", true],
])("%s with %j: %s", (version, text, expected) => {
  const specifiers = parseSpecifiers(text);
  expect(specifiers === undefined ? undefined : satisfies(version, specifiers)).toBe(expected);
});

test.each(["1.0", "=1.0", "==", "~=1", ">=1.*", "==1.0.dev1.*", ">=1.0+local", "==1 2"])(
  "%j is no specifier",
  (text) => {
    expect(parseSpecifiers(text)).toBeUndefined();
  },
);
