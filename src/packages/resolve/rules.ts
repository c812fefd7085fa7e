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
  /**
   * Whether one reason is told for each package that needs another one, however many of its needs
   * that meets: an RPM package needs each library by name and by each version of its symbols.
   * Absent: each need is a reason.
   */
  readonly oneReasonEach?: true;
  /** How packages are chosen by what they are; absent: by the order in which they are named. */
  readonly merit?: MeritRules;
}

/**
 * How a family tells the better ones from packages that satisfy the same need. Packages are chosen
 * as libsolv does then, see `AgendaByMerit`.
 */
export interface MeritRules {
  /** Negative when the first version is the older one. */
  compareVersions(one: string, other: string): number;
  /** Of packages with different names, how far each is behind in what others provide as well. */
  behind(entries: readonly IndexedPackage[]): readonly number[];
}
