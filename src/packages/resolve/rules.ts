import type { Capability, Conflict, IndexedPackage } from "../package-index.ts";

/**
 * What a family of distributions makes of the relations that its packages write. The search for a
 * set of packages is the same for all families and asks these questions alone.
 */
export interface ResolverRules {
  /** Whether a package is what is asked for, by its own name or by what it provides. */
  satisfies(entry: IndexedPackage, wanted: Capability): boolean;
  /** Whether a package is what the conflict of another one is about. */
  isExcluded(entry: IndexedPackage, conflict: Conflict): boolean;
}
