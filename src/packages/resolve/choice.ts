import type { Conflict, IndexedPackage, Relation } from "../package-index.ts";

/**
 * Something that a package has to be chosen for: the manifest's wish, or what a chosen package
 * needs.
 */
export type Need =
  | { readonly type: "wanted"; readonly name: string }
  | { readonly type: "dependency"; readonly of: Choice; readonly relation: Relation };

/**
 * A package that an image holds, with what it was chosen for; absent: the parent image holds it.
 */
export interface Choice {
  readonly entry: IndexedPackage;
  readonly need?: Need;
}

/** A package that could be chosen for a need. */
export interface Candidate {
  readonly entry: IndexedPackage;
  /** Those of one group are equally good, so that which of them to take is the user's choice. */
  readonly group: number;
}

/** Equally good packages for a need. */
export interface Tie {
  readonly need: Need;
  readonly entries: readonly IndexedPackage[];
}

/** A need that no package could be chosen for. */
export interface DeadEnd {
  readonly need: Need;
  /**
   * Each package that was looked at, in order of preference, and why it would not do. Empty: there
   * is none.
   */
  readonly rejections: readonly Rejection[];
}

export interface Rejection {
  readonly entry: IndexedPackage;
  readonly reason: RejectionReason;
}

export type RejectionReason =
  /** An image holds one version of a name. */
  | { readonly type: "other-version"; readonly present: Choice }
  | {
      readonly type: "conflict";
      readonly conflict: Conflict;
      /** The one of the two that was chosen before. */
      readonly present: Choice;
      /** Whether it is that one which has the conflict. */
      readonly isOfPresent: boolean;
    }
  /** It was chosen, and that led nowhere. */
  | { readonly type: "dead-end"; readonly deadEnd: DeadEnd };
