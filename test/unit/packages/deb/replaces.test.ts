import { expect, test } from "vitest";
import { replaces } from "../../../../src/packages/deb/replaces.ts";

function replacing(field: string | undefined, other: string, version?: string): boolean {
  return replaces(
    { name: "new", control: new Map(field === undefined ? [] : [["Replaces", field]]) },
    { name: other, control: new Map(version === undefined ? [] : [["Version", version]]) },
  );
}

test.each<readonly [field: string | undefined, other: string, version: string, does: boolean]>([
  ["old", "old", "1", true],
  ["older, old", "old", "1", true],
  ["old (<< 2)", "old", "1", true],
  ["old (<< 2)", "old", "2", false],
  ["old (<< 2), old (>= 5)", "old", "5", true],
  ["older", "old", "1", false],
  [undefined, "old", "1", false],
])("a package that replaces %j takes the files of %s %s: %s", (field, other, version, does) => {
  expect(replacing(field, other, version)).toBe(does);
});
