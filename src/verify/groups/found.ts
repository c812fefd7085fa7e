import type { Check, CheckResult } from "../check.ts";
import type { JudgeRequest } from "../group.ts";
import { missing, runChecks } from "../run-checks.ts";
import type { Found } from "../sight.ts";

/** What is said of a thing that is not there. */
export interface Absence {
  /** Id of the check that says so; the others could not look. */
  readonly presence: string;
  readonly what: string;
  readonly hint: string;
}

/** The checks of each thing that was found, and of each that was not that it is missing. */
export function judgeFound<Subject>(
  found: readonly Found<Subject>[],
  about: {
    /** `image` */
    readonly kind: string;
    readonly checks: readonly Check<Subject>[];
    readonly absence: Absence;
    readonly judging: JudgeRequest;
  },
): readonly CheckResult[] {
  const { kind, checks, absence, judging } = about;
  return found.flatMap(({ name: thing, subject, failure }) => {
    const name = `${kind} ${thing}`;
    if (subject !== undefined) return runChecks(checks, { ...judging, subject, name });
    const { presence } = absence;
    const why = failure === undefined ? absence : { what: failure };
    return missing(checks, { ...judging, name, presence, ...why });
  });
}
