import { z } from "zod";
import type { RootComparison } from "./compare-roots.ts";

const resultShape = z.object({
  /** The day on which it was compared, as `2026-11-29`. */
  date: z.string(),
  /** How many packages each root holds. */
  packages: z.number(),
  /** Paths that either root has, less those that are left out. */
  paths: z.number(),
  /** Paths that are the same in type, mode, owner, content, links and capability. */
  equal: z.number(),
  /** Paths that differ in a way that a rule allows. */
  allowed: z.number(),
  /** Paths that differ in a way that no rule allows. */
  other: z.number(),
  /** Paths that only running programs made: told, and not counted. */
  leftOut: z.number(),
});

/** What the comparison of a set with the root of apt or dnf came to. */
export type SetResult = Readonly<z.infer<typeof resultShape>>;

/** The results of the last comparison of each set, by name. */
export type SetResults = Readonly<Record<string, SetResult>>;

/** Read the results that a run has kept. Throws when the text is something else. */
export function parseSetResults(text: string): SetResults {
  const value: unknown = JSON.parse(text);
  return z.record(z.string(), resultShape).parse(value);
}

/**
 * The results with that of one set, compared today, in the order of `names`: so a change of one set
 * is a change of one place.
 */
export function withResult(
  before: SetResults,
  set: { readonly name: string; readonly packages: number; readonly comparison: RootComparison },
  names: readonly string[],
): SetResults {
  const { name, packages, comparison } = set;
  const { paths, equal, allowed, different: other, leftOut } = comparison;
  const date = new Date().toISOString().slice(0, 10);
  const result: SetResult = { date, packages, paths, equal, allowed, other, leftOut };
  const all: SetResults = { ...before, [name]: result };
  return Object.fromEntries(
    names.flatMap((each) => {
      const found = all[each];
      return found === undefined ? [] : [[each, found] as const];
    }),
  );
}
