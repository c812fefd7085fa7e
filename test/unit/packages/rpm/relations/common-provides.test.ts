import { expect, test } from "vitest";
import { behindInProvides } from "../../../../../src/packages/rpm/relations/common-provides.ts";
import { parseDependency } from "../../../../../src/packages/rpm/relations/dependency.ts";
import type { IndexedPackage } from "../../../../../src/packages/package-index.ts";

/** A package that provides these, as rpm writes them. */
function providing(index: number, provides: readonly string[]): IndexedPackage {
  return {
    name: `p${index}`,
    version: "1-1",
    architecture: "x86_64",
    repository: "r",
    path: `p${index}.rpm`,
    sizeBytes: 1,
    sha256: "0".repeat(64),
    source: `p${index}`,
    sourceVersion: "1-1",
    rank: 0,
    requires: [],
    provides: provides.map(parseDependency),
    conflicts: [],
  };
}

test.each<readonly [what: string, provides: readonly (readonly string[])[], behind: string]>([
  ["one provides a newer version", [["a = 1"], ["a = 2"]], "1 0"],
  ["versions in any order", [["a = 2"], ["a = 3"], ["a = 1"]], "1 0 2"],
  ["the same version", [["a = 1"], ["a = 1"]], "0 0"],
  ["equal ones are behind the newest alike", [["a = 1"], ["a = 2"], ["a = 1"]], "1 0 1"],
  ["different names", [["a = 1"], ["b = 2"]], "0 0"],
  [
    "several names count together",
    [
      ["a = 1", "b = 1"],
      ["a = 2", "b = 2"],
    ],
    "2 0",
  ],
  [
    "each may be ahead in one",
    [
      ["a = 1", "b = 2"],
      ["a = 2", "b = 1"],
    ],
    "1 1",
  ],
  ["no version", [["a"], ["a = 2"]], "0 0"],
  ["versions from one on", [["a > 1"], ["a = 2"], ["a >= 1"]], "0 0 0"],
  ["all before a version", [["a < 2"], ["a = 2"]], "1 0"],
  ["up to a version", [["a <= 2"], ["a = 2"]], "0 0"],
  ["all before the same version", [["a < 2"], ["a < 2"]], "0 0"],
  ["a release that one lacks", [["a = 1"], ["a = 1-5"]], "0 0"],
  ["releases", [["a = 1-4"], ["a = 1-5"]], "1 0"],
  ["a release that one lacks of another version", [["a = 1"], ["a = 2-5"]], "1 0"],
  ["digests are no versions", [["a = 0a1b"], ["a = ffff"]], "0 0"],
  ["what is too short for a digest", [["a = 123"], ["a = 124"]], "1 0"],
  ["what has a sign is no digest", [["a = 12.4"], ["a = 12.5"]], "1 0"],
  ["all before a digest", [["a < 1234"], ["a < 1235"]], "1 0"],
  ["two versions of one package", [["a = 1", "a = 2"], ["a = 3"]], "2 0"],
  ["nobody", [], ""],
])("%s", (_, provides, behind) => {
  const entries = provides.map((each, index) => providing(index, each));
  expect(behindInProvides(entries).join(" ")).toBe(behind);
});
