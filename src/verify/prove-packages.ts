import { countOf } from "../count.ts";
import { QclockError } from "../error.ts";
import { targetKey } from "../packages/lock/lock-packages.ts";
import { proveTarget } from "../packages/proof/prove-target.ts";
import type { RunContext } from "../run/context.ts";
import { proofCheck } from "./catalogue.ts";
import { type CheckResult, judge, passed, skipped, type Verdict } from "./check.ts";
import type { Looker } from "./look.ts";

/** Indexes may have to be fetched and read, on a line that is slow. */
const deadlineMs = 600_000;

/** Prove each package of the lock by an index that the distribution signed, from the store's proofs or from the mirror. */
export async function checkProofs(context: RunContext, look: Looker): Promise<CheckResult> {
  const { stack, clock } = context;
  const startedAt = clock.now();
  const looked = await look(
    "the signatures of the packages",
    (signal) => proveNow({ ...context, signal }),
    deadlineMs,
  );
  const { value = judge([looked.failure ?? ""]) } = looked;
  const durationMs = clock.now() - startedAt;
  return { check: proofCheck, subject: `stack ${stack.name}`, verdict: value, durationMs };
}

async function proveNow(context: RunContext): Promise<Verdict> {
  const target = context.lock?.targets.get(targetKey(context.stack));
  if (target === undefined) return skipped("there is no lock");
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  try {
    const request = { mode: "locked", now: new Date(), onPhase: () => undefined } as const;
    await proveTarget({ ...context, ...request }, target);
    return passed(countOf(packages.length, "package"));
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    return judge([error.message, ...error.details], error.hint);
  }
}
