import type { IndexedPackage } from "../../package-index.ts";
import type { ResolverRules } from "../rules.ts";

/** Whether a package obsoletes another one: it was made to take its place. */
export function obsoletes(
  rules: ResolverRules,
  entry: IndexedPackage,
  other: IndexedPackage,
): boolean {
  return (
    entry.name !== other.name &&
    entry.conflicts.some(
      (conflict) => conflict.verb === "obsoletes" && rules.isExcluded(other, conflict),
    )
  );
}

/**
 * Packages without those that another one of them obsoletes. Where they obsolete each other, in a
 * ring as well, all of it stay.
 */
export function withoutObsoleted(
  rules: ResolverRules,
  entries: readonly IndexedPackage[],
): readonly IndexedPackage[] {
  if (entries.length < 2 || !entries.some(obsoletesAny)) return entries;
  const direct = new Map(
    entries
      .filter(obsoletesAny)
      .map((entry) => [entry, entries.filter((other) => obsoletes(rules, entry, other))]),
  );
  const reaches = (from: IndexedPackage, to: IndexedPackage): boolean => {
    const queue = [from];
    const seen = new Set(queue);
    for (const each of queue) {
      for (const next of direct.get(each) ?? []) {
        if (next === to) return true;
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      }
    }
    return false;
  };
  return entries.filter(
    (entry) =>
      !entries.some((other) => direct.get(other)?.includes(entry) && !reaches(entry, other)),
  );
}

function obsoletesAny({ conflicts }: IndexedPackage): boolean {
  return conflicts.some(({ verb }) => verb === "obsoletes");
}
