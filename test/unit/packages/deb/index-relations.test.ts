import { expect, test } from "vitest";
import { relationsOf } from "../../../../src/packages/deb/index-relations.ts";

function ofFields(fields: Readonly<Record<string, string>>): ReturnType<typeof relationsOf> {
  return relationsOf((name) => fields[name] ?? "");
}

test.each([
  [{ Essential: "yes", Priority: "optional" }, 0],
  [{ Priority: "required" }, 1],
  [{ Essential: "no", Priority: "important" }, 2],
  [{ Priority: "standard" }, 3],
  [{ Priority: "optional" }, 4],
  [{ Priority: "extra" }, 5],
  [{ Priority: "odd" }, 5],
  [{}, 5],
])("a package of %j is of rank %i", (fields, rank) => {
  expect(ofFields(fields).rank).toBe(rank);
});

test("what has to be there first comes first, and each conflict says how it is one", () => {
  const found = ofFields({
    "Pre-Depends": "dpkg",
    Depends: "libc6 (>= 2), a | b",
    Provides: "web, httpd (= 2)",
    Conflicts: "old",
    Breaks: "other (<< 3)",
  });
  expect(found).toMatchObject({
    requires: [{ text: "dpkg" }, { text: "libc6 (>= 2)" }, { text: "a | b" }],
    provides: [{ name: "web" }, { name: "httpd", constraint: { operator: "=", version: "2" } }],
    conflicts: [
      { text: "old", verb: "conflicts with", excluded: { name: "old" } },
      { text: "other (<< 3)", verb: "breaks", excluded: { name: "other" } },
    ],
  });
});
