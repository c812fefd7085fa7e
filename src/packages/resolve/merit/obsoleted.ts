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
  const byName = Map.groupBy(entries, ({ name }) => name);
  const direct = new Map(
    entries.filter(obsoletesAny).map((entry) => {
      const named = entry.conflicts.flatMap(({ excluded }) => byName.get(excluded.name) ?? []);
      return [entry, new Set(named.filter((other) => obsoletes(rules, entry, other)))] as const;
    }),
  );
  const obsoleters = new Map<IndexedPackage, IndexedPackage[]>();
  for (const [entry, others] of direct)
    for (const other of others) obsoleters.set(other, [...(obsoleters.get(other) ?? []), entry]);
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
  return entries.filter((entry) =>
    (obsoleters.get(entry) ?? []).every((other) => reaches(entry, other)),
  );
}

function obsoletesAny({ conflicts }: IndexedPackage): boolean {
  return conflicts.some(({ verb }) => verb === "obsoletes");
}
