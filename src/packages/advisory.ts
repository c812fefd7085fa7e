/** What a distribution says of an update: why it was made, and how much it matters. */
export interface Advisory {
  /** As the distribution numbers it: `ELSA-2024-10949`. */
  readonly id: string;
  /** `security`, `bugfix`, `enhancement`, or the distribution's own word. */
  readonly kind: string;
  /** As the distribution says it: `Important`; absent: it does not say. */
  readonly severity?: string;
  /** Of the CVE list, sorted. */
  readonly vulnerabilities: readonly string[];
}

/** A package that moved to another version. */
export interface MovedVersion {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** An advisory that a move takes in. */
export interface AdvisoryOfMove {
  readonly move: MovedVersion;
  readonly advisory: Advisory;
}
