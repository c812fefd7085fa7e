import { expect, test } from "vitest";
import { debRules } from "../../../../src/packages/deb/rules.ts";
import { QclockError } from "../../../../src/error.ts";
import type { IndexedPackage, PackageIndex } from "../../../../src/packages/package-index.ts";
import { resolvePackages } from "../../../../src/packages/resolve/resolve-packages.ts";
import { anIndex } from "../../../support/an-index.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"];

/** Archives so small that every set of their packages can be looked at. */
test("a set is found exactly where there is one, and it holds nothing without a reason", () => {
  const random = seededRandom(24);
  const seen = { found: 0, refused: 0 };
  for (let round = 0; round < 600; round += 1) {
    const lines = anArchive(random);
    const index = anIndex(...lines);

    const found = resolve(index);

    const isPossible = allSets(index).some((set) => isRight(set));
    const holds = found === undefined || isRight(found.map((each) => each.package));
    const hasReasons = found?.every(({ reasons }) => reasons.length > 0) ?? true;
    expect([lines, found !== undefined, holds, hasReasons]).toEqual([
      lines,
      isPossible,
      true,
      true,
    ]);
    if (found === undefined) seen.refused += 1;
    else seen.found += 1;
  }
  // Neither is rare, so that the test is about both.
  expect(Math.min(seen.found, seen.refused)).toBeGreaterThan(100);
});

/** One or two versions of each name, with needs, alternatives, bounds and conflicts at random. */
function anArchive(random: () => number): readonly string[] {
  const one = <Value>(values: readonly Value[]): Value | undefined =>
    values[Math.floor(random() * values.length)];
  const bounded = (): string => `${one(NAMES)}${one(["", "", " (= 1)", " (>= 2)"])}`;
  return NAMES.flatMap((name) =>
    (random() < 0.5 ? ["1"] : ["1", "2"]).map((version) => {
      const needs = Array.from({ length: Math.floor(random() * 3) }, () =>
        random() < 0.6 ? `${bounded()} | ${bounded()}` : bounded(),
      );
      const conflicts = random() < 0.5 ? [bounded()] : [];
      const fields = [
        ...(needs.length > 0 ? [`D:${needs.join(", ")}`] : []),
        ...(conflicts.length > 0 ? [`C:${conflicts.join(", ")}`] : []),
      ];
      return [name, version, ...fields].join(" ");
    }),
  );
}

function resolve(index: PackageIndex): ReturnType<typeof resolvePackages> | undefined {
  try {
    return resolvePackages({
      image: "t",
      wanted: ["a", "b"],
      installed: [],
      keep: new Map(),
      index,
      rules: debRules,
    });
  } catch (error) {
    if (error instanceof QclockError) return undefined;
    throw error;
  }
}

/** Every set with at most one version of each name. */
function allSets(index: PackageIndex): readonly (readonly IndexedPackage[])[] {
  let sets: readonly (readonly IndexedPackage[])[] = [[]];
  for (const name of NAMES)
    sets = sets.flatMap((set) => [set, ...index.versions(name).map((entry) => [...set, entry])]);
  return sets;
}

function isRight(set: readonly IndexedPackage[]): boolean {
  return (
    ["a", "b"].every((wanted) => set.some(({ name }) => name === wanted)) &&
    set.every(
      (entry) =>
        entry.requires.every(({ alternatives }) =>
          alternatives.some((wanted) => set.some((each) => debRules.satisfies(each, wanted))),
        ) &&
        entry.conflicts.every((conflict) =>
          set.every((each) => each === entry || !debRules.isExcluded(each, conflict)),
        ),
    )
  );
}
