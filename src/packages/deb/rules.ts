import type { Capability, IndexedPackage } from "../package-index.ts";
import type { FamilyRules } from "../family.ts";
import { compareVersions, satisfiesVersion } from "./version.ts";

/** Debian's rules. Source: Debian Policy 7.1 to 7.5. */
export const debRules: FamilyRules = {
  compareVersions,
  satisfies,
  // A package that breaks another one may be unpacked beside it, but neither image nor apt leaves
  // the two so.
  isExcluded: (entry, { excluded }) => satisfies(entry, excluded),
};

function satisfies(entry: IndexedPackage, wanted: Capability): boolean {
  if (entry.name === wanted.name && isWithin(entry.version, wanted)) return true;
  return entry.provides.some(
    ({ name, constraint }) => name === wanted.name && isWithin(constraint?.version, wanted),
  );
}

/** A provide without a version satisfies no relation that has one (Policy 7.5). */
function isWithin(version: string | undefined, { constraint }: Capability): boolean {
  if (constraint === undefined) return true;
  return (
    version !== undefined && satisfiesVersion(version, constraint.operator, constraint.version)
  );
}
