import type { Capability, IndexedPackage, PackageIndex } from "../package-index.ts";
import type { ResolverRules } from "./rules.ts";
import type { Candidate, Need } from "./choice.ts";

export interface CandidatesRequest {
  readonly index: PackageIndex;
  readonly rules: ResolverRules;
  /** Versions to prefer, by package name. */
  readonly keep: ReadonlyMap<string, string>;
  /** Packages of which nothing but the newest version will do. */
  readonly newest: ReadonlySet<string>;
}

/**
 * The packages that could be chosen for a need, in order of preference, which is apt's: the
 * alternatives as the package names them; for each of them the package of that name before those
 * that provide it, and these by their rank. A name stands for its kept version, else for its newest
 * one; older ones come after everything else, where apt would give up.
 */
export function candidatesFor(request: CandidatesRequest, need: Need): readonly Candidate[] {
  const groups =
    need.type === "wanted"
      ? versionsOf(request, need.name, { name: need.name }).map((entry) => [entry])
      : groupsOf(request, need.relation.alternatives);
  const candidates = new Map<IndexedPackage, Candidate>();
  for (const [group, entries] of groups.entries()) {
    for (const entry of entries)
      if (!candidates.has(entry)) candidates.set(entry, { entry, group });
  }
  return [...candidates.values()];
}

/** Those of one group are equally good. */
function groupsOf(
  request: CandidatesRequest,
  alternatives: readonly Capability[],
): readonly (readonly IndexedPackage[])[] {
  const preferred: (readonly IndexedPackage[])[] = [];
  const older: (readonly IndexedPackage[])[] = [];
  for (const wanted of alternatives) {
    const own = versionsOf(request, wanted.name, wanted);
    const provided = request.index
      .providers(wanted.name)
      .filter((name) => name !== wanted.name)
      .map((name) => versionsOf(request, name, wanted));
    preferred.push(own.slice(0, 1).filter((entry) => isPreferred(request, entry)));
    preferred.push(
      ...byRank(
        provided.flatMap(([entry]) =>
          entry !== undefined && isPreferred(request, entry) ? [entry] : [],
        ),
      ),
    );
    older.push(...[...own, ...provided.flat()].map((entry) => [entry]));
  }
  return [...preferred, ...older];
}

function byRank(entries: readonly IndexedPackage[]): readonly (readonly IndexedPackage[])[] {
  const ranks = [...new Set(entries.map(({ rank }) => rank))].toSorted((a, b) => a - b);
  return ranks.map((rank) => entries.filter((entry) => entry.rank === rank));
}

function isPreferred({ index, keep }: CandidatesRequest, entry: IndexedPackage): boolean {
  return keep.get(entry.name) === entry.version || index.versions(entry.name)[0] === entry;
}

/** The versions of a package that are what is asked for, the preferred one first. */
export function versionsOf(
  { index, rules, keep, newest }: CandidatesRequest,
  name: string,
  wanted: Capability,
): readonly IndexedPackage[] {
  const all = index.versions(name);
  const allowed = newest.has(name) ? all.slice(0, 1) : all;
  const kept = keep.get(name);
  return allowed
    .filter((entry) => rules.satisfies(entry, wanted))
    .toSorted((a, b) => Number(b.version === kept) - Number(a.version === kept));
}
