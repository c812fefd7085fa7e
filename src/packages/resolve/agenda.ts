import type { IndexedPackage } from "../package-index.ts";
import type { Candidate, Choice, Need } from "./choice.ts";
import type { Present } from "./present.ts";

/** What a search is still to look at. Never changed, so that a choice can be taken back. */
export interface Agenda {
  /**
   * What to choose a package for next, and what is left then. Undefined: everything that is needed
   * is there.
   */
  next(present: Present): Step | undefined;
  /** With what a package needs that was just chosen. */
  after(choice: Choice): Agenda;
}

export interface Step {
  readonly need: Need;
  /** Packages that could be chosen for it, in order of preference. */
  readonly candidates: readonly Candidate[];
  readonly rest: Agenda;
  /**
   * Those of them that are as much of a first choice: when all is done one of them may be there
   * anyhow, and is the better choice then. Absent: a choice stays.
   */
  readonly alternatives?: readonly IndexedPackage[];
}
