import { describe, expect, it, test } from "vitest";
import type { IndexedPackage } from "../../../../src/packages/package-index.ts";
import type { Need } from "../../../../src/packages/resolve/choice.ts";
import { couldJoin, usability } from "../../../../src/packages/resolve/merit/could-join.ts";
import { Entries } from "../../../../src/packages/resolve/merit/entries.ts";
import { withoutObsoleted } from "../../../../src/packages/resolve/merit/obsoleted.ts";
import { rank } from "../../../../src/packages/resolve/merit/ranking.ts";
import { Present } from "../../../../src/packages/resolve/present.ts";
import { rpmRules } from "../../../../src/packages/rpm/relations/rules.ts";
import { anRpmIndex } from "../../../support/rpm/an-rpm-index.ts";

const { merit } = rpmRules;
if (merit === undefined) throw new Error("RPM packages are chosen by what they are");

interface Asked {
  readonly lines: readonly string[];
  /** Packages that are there, of lines of their own. */
  readonly there?: readonly string[];
  readonly keep?: Readonly<Record<string, string>>;
  /** What is needed; absent: `v`. */
  readonly need?: string;
}

function world({ lines, there = [], keep = {}, need = "v" }: Asked): {
  readonly request: Parameters<typeof rank>[0] & { readonly entries: Entries };
  readonly present: Present;
  readonly wanted: Need;
} {
  const index = anRpmIndex(...lines, ...there, `needing 1-1 R:${need}`);
  const [needing] = index.versions("needing");
  const [relation] = needing?.requires ?? [];
  if (needing === undefined || relation === undefined || merit === undefined)
    throw new Error(`no need in ${need}`);
  const candidates = {
    index,
    rules: rpmRules,
    keep: new Map(Object.entries(keep)),
    newest: new Set<string>(),
  };
  const entries = new Entries(candidates);
  const present = new Present(rpmRules);
  for (const line of there) {
    const [entry] = index.versions(line.split(" ")[0] ?? "");
    if (entry !== undefined) present.add({ entry });
  }
  const isUsable = usability({ rules: rpmRules, entries });
  return {
    request: { ...candidates, merit, isUsable, entries },
    present,
    wanted: { type: "dependency", of: { entry: needing }, relation },
  };
}

const idOf = ({ name, version }: IndexedPackage): string => `${name}-${version}`;

/** Candidates, those that are equally good joined, the best first; and how many are the best. */
function ranked(asked: Asked): { order: string; alternatives: string; best: number } {
  const { request, present, wanted } = world(asked);
  const { candidates, alternatives, best } = rank(
    request,
    present,
    wanted,
    request.entries.of(wanted),
  );
  const groups = Map.groupBy(candidates, ({ group }) => group);
  return {
    order: [...groups.values()]
      .map((group) => group.map(({ entry }) => idOf(entry)).join("="))
      .join(" "),
    alternatives: alternatives.map(idOf).join(" "),
    best,
  };
}

// Source: libsolv 0.7, policy_filter_unwanted, as dnf calls it.
describe("what would do for a need is ordered", () => {
  it.each<readonly [what: string, asked: Asked, order: string, best: number]>([
    ["alone as it is", { lines: ["a 1-1 P:v"] }, "a-1-1", 1],
    [
      "by nothing, where nothing tells it apart",
      { lines: ["b 1-1 P:v", "a 1-1 P:v"] },
      "a-1-1=b-1-1",
      2,
    ],
    [
      "by versions of one name",
      { lines: ["a 1-1 P:v", "a 3-1 P:v", "a 2-1 P:v"] },
      "a-3-1 a-2-1 a-1-1",
      1,
    ],
    [
      "by the version of an earlier lock first",
      { lines: ["a 1-1 P:v", "a 2-1 P:v"], keep: { a: "1-1" } },
      "a-1-1 a-2-1",
      1,
    ],
    [
      "without what another takes the place of",
      { lines: ["a 1-1 P:v", "b 1-1 P:v O:a"] },
      "b-1-1 a-1-1",
      1,
    ],
    [
      "with what an earlier lock chose, though another took its place",
      { lines: ["a 1-1 P:v", "b 1-1 P:v O:a"], keep: { a: "1-1" } },
      "a-1-1 b-1-1",
      1,
    ],
    [
      "by what is recommended, the others behind",
      { lines: ["a 1-1 P:v", "b 1-1 P:v", "c 1-1 P:v"], there: ["t 1-1 M:b"] },
      "b-1-1 a-1-1 c-1-1",
      1,
    ],
    [
      "by what is suggested",
      { lines: ["a 1-1 P:v", "b 1-1 P:v", "c 1-1 P:v"], there: ["t 1-1 S:c"] },
      "c-1-1 a-1-1=b-1-1",
      1,
    ],
    [
      "by the version that is provided",
      { lines: ["a 1-1 P:v = 1", "b 1-1 P:v = 2"] },
      "b-1-1 a-1-1",
      1,
    ],
    [
      "by what is the newest of its name",
      { lines: ["a 1-1 P:v", "a 2-1", "b 1-1 P:v"] },
      "b-1-1 a-1-1",
      1,
    ],
    [
      "by what an earlier lock chose, as if it was the newest",
      { lines: ["a 1-1 P:v", "a 2-1", "b 1-1 P:v"], keep: { a: "1-1" } },
      "a-1-1=b-1-1",
      2,
    ],
    ["by the name that is needed", { lines: ["a 1-1 P:v", "v 1-1"] }, "v-1-1 a-1-1", 1],
    [
      "by any of the names that are needed",
      { lines: ["a 1-1", "b 1-1 P:w", "w 1-1"], need: "(a or w)" },
      "a-1-1=w-1-1 b-1-1",
      2,
    ],
    [
      "with what goes with nothing at last",
      { lines: ["a 1-1 P:v", "b 1-1 P:v C:t", "c 1-1 P:v"], there: ["t 1-1"] },
      "a-1-1=c-1-1 b-1-1",
      2,
    ],
    [
      "with what cannot be had behind",
      { lines: ["a 1-1 P:v R:none", "b 1-1 P:v", "c 1-1 P:v"] },
      "b-1-1=c-1-1 a-1-1",
      2,
    ],
    [
      "with what cannot be had, where there is nothing else",
      { lines: ["a 1-1 P:v R:none"] },
      "a-1-1",
      1,
    ],
    ["as nothing, where there is none", { lines: ["a 1-1"] }, "", 0],
  ])("%s", (_, asked, order, best) => {
    expect(ranked(asked)).toMatchObject({ order, best });
  });

  test("between those that there is a choice between", () => {
    expect(
      ranked({ lines: ["a 1-1 P:v", "a 2-1 P:v", "b 1-1 P:v O:c", "c 1-1 P:v"] }).alternatives,
    ).toBe("a-2-1 b-1-1");
    expect(ranked({ lines: ["a 1-1 P:v C:t"], there: ["t 1-1"] }).alternatives).toBe("");
  });
});

