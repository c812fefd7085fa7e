import type { IndexedPackage } from "../../package-index.ts";
import { Present } from "../present.ts";
import type { ResolverRules } from "../rules.ts";
import type { Entries } from "./entries.ts";

/** Packages looked at for one answer: beyond that a package is taken for one that could join. */
const MOST_VISITS = 2000;

/**
 * Whether a package could be added with all that it needs. What several of the added packages want
 * of each other is not looked at, so that a yes may turn out wrong; a no is right.
 */
export function couldJoin(
  { rules, entries }: { readonly rules: ResolverRules; readonly entries: Entries },
  entry: IndexedPackage,
  present: Present,
): boolean {
  // A package that is looked at already is taken for possible: needs may go round in a ring.
  const visited = new Map<IndexedPackage, boolean>();
  const isPossible = (one: IndexedPackage, depth: number): boolean => {
    const known = visited.get(one);
    if (known !== undefined) return known;
    if (visited.size > MOST_VISITS || depth > 200) return true;
    visited.set(one, true);
    const result =
      present.reasonAgainst(one) === undefined &&
      one.requires.every(
        (relation) =>
          relation.conditions !== undefined ||
          relation.alternatives.some(
            (wanted) => rules.satisfies(one, wanted) || present.satisfying(wanted).length > 0,
          ) ||
          entries.satisfying(relation).some((other) => isPossible(other, depth + 1)),
      );
    visited.set(one, result);
    return result;
  };
  return isPossible(entry, 0);
}

/** Tells of packages whether all that they need is to be had, whatever else an image holds. */
export function usability(request: {
  readonly rules: ResolverRules;
  readonly entries: Entries;
}): (entry: IndexedPackage) => boolean {
  const nothing = new Present(request.rules);
  const known = new Map<IndexedPackage, boolean>();
  return (entry) => {
    const result = known.get(entry) ?? couldJoin(request, entry, nothing);
    known.set(entry, result);
    return result;
  };
}
