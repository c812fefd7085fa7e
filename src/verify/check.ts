import { by } from "../order.ts";

/**
 * How much a finding matters. Critical and high ones block; medium ones block with `--strict`; low
 * ones never do.
 */
export type Severity = "critical" | "high" | "medium" | "low";

/**
 * What a check concluded about one subject. A check that could not look says so: skipped is not
 * passed.
 */
export type Verdict =
  | {
      readonly status: "passed";
      /** What was seen, where it tells more than that all is well. */ readonly note?: string;
    }
  | {
      readonly status: "failed";
      /** What was found, one finding a line. */ readonly evidence: readonly string[];
      readonly hint?: string;
    }
  /** The manifest departs from the rule on purpose and says why. */
  | { readonly status: "allowed"; readonly reason: string; readonly evidence: readonly string[] }
  | { readonly status: "skipped"; readonly reason: string };

/** A check as reports name it. */
export interface CheckInfo {
  /** Stable: `IMG-001`. */
  readonly id: string;
  /** The rule, as a statement that holds when the check passes. */
  readonly title: string;
  readonly severity: Severity;
  /** Where the rule comes from, such as `CIS 4.1`. */
  readonly sources: readonly string[];
}

/**
 * A rule over one kind of subject: pure, so that it can be told from a table of inputs and
 * verdicts.
 */
export interface Check<Subject> extends CheckInfo {
  readonly run: (subject: Subject) => Verdict;
}

/** What a check concluded, and about what. */
export interface CheckResult {
  readonly check: CheckInfo;
  /** `image base`, `service app`, `stack qclock` */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
}

export function passed(note?: string): Verdict {
  return note === undefined ? { status: "passed" } : { status: "passed", note };
}

export function skipped(reason: string): Verdict {
  return { status: "skipped", reason };
}

/** Failed when there is any finding, else passed. */
export function judge(evidence: readonly string[], hint?: string): Verdict {
  if (evidence.length === 0) return passed();
  return { status: "failed", evidence, ...(hint === undefined ? {} : { hint }) };
}

/** Whether a result stops a release. */
export function blocks(
  { check, verdict }: CheckResult,
  { strict }: { readonly strict: boolean },
): boolean {
  if (verdict.status === "skipped") return strict;
  if (verdict.status !== "failed") return false;
  return (
    check.severity === "critical" ||
    check.severity === "high" ||
    (strict && check.severity === "medium")
  );
}

/** Order of checks by id. */
export const byId = by(({ id }: CheckInfo) => id);
