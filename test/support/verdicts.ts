import type { Verdict } from "../../src/verify/check.ts";

type Of<Status extends Verdict["status"]> = Extract<Verdict, { readonly status: Status }>;

/** Passed, and nothing more to say. */
export const fine: Of<"passed"> = { status: "passed" };

/** Passed, with what was seen. */
export function saw(note: string): Of<"passed"> {
  return { status: "passed", note };
}

/** Failed, without a hint. */
export function found(...evidence: readonly string[]): Of<"failed"> {
  return { status: "failed", evidence };
}

/** Skipped. */
export function unseen(reason: string): Of<"skipped"> {
  return { status: "skipped", reason };
}
