import { expect, test } from "vitest";
import { parseConflicts, parseProvides } from "../../../../src/packages/deb/relation.ts";
import { debRules } from "../../../../src/packages/deb/rules.ts";
import { anIndex } from "../../../support/an-index.ts";

test.for([
  ["its own name", "postfix 3", "postfix", true],
  ["its own name within bounds", "postfix 3", "postfix (>= 3)", true],
  ["its own name out of bounds", "postfix 3", "postfix (<< 3)", false],
  ["another name", "postfix 3", "exim4", false],
  ["what it provides", "postfix 3 V:mta", "mta", true],
  ["a version of what it provides without one", "postfix 3 V:mta", "mta (>= 1)", false],
  ["a version of what it provides in one that fits", "postfix 3 V:mta (= 2)", "mta (>= 2)", true],
  ["a version of what it provides in another", "postfix 3 V:mta (= 2)", "mta (>= 3)", false],
  ["one of the versions that it provides", "p 1 V:api (= 1), api (= 2)", "api (= 2)", true],
  ["its own name by a version that it provides", "p 1 V:p (= 9)", "p (= 9)", true],
] as const)("a package is %s: %s satisfies %s: %j", ([, line, wanted, expected]) => {
  const index = anIndex(line);
  const [entry] = index.versions([...index.names()].join());
  const [capability] = parseProvides(wanted);
  const [conflict] = parseConflicts(wanted, "breaks");
  if (entry === undefined || capability === undefined || conflict === undefined)
    throw new Error("the case is not written well");

  expect(debRules.satisfies(entry, capability)).toBe(expected);
  expect(debRules.isExcluded(entry, conflict)).toBe(expected);
});
