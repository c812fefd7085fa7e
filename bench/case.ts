import type { Bench } from "./bench.ts";
import type { Row } from "./row.ts";

/** Contestants that do the same job; qclock's row comes first. */
export interface CaseGroup {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** One thing to measure. */
export interface Case {
  /** For `--only`. */
  readonly name: string;
  /** For `--list`: what is done and compared. */
  readonly summary: string;
  /** Timed rounds, unless `--rounds` says another number. */
  readonly rounds: number;
  /**
   * Make everything ready and measure. What it rejects with is the reason why the case was not
   * measured.
   */
  readonly measure: (bench: Bench, rounds: number) => Promise<readonly CaseGroup[]>;
}
