import type { Check, CheckInfo, CheckResult, Verdict } from "./check.ts";
import { skipped } from "./check.ts";
import { LookFailure, reasonOf } from "./services/look.ts";

export interface Judging<Subject> {
  readonly subject: Subject;
  /** `service app` */
  readonly name: string;
  readonly wanted: ReadonlySet<string>;
  readonly now: () => number;
  /**
   * Called for each check that crashed, with why. What could not be looked at was told when it was
   * not.
   */
  readonly onCrash: (reason: string) => void;
}

/**
 * Run the wanted checks on one subject. One that throws has failed with the reason, and the rest
 * goes on.
 */
export function runChecks<Subject>(
  checks: readonly Check<Subject>[],
  judging: Judging<Subject>,
): readonly CheckResult[] {
  const { subject, name, wanted, now, onCrash } = judging;
  return checks
    .filter(({ id }) => wanted.has(id))
    .map((check) => {
      const startedAt = now();
      const verdict = judgeSafely(check, subject, (reason) =>
        onCrash(`${check.id} of ${name}: ${reason}`),
      );
      return { check: infoOf(check), subject: name, verdict, durationMs: now() - startedAt };
    });
}

function judgeSafely<Subject>(
  check: Check<Subject>,
  subject: Subject,
  onCrash: (reason: string) => void,
): Verdict {
  try {
    return check.run(subject);
  } catch (error) {
    const reason = reasonOf(error);
    if (!(error instanceof LookFailure)) onCrash(reason);
    return { status: "failed", evidence: [`could not be checked: ${reason}`] };
  }
}

/**
 * Of something that is not there, or could not be looked at, one check says so, and the others that
 * they could not look.
 */
export function missing(
  checks: readonly Check<never>[],
  about: {
    readonly name: string;
    readonly wanted: ReadonlySet<string>;
    /** Id of the check that says so. */
    readonly presence: string;
    readonly what: string;
    readonly hint?: string;
  },
): readonly CheckResult[] {
  const { name, wanted, presence, what, hint } = about;
  return checks
    .filter(({ id }) => wanted.has(id))
    .map((check) => {
      const verdict: Verdict =
        check.id === presence
          ? { status: "failed", evidence: [what], ...(hint === undefined ? {} : { hint }) }
          : skipped(what);
      return { check: infoOf(check), subject: name, verdict, durationMs: 0 };
    });
}

export function infoOf({ id, title, severity, sources }: CheckInfo): CheckInfo {
  return { id, title, severity, sources };
}
