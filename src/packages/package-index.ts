/** How a version has to stand to another one. Each family compares versions in its own way. */
export type VersionOperator = "<" | "<=" | "=" | ">=" | ">";

/**
 * What a package is, offers or asks for: a name, and a version or bounds of one. `libc6 (>= 2.36)`,
 * `/bin/sh`.
 */
export interface Capability {
  readonly name: string;
  /** Absent: any version will do, or none is given. */
  readonly constraint?: { readonly operator: VersionOperator; readonly version: string };
  /** What the same package has to be as well; absent: nothing. RPM's `(a with b)`. */
  readonly with?: readonly Capability[];
  /** What the same package must not be; absent: nothing. RPM's `(a without b)`. */
  readonly without?: readonly Capability[];
}

/**
 * Something that a package needs: alternatives of which one must hold, in the order of its
 * preference.
 */
export interface Relation {
  /** As the package writes it. */
  readonly text: string;
  readonly alternatives: readonly Capability[];
  /**
   * It has to hold only in an image that holds each of these: RPM's `(a if b)`. Absent: in every
   * one. With conditions there may be no alternatives: then the image must not hold them all.
   */
  readonly conditions?: readonly Capability[];
  /** A conflict that depends on more than one package, so that it has the form of a need. */
  readonly isConflict?: true;
}

/** Something that must not be in an image together with a package. */
export interface Conflict {
  /** As the package writes it. */
  readonly text: string;
  readonly excluded: Capability;
  /** What the package does to the other one, for a sentence such as `a 1 breaks b 2`. */
  readonly verb: "conflicts with" | "breaks" | "obsoletes";
}

/**
 * What a package would rather have beside it. Nothing is chosen for the sake of that: it only
 * decides between packages that provide the same.
 */
export interface Preferences {
  readonly recommends: readonly Relation[];
  readonly suggests: readonly Relation[];
  /**
   * What has to be there for the package to be preferred: all relations of one of the lists.
   * `enhances` says the same, and counts as little as `suggests`.
   */
  readonly supplements: readonly (readonly Relation[])[];
  readonly enhances: readonly (readonly Relation[])[];
}

/** One version of a package as its repository's index has it: what resolving and fetching need. */
export interface IndexedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly repository: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly source: string;
  readonly sourceVersion: string;
  /**
   * How much its distribution counts on it, 0 the most: of several that provide the same the lower
   * goes first.
   */
  readonly rank: number;
  /** In the order in which they are looked at. */
  readonly requires: readonly Relation[];
  readonly provides: readonly Capability[];
  readonly conflicts: readonly Conflict[];
  /** Absent in a family that does not choose by them. */
  readonly preferences?: Preferences;
}

/** What a package says of others. */
export type PackageRelations = Pick<
  IndexedPackage,
  "rank" | "requires" | "provides" | "conflicts" | "preferences"
>;

/** All versions of all packages of some repositories, and who provides what. */
export interface PackageIndex {
  /** Each name once, in no particular order. */
  names(): Iterable<string>;
  /** Newest first; empty for a name that no repository has. The same objects each time. */
  versions(name: string): readonly IndexedPackage[];
  /** Names of the packages of which some version provides `name`, sorted. */
  providers(name: string): readonly string[];
  /** Names of the packages of which some version obsoletes the name, sorted. */
  obsoleters(name: string): readonly string[];
  /**
   * The streams of modules, as `php:8.2`, that have a package of a name, or one version of it, and
   * because of which it is left out, since they are not enabled; sorted. Absent: nothing is left
   * out.
   */
  hiddenIn?(name: string, version?: string): readonly string[];
  /**
   * The streams of modules that are enabled and have packages of a name, so that no others of that
   * name can be chosen; sorted. Absent: there are no modules.
   */
  takenBy?(name: string): readonly string[];
  /**
   * The architectures, as the family says them, that a name which is asked for has packages for,
   * and none for the image's; sorted. Absent: that is not known.
   */
  foreignArchitectures?(name: string): readonly string[];
  /** Names of the packages that the distribution takes to be on every system, sorted. */
  essential(): readonly string[];
}
