import type { FamilyRules } from "../../family.ts";
import type { Capability, IndexedPackage } from "../../package-index.ts";
import { behindInProvides } from "./common-provides.ts";
import { compareVersions, isWithin } from "./version.ts";

/** RPM's rules. Source: rpm's manual, "Dependencies basics" and "More on dependencies". */
export const rpmRules: FamilyRules = {
  compareVersions,
  satisfies,
  isExcluded: (entry, { excluded, verb }) =>
    // What a package obsoletes is named by its own name, never by what it provides.
    verb === "obsoletes"
      ? entry.name === excluded.name && covers({ operator: "=", version: entry.version }, excluded)
      : satisfies(entry, excluded),
  oneReasonEach: true,
  merit: { compareVersions, behind: behindInProvides },
};

function satisfies(entry: IndexedPackage, wanted: Capability): boolean {
  return (
    offers(entry, wanted) &&
    (wanted.with ?? []).every((each) => satisfies(entry, each)) &&
    !(wanted.without ?? []).some((each) => satisfies(entry, each))
  );
}

function offers(entry: IndexedPackage, wanted: Capability): boolean {
  if (entry.name === wanted.name && covers({ operator: "=", version: entry.version }, wanted))
    return true;
  return entry.provides.some(
    ({ name, constraint }) => name === wanted.name && covers(constraint, wanted),
  );
}

/** Without a version, what is provided is provided in each. */
function covers(provided: Capability["constraint"], { constraint }: Capability): boolean {
  return provided === undefined || constraint === undefined || isWithin(provided, constraint);
}
