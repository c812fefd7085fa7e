import { byName } from "../../../order.ts";
import type { IndexedPackage } from "../../package-index.ts";
import type { CandidatesRequest } from "../candidates.ts";
import type { Candidate, Need } from "../choice.ts";
import type { Present } from "../present.ts";
import type { MeritRules } from "../rules.ts";
import { withoutObsoleted } from "./obsoleted.ts";

/** The packages that could be chosen for a need in some image, the best first. */
export interface Ranking {
  readonly candidates: readonly Candidate[];
  /** Those that there is a choice between, one of each name. */
  readonly alternatives: readonly IndexedPackage[];
  /** How many of these are equally good and the best. */
  readonly best: number;
}

export interface RankingRequest extends CandidatesRequest {
  readonly merit: MeritRules;
  /** Whether all that a package needs is to be had at all. */
  readonly isUsable: (entry: IndexedPackage) => boolean;
}

/**
 * Order what would do for a need as libsolv does: of each name the newest version, of these none
 * that another one obsoletes, if any is recommended none that is not; then those that are suggested
 * first, then those whose provides are newer. Where libsolv goes by the alphabet at last, they are
 * equally good, but for one that has the very name that is needed. All others come after them: they
 * are tried when the better ones lead nowhere.
 *
 * Source: libsolv 0.7, `policy_filter_unwanted`.
 */
export function rank(
  request: RankingRequest,
  present: Present,
  need: Need,
  entries: readonly IndexedPackage[],
): Ranking {
  const possible = entries.filter((entry) => present.reasonAgainst(entry) === undefined);
  const usable =
    countNames(possible) < 2 ? possible : possible.filter((entry) => request.isUsable(entry));
  const chosen = pruned(request, present, usable);
  const groups = groupsOf(request, present, need, chosen);
  const isChosen = new Set(chosen);
  const isPossible = new Set(possible);
  const others = [
    ...possible.filter((entry) => !isChosen.has(entry)),
    ...entries.filter((entry) => !isPossible.has(entry)),
  ];
  return {
    candidates: [...groups, ...others.map((entry) => [entry])].flatMap((group, at) =>
      group.map((entry) => ({ entry, group: at })),
    ),
    alternatives: chosen,
    best: groups[0]?.length ?? 0,
  };
}

function countNames(entries: readonly IndexedPackage[]): number {
  return new Set(entries.map(({ name }) => name)).size;
}

/** At most one of each name. */
function pruned(
  request: RankingRequest,
  present: Present,
  possible: readonly IndexedPackage[],
): readonly IndexedPackage[] {
  if (possible.length < 2) return possible;
  const newest = bestOfEach(request, possible);
  const current = withoutObsoleted(request.rules, newest);
  // A version that an earlier lock chose stays, also when something took its place since.
  const kept = newest.filter((entry) => isKept(request, entry) && !current.includes(entry));
  const chosen = kept.length > 0 ? kept : current;
  if (chosen.length < 2) return chosen;
  const recommended = chosen.filter((entry) => present.isRecommended(entry));
  return recommended.length > 0 ? recommended : chosen;
}

function bestOfEach(
  request: RankingRequest,
  entries: readonly IndexedPackage[],
): readonly IndexedPackage[] {
  const best = new Map<string, IndexedPackage>();
  for (const entry of entries) {
    const other = best.get(entry.name);
    if (other === undefined || isBetter(request, entry, other)) best.set(entry.name, entry);
  }
  return [...best.values()];
}

function isBetter(request: RankingRequest, entry: IndexedPackage, other: IndexedPackage): boolean {
  const byLock = Number(isKept(request, entry)) - Number(isKept(request, other));
  return byLock !== 0
    ? byLock > 0
    : request.merit.compareVersions(entry.version, other.version) > 0;
}

function isKept({ keep }: CandidatesRequest, entry: IndexedPackage): boolean {
  return keep.get(entry.name) === entry.version;
}

/** Packages that are equally good, the best first. */
function groupsOf(
  request: RankingRequest,
  present: Present,
  need: Need,
  entries: readonly IndexedPackage[],
): readonly (readonly IndexedPackage[])[] {
  if (entries.length < 2) return entries.map((entry) => [entry]);
  // What is told apart by nothing else stays in this order.
  const sorted = entries.toSorted(
    (a, b) => Number(!isCurrent(request, a)) - Number(!isCurrent(request, b)) || byName(a, b),
  );
  const behind = request.merit.behind(sorted);
  const own = new Set(need.type === "wanted" ? [need.name] : namesIn(need));
  const ranked = sorted.map((entry, at) => ({
    entry,
    rank: [
      Number(!present.isSuggested(entry)),
      behind[at] ?? 0,
      Number(!isCurrent(request, entry)),
      Number(!own.has(entry.name)),
    ],
  }));
  ranked.sort((a, b) => compareRanks(a.rank, b.rank));
  const groups = Map.groupBy(ranked, ({ rank: each }) => each.join());
  return [...groups.values()].map((group) => group.map(({ entry }) => entry));
}

function namesIn({ relation }: Extract<Need, { type: "dependency" }>): readonly string[] {
  return relation.alternatives.map(({ name }) => name);
}

function isCurrent(request: RankingRequest, entry: IndexedPackage): boolean {
  return isKept(request, entry) || request.index.versions(entry.name)[0] === entry;
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
