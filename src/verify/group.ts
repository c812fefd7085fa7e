import type { RunContext } from "../run/context.ts";
import type { Stack } from "../stack/stack.ts";
import type { CheckInfo, CheckResult } from "./check.ts";
import type { Looker } from "./services/look.ts";
import type { Judging } from "./run-checks.ts";
import type { Sight } from "./sight.ts";

/** Checks that look at the same things, and how they come to their results. */
export interface CheckGroup {
  readonly checks: readonly CheckInfo[];
  /** Whether it takes so long that it is run only when it is asked for. */
  readonly onDemand: boolean;
  /**
   * Whether it judges what the inputs give and not what the Engine holds, so that it says something
   * of images for other machines, too.
   */
  readonly isForInputs?: true;
  /**
   * Carry out the wanted checks. What cannot be seen is a failed check with the reason; rejects for
   * bugs alone.
   */
  run(inquiry: Inquiry): Promise<readonly CheckResult[]>;
}

/** What a group works with. */
export interface Inquiry {
  readonly context: RunContext;
  /**
   * What is looked at of the stack: what is active, and of inactive profiles what has a container.
   */
  readonly stack: Stack;
  /** What is seen of the stack: looked at when it is first asked for, once for all groups. */
  readonly sight: Sight;
  /** Looks with a bound of their own in number. */
  readonly lookerFor: (count: number) => Looker;
  readonly judging: JudgeRequest;
}

/**
 * What every judging of a run has in common: the wanted checks, a clock, and who is told of a
 * crash.
 */
export type JudgeRequest = Omit<Judging<unknown>, "subject" | "name">;
