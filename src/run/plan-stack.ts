import { observeRequest } from "../plan/observe-request.ts";
import type { ImageRecords } from "../plan/images/built-images.ts";
import type { Observed } from "../plan/observed.ts";
import type { Plan } from "../plan/plan.ts";
import { foreignPlatform, isForeign } from "../plan/images/platform.ts";
import { reconcile } from "../plan/reconcile.ts";
import type { ReconcileOptions } from "../plan/planning.ts";
import type { RunContext } from "./context.ts";
import { findChangedSecrets } from "./services/declared-secrets.ts";
import { releaseDeadHold } from "./hold/holder.ts";
import { readImageRecords } from "./images/records.ts";
import type { LockUse } from "./images/lock-stack.ts";
import { type PreparedImages, prepareImages } from "./images/prepare-images.ts";
import { findUnready } from "./services/find-unready.ts";
import type { AheadResults } from "./services/probe-ahead.ts";
import { findWritten } from "./services/written-secrets.ts";
import { together } from "./execution/together.ts";

/** A plan with everything that it was made from. */
export interface PlannedStack {
  readonly plan: Plan;
  readonly observed: Observed;
  readonly prepared: PreparedImages;
  readonly records: ImageRecords;
}

/** What was seen of the Engine and in its containers. */
interface Look {
  readonly observed: Observed;
  readonly unready: ReadonlyMap<string, string>;
  readonly changedSecrets: ReadonlySet<string>;
}

/**
 * Look at the Engine and at the inputs at the same time, and plan. Changes nothing but the lock
 * file where it lacked something, and with another `lockUse` than `write` not that either. With
 * inputs that were `prepared` a moment ago the Engine alone is looked at, and what was probed
 * `ahead` is not probed again.
 */
export async function planStack(
  context: RunContext,
  options: ReconcileOptions,
  way: {
    readonly lockUse?: LockUse;
    readonly prepared?: PreparedImages;
    readonly ahead?: Promise<AheadResults> | undefined;
  } = {},
): Promise<PlannedStack> {
  const { stack } = context;
  if (context.isPlatformNamed === true && options.imagesOnly === undefined)
    await refuseForeign(context);
  // Building needs no secret and no service, so that a missing secret must not stop it.
  const isBuildOnly = options.imagesOnly !== undefined;
  const look = async (signal: AbortSignal): Promise<Look> => {
    const engine = await context.engine();
    const claimed = observeRequest(stack);
    const request = isBuildOnly ? ({ ...claimed, purpose: "build" } as const) : claimed;
    let observed = await engine.observe(request, signal);
    // A run that was killed leaves its hold, also to a run that has nothing to do and will take
    // none.
    const isHeld = observed.containers.some(({ ours, role }) => ours && role === "hold");
    if (isHeld && (await releaseDeadHold({ ...context, signal, stackName: stack.name }, engine)))
      observed = await engine.observe(request, signal);
    const [unready, changedSecrets] = await Promise.all([
      isBuildOnly
        ? new Map<string, string>()
        : findUnready({ ...context, signal }, observed, await way.ahead),
      isBuildOnly ? new Set<string>() : findChangedSecrets({ ...context, signal }, observed),
    ]);
    return { observed, unready, changedSecrets };
  };
  const [{ observed, unready, changedSecrets }, prepared] = await together(
    context.signal,
    (signal) => [
      look(signal),
      way.prepared ?? prepareImages({ ...context, signal }, way.lockUse ?? "write"),
    ],
  );
  const records = await readImageRecords(context.store, [
    ...prepared.desired.values().map(({ fingerprint }) => fingerprint),
    ...observed.images.values().map(({ fingerprint }) => fingerprint ?? ""),
  ]);
  const isElsewhere = isForeign(stack, observed.engine);
  const { desired } = prepared;
  const plan = reconcile({
    stack,
    observed,
    desiredImages: desired,
    records,
    changedSecrets,
    ...(isElsewhere ? { stored: await storedNames(context, prepared) } : {}),
    writtenSecrets: isBuildOnly
      ? new Set()
      : await findWritten(context.store, { stack, observed, desired }),
    options: { ...options, unready },
  });
  return { plan, observed, prepared, records };
}

/**
 * Before anything else, and alone: the lock must not be written for what cannot run here. Where
 * nobody named a platform the images are for this machine, which mostly is the Engine's, and the
 * plan tells when it is not.
 */
async function refuseForeign({ stack, engine, signal }: RunContext): Promise<void> {
  const info = await (await engine()).info(signal);
  if (isForeign(stack, info)) throw foreignPlatform(stack, info);
}

async function storedNames(
  context: RunContext,
  prepared: PreparedImages,
): Promise<ReadonlySet<string>> {
  // Loaded here: hardly any build is for other machines.
  const { findStored } = await import("./images/stored.ts");
  return new Set((await findStored(context, prepared)).keys());
}
