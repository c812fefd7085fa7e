import { describe, expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import type { IndexedPackage, PackageIndex } from "../../../../src/packages/package-index.ts";
import { formatReason } from "../../../../src/packages/reason.ts";
import { resolvePackages } from "../../../../src/packages/resolve/resolve-packages.ts";
import { rpmRules } from "../../../../src/packages/rpm/relations/rules.ts";
import { aUniverse } from "../../../judge/dnf/universe.ts";
import { anRpmIndex } from "../../../support/rpm/an-rpm-index.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

describe("of several packages that provide the same", () => {
  test.each([
    ["the one whose provide is newer", ["a 1-1 P:v = 1", "b 1-1 P:v = 2"], "b"],
    ["the one that is suggested", ["a 1-1 P:v", "b 1-1 P:v", "c 1-1 P:v"], "b", "S:b"],
    ["the one that is recommended", ["a 1-1 P:v = 2", "b 1-1 P:v = 1"], "b", "M:b"],
    ["the one that says it belongs there", ["a 1-1 P:v = 2", "b 1-1 P:v = 1 U:top"], "b"],
    ["the one that is of use there", ["a 1-1 P:v", "b 1-1 P:v E:(top and top >= 1)"], "b"],
    ["the one that the other was replaced by", ["a 1-1 P:v = 9", "b 1-1 P:v = 1 O:a"], "b"],
    ["the one that has the name", ["a 1-1 P:v", "v 1-1"], "v"],
    ["the one that is not out of date", ["a 1-1 P:v", "a 2-1", "b 1-1 P:v"], "b"],
    ["the one that can be had", ["a 1-1 P:v = 2 R:missing", "b 1-1 P:v = 1"], "b"],
    ["the one that goes with the rest", ["a 1-1 P:v = 2 C:top", "b 1-1 P:v = 1"], "b"],
    [
      "the one that is there anyhow",
      ["a 1-1 P:v", "b 1-1 P:v", "c 1-1 R:b", "top 1-1 R:v, c"],
      "b",
    ],
  ])("%s is chosen", (_, lines, expected, more = "") => {
    const index = anRpmIndex(...lines, ...(hasTop(lines) ? [] : [`top 1-1 R:v ${more}`.trim()]));

    const found = names(index, ["top"]);

    expect(found.filter((name) => !["c", "top"].includes(name))).toEqual([expected]);
  });

  test("those that are equally good are told, and one can be named", () => {
    const index = anRpmIndex("a 1-1 P:v", "b 1-1 P:v", "c 1-1 P:v R:missing", "top 1-1 R:v");

    const error = refusal(index, ["top"]);

    expect(error).toMatchObject({
      code: "unresolvable-packages",
      message: 'Package "top" needs "v", and several packages provide it.',
      hint: 'Add the one that image "t" should hold to its packages: a, b.',
      details: ["top: asked for in the manifest"],
    });
    expect(names(index, ["top", "b"])).toEqual(["b", "top"]);
  });

  test("those of a boolean dependency are equally good", () => {
    const index = anRpmIndex("a 1-1", "b 1-1", "top 1-1 R:(b or a)");

    expect(refusal(index, ["top"]).message).toBe(
      'Package "top" needs "(b or a)", and several packages provide it.',
    );
  });

  test("one that another choice brings later is no tie", () => {
    const index = anRpmIndex(
      "a 1-1 P:v",
      "b 1-1 P:v",
      "x 1-1 P:w = 2 R:b",
      "y 1-1 P:w = 1",
      "top 1-1 R:v, w",
    );

    expect(names(index, ["top"])).toEqual(["b", "top", "x"]);
  });
});

describe("a package that is obsolete", () => {
  const lines = ["old 1-1", "new 2-1 O:old < 2 P:old = 2-1"];

  test("is the other one where it is asked for", () => {
    expect(closure(anRpmIndex(...lines), ["old"])).toEqual(["new 2-1: requested"]);
    expect(names(anRpmIndex(...lines), ["new", "old"])).toEqual(["new"]);
  });

  test("is the other one where it is needed", () => {
    expect(names(anRpmIndex(...lines, "top 1-1 R:old"), ["top"])).toEqual(["new", "top"]);
  });

  test("stays where an earlier lock chose it", () => {
    const kept = new Map([["old", "1-1"]]);

    expect(names(anRpmIndex(...lines), ["old"], kept)).toEqual(["old"]);
  });

  test("is not put beside the other one", () => {
    const error = refusal(anRpmIndex(...lines, "top 1-1 R:old < 2"), ["new", "top"]);

    expect(error.code).toBe("package-conflict");
    expect(error.message).toBe('Image "t": new 2-1 obsoletes old 1-1 ("old < 2").');
  });

  test("that several others obsolete can be named by one of them", () => {
    const index = anRpmIndex("old 1-1", "x 1-1 O:old", "y 1-1 O:old");

    expect(refusal(index, ["old"]).hint).toContain("x, y");
    expect(names(index, ["old", "y"])).toEqual(["y"]);
  });
});

test("packages that obsolete each other in a ring all stay, and what is behind them goes", () => {
  const index = anRpmIndex(
    "a 1-1 P:v O:b",
    "b 1-1 P:v O:c",
    "c 1-1 P:v O:a, d",
    "d 1-1 P:v",
    "top 1-1 R:v",
  );

  expect(refusal(index, ["top"]).hint).toContain("a, b, c.");
});

test("a name that thousands provide is refused at once", () => {
  const lines = Array.from({ length: 1500 }, (_, at) => `p${at} 1-1 P:v O:p${(at + 1) % 1500}`);
  const index = anRpmIndex(...lines, "top 1-1 R:v, (v if v), (v or top)");

  const start = performance.now();

  expect(refusal(index, ["top"]).message).toContain("several packages provide it");
  expect(performance.now() - start).toBeLessThan(15_000);
});

describe("versions of an earlier lock", () => {
  test("stay, though there are newer ones", () => {
    const index = anRpmIndex("a 1-1", "a 2-1", "top 1-1 R:a");

    expect(closure(index, ["top"], new Map([["a", "1-1"]]))).toEqual([
      "a 1-1: top needs a",
      "top 1-1: requested",
    ]);
  });

  test("move where something needs a newer one", () => {
    const index = anRpmIndex("a 1-1", "a 2-1", "top 1-1 R:a >= 2");

    expect(closure(index, ["top"], new Map([["a", "1-1"]]))).toContain("a 2-1: top needs a >= 2");
  });
});

describe("a boolean dependency", () => {
  test.each([
    ["(a if b)", ["top"], ["top"]],
    ["(a if b)", ["b", "top"], ["a", "b", "top"]],
    ["(a if missing else c)", ["top"], ["c", "top"]],
    ["(a if b else c)", ["c", "top"], ["c", "top"]],
    ["(a if b else c)", ["b", "top"], ["a", "b", "top"]],
    ["(a if c)", ["d", "top"], ["a", "c", "d", "top"]],
    ["(v >= 1 with v < 2)", ["top"], ["e", "top"]],
    ["(v without e)", ["top"], ["f", "top"]],
    ["(a and b)", ["top"], ["a", "b", "top"]],
  ])("%s with %s holds with %s", (text, wanted, expected) => {
    const index = anRpmIndex(
      `top 1-1 R:${text}`,
      "a 1-1",
      "b 1-1",
      "c 1-1",
      "d 1-1 R:c",
      "e 1-1 P:v = 1",
      "f 1-1 P:v = 2",
    );

    expect(names(index, wanted)).toEqual(expected);
  });

  test("of the parent image comes to be when a child adds what it depends on", () => {
    const index = anRpmIndex("base 1-1 R:(extra if tool)", "extra 1-1", "tool 1-1");

    const found = resolvePackages({
      image: "t",
      wanted: ["tool"],
      installed: index.versions("base"),
      keep: new Map(),
      index,
      rules: rpmRules,
    });

    expect(found.map((each) => each.package.name)).toEqual(["extra", "tool"]);
    expect(found[0]?.reasons.map(formatReason)).toEqual(["base needs (extra if tool)"]);
  });

  test("that nothing satisfies is told with what leads to it", () => {
    const index = anRpmIndex("top 1-1 R:mid", "mid 1-1 R:(missing >= 2 if top)");

    expect(refusal(index, ["top"])).toMatchObject({
      code: "unresolvable-packages",
      message: 'Package "mid" needs "(missing >= 2 if top)", which no repository has.',
      details: ["mid: needed by top (mid)", "top: asked for in the manifest"],
    });
  });

  test("may be a conflict", () => {
    const index = anRpmIndex("top 1-1 C:(a unless b)", "a 1-1", "b 1-1 C:only", "only 1-1");

    expect(names(index, ["a", "top"])).toEqual(["a", "b", "top"]);
    expect(refusal(index, ["a", "only", "top"])).toMatchObject({ code: "package-conflict" });
    expect(
      refusal(anRpmIndex("top 1-1 C:(a and b)", "a 1-1", "b 1-1"), ["a", "b", "top"]),
    ).toMatchObject({
      code: "package-conflict",
      message:
        'Image "t": Package "top" conflicts with "(a and b)", and a, b would be in the image.',
    });
  });
});

test("a path is provided by who brings it", () => {
  const index = anRpmIndex("top 1-1 R:/opt/x", "a 1-1 F:/opt/x, /opt/y");

  expect(closure(index, ["top"])).toEqual(["a 1-1: top needs /opt/x", "top 1-1: requested"]);
});

test("one reason is told for each package that needs another one: the need that names it, else the first", () => {
  const index = anRpmIndex(
    "libc 1-1 P:libc.so.6, libc.so.6(2.4), libm.so.6 F:/sbin/ldconfig",
    "app 1-1 R:libc.so.6, libc.so.6(2.4), libc >= 1, libc, /sbin/ldconfig",
    "tool 1-1 R:libm.so.6, libc.so.6(2.4), app",
  );

  expect(closure(index, ["app", "tool"])).toEqual([
    "app 1-1: requested; tool needs app",
    "libc 1-1: app needs libc >= 1; tool needs libm.so.6",
    "tool 1-1: requested",
  ]);
});

test("an older version is taken where the newest leads nowhere", () => {
  const index = anRpmIndex("a 1-1", "a 2-1 R:missing", "top 1-1 R:a");

  expect(closure(index, ["top"])).toEqual(["a 1-1: top needs a", "top 1-1: requested"]);
});

/** Repositories so small that every set of some of their packages can be looked at. */
test("a set is found exactly where there is one, and it holds nothing without a reason", () => {
  const random = seededRandom(31);
  const seen = { found: 0, tied: 0, refused: 0 };
  for (let round = 0; round < 250; round += 1) {
    const lines = aUniverse(random).filter((line) => "abcde".includes(line[0] ?? ""));
    const index = anRpmIndex(...lines);
    if (["a", "b"].some((name) => index.obsoleters(name).length > 0)) continue;

    const found = attempt(index, ["a", "b"]);

    const isPossible = allSets(index).some((set) => isRight(set));
    if (found instanceof QclockError && found.message.includes("several packages")) {
      seen.tied += 1;
      continue;
    }
    const chosen = found instanceof QclockError ? undefined : found;
    const holds = chosen === undefined || isRight(chosen.map((each) => each.package));
    const hasReasons = chosen?.every(({ reasons }) => reasons.length > 0) ?? true;
    expect([lines, chosen !== undefined, holds, hasReasons]).toEqual([
      lines,
      isPossible,
      true,
      true,
    ]);
    if (chosen === undefined) seen.refused += 1;
    else seen.found += 1;
  }
  // Neither is rare, so that the test is about both.
  expect(Math.min(seen.found, seen.refused)).toBeGreaterThan(40);
});

function allSets(index: PackageIndex): readonly (readonly IndexedPackage[])[] {
  let sets: readonly (readonly IndexedPackage[])[] = [[]];
  for (const name of index.names())
    sets = sets.flatMap((set) => [set, ...index.versions(name).map((entry) => [...set, entry])]);
  return sets;
}

function isRight(set: readonly IndexedPackage[]): boolean {
  const has = (wanted: Parameters<typeof rpmRules.satisfies>[1]): boolean =>
    set.some((each) => rpmRules.satisfies(each, wanted));
  return (
    ["a", "b"].every((wanted) => set.some(({ name }) => name === wanted)) &&
    set.every(
      (entry) =>
        entry.requires.every(
          ({ alternatives, conditions = [] }) =>
            !conditions.every((condition) => has(condition)) ||
            alternatives.some((wanted) => has(wanted)),
        ) &&
        entry.conflicts.every((conflict) =>
          set.every((each) => each === entry || !rpmRules.isExcluded(each, conflict)),
        ),
    )
  );
}

function attempt(
  index: PackageIndex,
  wanted: readonly string[],
  keep: ReadonlyMap<string, string> = new Map(),
): ReturnType<typeof resolvePackages> | QclockError {
  try {
    return resolvePackages({ image: "t", wanted, installed: [], keep, index, rules: rpmRules });
  } catch (error) {
    if (error instanceof QclockError) return error;
    throw error;
  }
}

function refusal(index: PackageIndex, wanted: readonly string[]): QclockError {
  const found = attempt(index, wanted);
  if (found instanceof QclockError) return found;
  throw new Error(`there is a set: ${found.map((each) => each.package.name).join()}`);
}

function names(
  index: PackageIndex,
  wanted: readonly string[],
  keep?: ReadonlyMap<string, string>,
): readonly string[] {
  const found = attempt(index, wanted, keep);
  if (found instanceof QclockError) throw found;
  return found.map((each) => each.package.name);
}

function closure(
  index: PackageIndex,
  wanted: readonly string[],
  keep?: ReadonlyMap<string, string>,
): readonly string[] {
  const found = attempt(index, wanted, keep);
  if (found instanceof QclockError) throw found;
  return found.map(
    (each) =>
      `${each.package.name} ${each.package.version}: ${each.reasons.map(formatReason).join("; ")}`,
  );
}

function hasTop(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith("top "));
}
