import { describe, expect, it, test } from "vitest";
import type { IndexedPackage } from "../../../../src/packages/package-index.ts";
import { Present } from "../../../../src/packages/resolve/present.ts";
import { rpmRules } from "../../../../src/packages/rpm/relations/rules.ts";
import { anRpmIndex } from "../../../support/rpm/an-rpm-index.ts";

/** A package of a line such as `web 1-1 R:libc`. */
function entryOf(line: string): IndexedPackage {
  const [entry] = anRpmIndex(line).versions(line.split(" ")[0] ?? "");
  if (entry === undefined) throw new Error(`no package in ${line}`);
  return entry;
}

function presentWith(...lines: readonly string[]): Present {
  const present = new Present(rpmRules);
  for (const line of lines) present.add({ entry: entryOf(line) });
  return present;
}

/** Why a package cannot be added: with which one it does not go, and which of them says so. */
function against(present: Present, line: string): string | undefined {
  const reason = present.reasonAgainst(entryOf(line));
  if (reason === undefined) return undefined;
  const { name } = reason.present.entry;
  if (reason.type === "other-version") return `${name} is there`;
  return `${reason.conflict.text}, of ${reason.isOfPresent ? name : "its own"}, about ${name}`;
}

describe("a package", () => {
  it.each<readonly [what: string, there: readonly string[], line: string, why: string | undefined]>(
    [
      ["goes with what it does not know", ["a 1-1"], "b 1-1", undefined],
      ["is there once, whatever its version", ["a 1-1"], "a 2-1", "a is there"],
      ["says what it does not go with", ["a 1-1"], "b 1-1 C:a", "a, of its own, about a"],
      ["says which version of it", ["a 1-1"], "b 1-1 C:a > 1", undefined],
      ["means what provides the name", ["a 1-1 P:v"], "b 1-1 C:v", "v, of its own, about a"],
      ["is what another does not go with", ["a 1-1 C:b"], "b 1-1", "b, of a, about a"],
      ["is not, of another version", ["a 1-1 C:b > 1"], "b 1-1", undefined],
      ["is by what it provides", ["a 1-1 C:v"], "b 1-1 P:v", "v, of a, about a"],
      ["takes the place of another by its name", ["a 1-1"], "b 1-1 O:a", "a, of its own, about a"],
      ["takes no place by what is provided", ["a 1-1 P:v"], "b 1-1 O:v", undefined],
    ],
  )("%s", (_, there, line, why) => {
    expect(against(presentWith(...there), line)).toBe(why);
  });

  test("that is taken back leaves nothing behind", () => {
    const present = presentWith("a 1-1 P:v C:w M:r S:s");
    const other = { entry: entryOf("b 1-1 P:v C:w M:r S:s") };
    present.add(other);
    expect(present.satisfying({ name: "v" }).map(({ entry }) => entry.name)).toEqual(["a", "b"]);
    present.remove(other);
    expect(present.find("b")).toBeUndefined();
    expect(present.satisfying({ name: "v" }).map(({ entry }) => entry.name)).toEqual(["a"]);
    expect(against(present, "w 1-1")).toBe("w, of a, about a");
    present.remove({ entry: entryOf("a 1-1 P:v C:w M:r S:s") });
    expect(present.find("a")).toBeUndefined();
    expect(against(present, "w 1-1")).toBeUndefined();
    expect(present.isRecommended(entryOf("r 1-1"))).toBe(false);
    expect(present.isSuggested(entryOf("s 1-1"))).toBe(false);
  });
});

describe("what is needed", () => {
  const present = presentWith("a 1-1 P:v", "b 2-1");
  const of = { entry: entryOf("top 1-1") };

  it.each([
    ["R:a", true],
    ["R:v", true],
    ["R:a > 1", false],
    ["R:c", false],
    ["R:(c or b)", true],
    ["R:(c or d)", false],
    ["R:(c if b)", false],
    ["R:(c if d)", true],
    ["R:(a if b)", true],
    ["R:(c if (a and d))", true],
    ["R:(c if (a and b))", false],
  ])("%s is there: %s", (field, expected) => {
    const [relation] = entryOf(`x 1-1 ${field}`).requires;
    if (relation === undefined) throw new Error(`no relation in ${field}`);
    expect(present.isSatisfied({ type: "dependency", of, relation })).toBe(expected);
  });

  it.each([
    ["a", true],
    ["v", false],
    ["c", false],
  ])("asked for by name is a package of that name: %s %s", (name, expected) => {
    expect(present.isSatisfied({ type: "wanted", name })).toBe(expected);
  });
});

// Source: rpm's manual, "More on dependencies": weak ones, forward and backward.
describe("a package is preferred", () => {
  const cases: readonly (readonly [there: readonly string[], line: string, isSo: boolean])[] = [
    [["a 1-1 M:x"], "x 1-1", true],
    [["a 1-1 M:x"], "y 1-1", false],
    [["a 1-1 M:v"], "x 1-1 P:v", true],
    [["a 1-1 M:x > 1"], "x 1-1", false],
    [["a 1-1 M:(x if b)"], "x 1-1", false],
    [["a 1-1 M:(x if b)", "b 1-1"], "x 1-1", true],
    [["a 1-1"], "x 1-1 U:a", true],
    [["a 1-1"], "x 1-1 U:b", false],
    [["a 1-1"], "x 1-1 U:(a and b)", false],
    [["a 1-1", "b 1-1"], "x 1-1 U:(a and b)", true],
    [["b 1-1"], "x 1-1 U:(a or b)", true],
    [["b 1-1"], "x 1-1 U:a, b", true],
    [[], "x 1-1 U:a", false],
    [["a 1-1"], "x 1-1", false],
  ];

  it.each(cases)("with %j, %s is recommended: %s", (there, line, isSo) => {
    expect(presentWith(...there).isRecommended(entryOf(line))).toBe(isSo);
    const weaker = (text: string): string => text.replace(" M:", " S:").replace(" U:", " E:");
    const other = presentWith(...there.map(weaker));
    expect(other.isSuggested(entryOf(weaker(line)))).toBe(isSo);
    expect(other.isRecommended(entryOf(weaker(line)))).toBe(false);
    expect(presentWith(...there).isSuggested(entryOf(line))).toBe(false);
  });
});
