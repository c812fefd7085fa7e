import { expect, test } from "vitest";
import type { IndexedPackage } from "../../../../../src/packages/package-index.ts";
import { parseDependency } from "../../../../../src/packages/rpm/relations/dependency.ts";
import { relationsOf, toRelations } from "../../../../../src/packages/rpm/relations/relation.ts";
import { rpmRules } from "../../../../../src/packages/rpm/relations/rules.ts";

const entry: IndexedPackage = {
  name: "web",
  version: "1:2.0-3.el9",
  architecture: "x86_64",
  repository: "ol9_appstream",
  path: "web.rpm",
  sizeBytes: 1,
  sha256: "0".repeat(64),
  source: "web",
  sourceVersion: "1:2.0-3.el9",
  ...relationsOf({
    requires: [],
    provides: ["web = 1:2.0-3.el9", "httpd", "api = 4"].map(parseDependency),
    conflicts: [],
    obsoletes: [],
    recommends: [],
    suggests: [],
    supplements: [],
    enhances: [],
    files: ["/usr/bin/web"],
  }),
};

test.each([
  ["web", true],
  ["web >= 1:2", true],
  ["web >= 3", true],
  ["web = 1:2.0", true],
  ["web < 1:2.0", false],
  ["httpd", true],
  ["httpd >= 7", true],
  ["api < 4", false],
  ["api = 4-9", true],
  ["/usr/bin/web", true],
  ["/usr/bin/other", false],
  ["(web with httpd)", true],
  ["(web with other)", false],
  ["(web without api)", false],
  ["(web without api < 4)", true],
  ["(api >= 4 with api < 5)", true],
])("the package is %s: %s", (text, expected) => {
  const [relation] = toRelations(parseDependency(text));
  expect(relation?.alternatives.map((wanted) => rpmRules.satisfies(entry, wanted))).toEqual([
    expected,
  ]);
});

test.each([
  ["web", "obsoletes", true],
  ["web < 1:3", "obsoletes", true],
  ["web < 1:2", "obsoletes", false],
  ["httpd", "obsoletes", false],
  ["httpd", "conflicts with", true],
] as const)("whoever has %s and %s it excludes the package: %s", (text, verb, expected) => {
  const excluded = parseDependency(text);
  expect(rpmRules.isExcluded(entry, { text, excluded, verb })).toBe(expected);
});