describe("a package could join", () => {
  it.each<
    readonly [what: string, lines: readonly string[], there: readonly string[], isSo: boolean]
  >([
    ["that needs nothing", ["x 1-1"], [], true],
    ["that needs what can be had", ["x 1-1 R:a", "a 1-1"], [], true],
    ["not that needs what nobody has", ["x 1-1 R:none"], [], false],
    ["not whose needs need what nobody has", ["x 1-1 R:a", "a 1-1 R:none"], [], false],
    ["whose needs may be met by another", ["x 1-1 R:v", "a 1-1 P:v R:none", "b 1-1 P:v"], [], true],
    ["that provides what it needs itself", ["x 1-1 P:v R:v"], [], true],
    ["that needs what is there", ["x 1-1 R:v"], ["t 1-1 P:v"], true],
    ["not that does not go with what is there", ["x 1-1 C:t"], ["t 1-1"], false],
    ["not whose needs do not go with it", ["x 1-1 R:a", "a 1-1 C:t"], ["t 1-1"], false],
    ["whose needs go round in a ring", ["x 1-1 R:a", "a 1-1 R:b", "b 1-1 R:x"], [], true],
    ["not whose ring needs what nobody has", ["x 1-1 R:a", "a 1-1 R:x, none"], [], false],
    ["whose need has a condition, which may never be", ["x 1-1 R:(none if t)"], [], true],
    ["that needs all of several", ["x 1-1 R:a, none", "a 1-1"], [], false],
  ])("%s", (_, lines, there, isSo) => {
    const { request, present } = world({ lines, there });
    const [entry] = request.index.versions("x");
    if (entry === undefined) throw new Error("no package x");
    expect(couldJoin(request, entry, present)).toBe(isSo);
    // Beside nothing at all it is asked for by itself.
    const isUsable = there.length === 0 ? request.isUsable(entry) : isSo;
    expect(isUsable).toBe(isSo);
  });
});

describe("of packages that take each other's place", () => {
  it.each<readonly [what: string, lines: readonly string[], left: string]>([
    ["all stay that nobody names", ["a 1-1", "b 1-1"], "a b"],
    ["the old one goes", ["a 1-1", "b 1-1 O:a"], "b"],
    ["a version that is not meant stays", ["a 2-1", "b 1-1 O:a < 2"], "a b"],
    ["one does not take its own", ["a 1-1 O:a", "b 1-1"], "a b"],
    ["what is only in conflict stays", ["a 1-1", "b 1-1 C:a"], "a b"],
    ["a chain leaves its end", ["a 1-1", "b 1-1 O:a", "c 1-1 O:b"], "c"],
    ["a pair stays", ["a 1-1 O:b", "b 1-1 O:a"], "a b"],
    ["a ring stays", ["a 1-1 O:b", "b 1-1 O:c", "c 1-1 O:a"], "a b c"],
    ["what a ring names goes", ["a 1-1 O:b", "b 1-1 O:a, c", "c 1-1"], "a b"],
    ["of a ring what another names goes", ["a 1-1 O:b", "b 1-1 O:a", "c 1-1 O:a"], "b c"],
    ["what is named that is not among them changes nothing", ["a 1-1 O:x", "b 1-1"], "a b"],
    ["one alone stays", ["a 1-1 O:b"], "a"],
  ])("%s", (_, lines, left) => {
    const index = anRpmIndex(...lines);
    const entries = lines.flatMap((line) => index.versions(line.split(" ")[0] ?? ""));
    expect(
      withoutObsoleted(rpmRules, entries)
        .map(({ name }) => name)
        .join(" "),
    ).toBe(left);
  });
});
