import { observeRequest } from "../plan/observe-request.ts";
import type { Observed } from "../plan/observed.ts";
import type { Plan } from "../plan/plan.ts";
import { reconcile, type ReconcileOptions } from "../plan/reconcile.ts";
import type { RunContext } from "./context.ts";
import { type PreparedImages, prepareImages } from "./prepare-images.ts";
import { hashSecrets } from "./secrets.ts";

/** A plan with everything that it was made from. */
export interface PlannedStack {
  readonly plan: Plan;
  readonly observed: Observed;
  readonly prepared: PreparedImages;
  readonly secretHashes: ReadonlyMap<string, string>;
}

/** Look at the Engine and at the inputs at the same time, and plan. Changes nothing but the lock file, where it lacked something. */
export async function planStack(
  context: RunContext,
  options: ReconcileOptions,
): Promise<PlannedStack> {
  const { stack, signal } = context;
  const look = async (): Promise<Observed> =>
    (await context.engine()).observe(observeRequest(stack), signal);
  const [observed, prepared, secretHashes] = await Promise.all([
    look(),
    prepareImages(context),
    // Building needs no secret, so a missing one must not stop it.
    options.imagesOnly === undefined ? hashSecrets(context) : new Map<string, string>(),
  ]);
  const plan = reconcile({
    stack,
    observed,
    desiredImages: prepared.desired,
    secretHashes,
    options,
  });
  return { plan, observed, prepared, secretHashes };
}
