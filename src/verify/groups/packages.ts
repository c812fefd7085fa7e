import { countOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import { targetKey } from "../../packages/lock/lock-packages.ts";
import { proveTarget } from "../../packages/proof/prove-target.ts";
import type { RunContext } from "../../run/context.ts";
import {
  type CheckInfo,
  type CheckResult,
  judge,
  passed,
  skipped,
  type Verdict,
} from "../check.ts";
import type { CheckGroup } from "../group.ts";
import type { Looker } from "../services/look.ts";

/** Indexes may have to be fetched and read, on a line that is slow. */
const deadlineMs = 600_000;

/**
 * The root of trust is the distribution's key: what the lock says of a package is believed when a
 * signed index says so.
 */
const proofCheck: CheckInfo = {
  id: "PKG-001",
  title: "every package of the lock is proved by the distribution's signature",
  severity: "critical",
  sources: ["SLSA", "apt-secure"],
};

/** That the distribution signed what the images are made of. */
export const packageGroup: CheckGroup = {
  checks: [proofCheck],
  onDemand: false,
  run: async ({ context, sight, lookerFor }) =>
    sight.engine === undefined ? [] : [await checkProofs(context, lookerFor(1))],
};

/**
 * Prove each package of the lock by an index that the distribution signed, from the store's proofs
 * or from the mirror.
 */
async function checkProofs(context: RunContext, look: Looker): Promise<CheckResult> {
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
