import type { IndexedPackage } from "../../package-index.ts";
import { compareVersions } from "./version.ts";

interface Provided {
  /** Place of the package. */
  readonly at: number;
  readonly version: string;
  /** All before the version are provided, it is not. */
  readonly isBefore: boolean;
}

/**
 * Of packages with different names that would do for the same, how far each is behind in what
 * others provide as well: for each such name, by how many versions. 0 is the best.
 *
 * Source: libsolv 0.7, `sort_by_common_dep`.
 */
export function behindInProvides(entries: readonly IndexedPackage[]): readonly number[] {
  const byName = new Map<string, Provided[]>();
  for (const [at, { provides }] of entries.entries()) {
    for (const { name, constraint } of provides) {
      if (constraint === undefined || constraint.operator.startsWith(">")) continue;
      const { operator, version } = constraint;
      if (operator === "=" && isHash(version)) continue;
      const provided = byName.get(name) ?? [];
      byName.set(name, provided);
      provided.push({ at, version, isBefore: operator === "<" });
    }
  }
  const behind = entries.map(() => 0);
  for (const provided of byName.values()) {
    if (provided.length < 2) continue;
    let steps = 0;
    let previous: Provided | undefined;
    for (const each of provided.toSorted(newestFirst)) {
      if (previous !== undefined && previous.at !== each.at && isNewer(previous, each)) steps += 1;
      behind[each.at] = (behind[each.at] ?? 0) + steps;
      previous = each;
    }
  }
  return behind;
}

/** Digests stand in provides as well, and are no versions. */
function isHash(version: string): boolean {
  return version.length >= 4 && /^[0-9a-f]+$/.test(version);
}

function newestFirst(one: Provided, other: Provided): number {
  return (
    compareVersions(other.version, one.version) || Number(one.isBefore) - Number(other.isBefore)
  );
}

/** Of versions of which one lacks its release, none is newer for that. */
function isNewer(one: Provided, other: Provided): boolean {
  const hasRelease = one.version.includes("-") === other.version.includes("-");
  const [left, right] = [one.version, other.version].map((version) =>
    hasRelease ? version : version.replace(/-[^-]*$/, ""),
  );
  const order = compareVersions(left ?? "", right ?? "");
  return order > 0 || (order === 0 && !one.isBefore && other.isBefore);
}
