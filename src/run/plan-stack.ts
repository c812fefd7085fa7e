import { observeRequest } from "../plan/observe-request.ts";
import type { ImageRecords } from "../plan/images/built-images.ts";
import type { Observed } from "../plan/observed.ts";
import type { Plan } from "../plan/plan.ts";
import { foreignPlatform, isForeign } from "../plan/images/platform.ts";
import { reconcile } from "../plan/reconcile.ts";
import type { ReconcileOptions, ReconcileRequest } from "../plan/planning.ts";
import { closureOf } from "../stack/graph.ts";
import { parentsOf } from "../stack/images/parents.ts";
import { activeImages } from "../stack/profiles.ts";
import type { Stack } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";
import { findChangedSecrets } from "./services/declared-secrets.ts";
import { releaseDeadHold } from "./hold/holder.ts";
import { readImageRecords } from "./images/records.ts";
import type { LockUse } from "./images/lock-stack.ts";
import { type PreparedImages, prepareImages } from "./images/prepare-images.ts";
import { findUnready } from "./services/find-unready.ts";
import type { AheadResults } from "./services/probe-ahead.ts";
import { findWritten } from "./services/written-secrets.ts";
import { together } from "../together.ts";

/** A plan with everything that it was made from. */
export interface PlannedStack {
  readonly plan: Plan;
  readonly observed: Observed;
  readonly prepared: PreparedImages;
  readonly records: ImageRecords;
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
    /** Called, perhaps several times, when it looks as if there will be something to do. */
    readonly onStale?: () => void;
  } = {},
): Promise<PlannedStack> {
  const { stack } = context;
  if (context.isPlatformNamed === true && options.imagesOnly === undefined)
    await refuseForeign(context);
  // Building needs no secret and no service, so that a missing secret must not stop it.
  const isBuildOnly = options.imagesOnly !== undefined;
  const look = async (signal: AbortSignal): Promise<Observed> => {
    const engine = await context.engine();
    const claimed = observeRequest(stack);
    const request = isBuildOnly ? ({ ...claimed, purpose: "build" } as const) : claimed;
    const observed = await engine.observe(request, signal);
    // A run that was killed leaves its hold, also to a run that has nothing to do and will take
    // none.
    const isHeld = observed.containers.some(({ ours, role }) => ours && role === "hold");
    return isHeld && (await releaseDeadHold({ ...context, signal, stackName: stack.name }, engine))
      ? await engine.observe(request, signal)
      : observed;
  };
  /** Plans as if every service that runs were ready, while the probes take their time. */
  const draft = async (
    looking: Promise<Observed>,
    preparing: Promise<PreparedImages>,
    signal: AbortSignal,
  ): Promise<PlannedStack & { readonly request: ReconcileRequest }> => {
    const none = new Set<string>();
    const [observed, prepared, changedSecrets] = await Promise.all([
      looking,
      preparing,
      isBuildOnly ? none : looking.then((seen) => findChangedSecrets({ ...context, signal }, seen)),
    ]);
    const { desired } = prepared;
    const fingerprints = [
      ...desired.values().map(({ fingerprint }) => fingerprint),
      ...observed.images.values().map(({ fingerprint }) => fingerprint ?? ""),
    ];
    const isElsewhere = isForeign(stack, observed.engine);
    const [records, writtenSecrets, stored] = await Promise.all([
      readImageRecords(context.store, fingerprints),
      isBuildOnly ? none : findWritten(context.store, { stack, observed, desired }),
      isElsewhere ? storedNames(context, prepared) : undefined,
    ]);
    const request: ReconcileRequest = {
      stack,
      observed,
      desiredImages: desired,
      records,
      changedSecrets,
      ...(stored === undefined ? {} : { stored }),
      writtenSecrets,
      options,
    };
    return { plan: reconcile(request), observed, prepared, records, request };
  };
  const [{ request, ...planned }, unready] = await together(context.signal, (signal) => {
    const looking = look(signal);
    const preparing = Promise.resolve(
      way.prepared ??
        prepareImages(
          { ...context, signal },
          way.lockUse ?? "write",
          staleAmong(stack, options, way.onStale),
        ),
    );
    const probing = isBuildOnly ? allReady : probe({ ...context, signal }, looking, way.ahead);
    // The last two so that none of them goes on behind a failure of another.
    return [draft(looking, preparing, signal), probing, looking, preparing];
  });
  if (unready.size === 0) return planned;
  return { ...planned, plan: reconcile({ ...request, options: { ...options, unready } }) };
}

const allReady: ReadonlyMap<string, string> = new Map();

async function probe(
  context: RunContext,
  looking: Promise<Observed>,
  ahead: Promise<AheadResults> | undefined,
): Promise<ReadonlyMap<string, string>> {
  return await findUnready(context, await looking, await ahead);
}

/** Tells of the images that are meant, and of no other. */
function staleAmong(
  stack: Stack,
  { imagesOnly, services }: ReconcileOptions,
  onStale: (() => void) | undefined,
): ((image: string) => void) | undefined {
  if (onStale === undefined || services !== undefined) return undefined;
  const parents = new Map([...stack.images].map(([name, image]) => [name, parentsOf(image)]));
  const meant = closureOf(parents, imagesOnly ?? activeImages(stack));
  return (image) => {
    if (meant.has(image)) onStale();
  };
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
