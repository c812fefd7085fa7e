import { blocks, type CheckResult } from "./check.ts";

/** What was proved about a stack, when, with what. */
export interface VerifyReport {
  readonly stack: string;
  readonly os: string;
  readonly manifestDigest: string;
  readonly engine: { readonly url: string; readonly version: string };
  readonly version: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly strict: boolean;
  /** Passed only when at least one check passed and none blocks. */
  readonly status: "passed" | "failed";
  readonly counts: Readonly<
    Record<"passed" | "failed" | "allowed" | "skipped" | "blocking", number>
  >;
  readonly results: readonly VerifyResult[];
}

export interface VerifyResult extends CheckResult {
  readonly blocking: boolean;
}

/**
 * The report of some results. No result at all is a failure: a proof of nothing must not look like
 * one.
 */
export function summarizeResults(
  results: readonly CheckResult[],
  facts: Omit<VerifyReport, "status" | "counts" | "results">,
): VerifyReport {
  const judged = results.map((result) => ({ ...result, blocking: blocks(result, facts) }));
  const count = (status: CheckResult["verdict"]["status"]): number =>
    judged.filter(({ verdict }) => verdict.status === status).length;
  const blocking = judged.filter((result) => result.blocking).length;
  return {
    ...facts,
    status: blocking === 0 && count("passed") + count("allowed") > 0 ? "passed" : "failed",
    counts: {
      passed: count("passed"),
      failed: count("failed"),
      allowed: count("allowed"),
      skipped: count("skipped"),
      blocking,
    },
    results: judged,
  };
}
