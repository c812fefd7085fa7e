import type { PackageRelations } from "../package-index.ts";
import { parseConflicts, parseProvides, parseRelations } from "./relation.ts";

type RelationField =
  | "Essential"
  | "Priority"
  | "Pre-Depends"
  | "Depends"
  | "Provides"
  | "Conflicts"
  | "Breaks";

/** Of Debian Policy 2.5, the most important first. */
const PRIORITIES = ["required", "important", "standard", "optional"];

/**
 * What the fields of a package say of others. `field` gives the text of one, empty where the
 * package has none. Throws a `SyntaxError` for a field that is no relation.
 */
export function relationsOf(field: (name: RelationField) => string): PackageRelations {
  return {
    rank: rankOf(field("Essential"), field("Priority")),
    requires: [...parseRelations(field("Pre-Depends")), ...parseRelations(field("Depends"))],
    provides: parseProvides(field("Provides")),
    conflicts: [
      ...parseConflicts(field("Conflicts"), "conflicts with"),
      ...parseConflicts(field("Breaks"), "breaks"),
    ],
  };
}

/**
 * Essential packages first, then by priority; one that is unknown or missing counts as `extra`, the
 * least.
 */
function rankOf(essential: string, priority: string): number {
  if (essential === "yes") return 0;
  const place = PRIORITIES.indexOf(priority);
  return 1 + (place === -1 ? PRIORITIES.length : place);
}
