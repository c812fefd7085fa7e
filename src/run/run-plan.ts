import type { Engine } from "../docker/engine.ts";
import { VanishedError } from "../packages/fetch/vanished.ts";
import { isBuilt } from "../plan/images/built-images.ts";
import type { Operation, Plan } from "../plan/plan.ts";
import type { Digest } from "../digest.ts";
import type { AssembledImage, Image, Stack } from "../stack/stack.ts";
import { BuiltImages } from "./images/built-images.ts";
import { limit } from "../limit.ts";
import { concludeStarted } from "./execution/conclude.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { rememberDurations } from "./execution/durations.ts";
import { execute, type ExecuteRequest } from "./execution/execute.ts";
import { together } from "../together.ts";
import { recordLayers } from "./images/record-layers.ts";
import { recordImage } from "./images/records.ts";
import type { Hold } from "./hold/hold.ts";
import type * as Operations from "./operations.ts";
import type { Perform } from "./operations.ts";
import type { MakingContext, TakingContext } from "./operations/operation-context.ts";
import type { PlannedStack } from "./plan-stack.ts";

/** How many notes are written at a time: each is a file that is open meanwhile. */
const NOTES = 8;

/**
 * Carry out a plan of a stack while it is held. Names of the containers that it started go
 * into `started`.
 */
export async function runPlan(request: {
  readonly context: RunContext;
  readonly engine: Engine;
  readonly planned: PlannedStack;
  readonly command: string;
  readonly hold: Hold;
  readonly started: Set<string>;
  /**
   * End the run with a `VanishedError` when a locked package is nowhere, instead of failing what
   * needs it.
   */
  readonly throwVanished?: boolean;
  /** Of the same plan, where the caller has begun them; they stay the caller's. */
  readonly builtImages?: BuiltImages | undefined;
}): Promise<RunReport> {
  const { context, engine, planned, command, hold, started, throwVanished } = request;
  const { stack, emit, clock, signal, jobs } = context;
  const builtImages = request.builtImages ?? new BuiltImages(context, planned.prepared);
  await using _own = request.builtImages === undefined ? builtImages : undefined;
  await recordProven(context, planned);
  builtImages.begin(imagesToAssemble(planned.plan, stack));
  const makingContext: MakingContext = {
    run: context,
    stack,
    stackName: stack.name,
    engine,
    prepared: planned.prepared,
    builtImages,
    emit,
    clock,
    signal,
    assertHeld: () => hold.assertHeld(),
    started,
    afterwards: (work) => later.push(work),
  };
  const later: (() => Promise<void>)[] = [];
  const workLater = async (): Promise<unknown> =>
    Promise.all(later.map(limit(NOTES, (work) => work())));
  let report: RunReport;
  try {
    report = await executeOperations(planned.plan, makingContext, {
      performer: ({ perform }) => perform,
      steps: () => builtImages.steps,
      command,
      jobs,
      endsRun: (error) => throwVanished === true && error instanceof VanishedError,
      conclude: () => concludeStarted(context, engine, started),
    });
  } catch (error) {
    await workLater();
    throw error;
  }
  // Nothing changes the Engine any more, which takes its time to remove the hold.
  await together(signal, () => [
    hold.release(),
    workLater(),
    recordLayers(context, planned.prepared, builtImages),
    rememberDurations(context, report),
  ]);
  return report;
}

/** So many images are looked at ahead; of more than that the Engine would do nothing else. */
const LOOKED_AT_AHEAD = 8;

/**
 * Do ahead what a run will need, whatever the Engine has to say: load its operations, make images
 * of which files alone changed, and see what has their names.
 */
export function workAhead(
  { stack, engine, signal }: Pick<RunContext, "stack" | "engine" | "signal">,
  plan: Plan,
  builtImages: BuiltImages,
): void {
  // Whoever needs them loads them again, and has the failure.
  import("./operations.ts").catch(() => undefined);
  const images = imagesToAssemble(plan, stack);
  builtImages.beginFiles(images);
  if (images.length > LOOKED_AT_AHEAD) return;
  for (const { reference } of images) {
    const look = async (): Promise<readonly Digest[] | undefined> =>
      (await (await engine()).inspectImage(reference, signal))?.diffIds;
    builtImages.heldChains.lookAhead(reference, look);
  }
}

/**
 * What another machine's containers vouch for is recorded here, too, before those are made again.
 */
async function recordProven(
  { stack, store }: RunContext,
  { observed, prepared, records }: PlannedStack,
): Promise<void> {
  const record = limit(NOTES, async (image: Image) => {
    const present = observed.images.get(image.reference);
    const fingerprint = prepared.desired.get(image.name)?.fingerprint;
    if (present === undefined || fingerprint === undefined) return;
    if (image.type !== "pulled" && present.fingerprint !== fingerprint) return;
    if (!isBuilt({ stack, observed, records }, image, { present, fingerprint })) return;
    await recordImage(store, fingerprint, [present.identity, present.id]);
  });
  await Promise.all(Array.from(stack.images.values(), (image) => record(image)));
}

function imagesToAssemble(plan: Plan, stack: Stack): readonly AssembledImage[] {
  return plan.nodes.flatMap(({ operation }) => {
    if (operation.type !== "assemble-image") return [];
    const image = stack.images.get(operation.image);
    return image?.type === "assembled" ? [image] : [];
  });
}

/** Carry out a plan by the operations that it may hold, which `performer` chooses. */
export async function executeOperations<Of extends Operation, Context extends TakingContext>(
  plan: Plan<Of>,
  context: Context,
  options: Pick<ExecuteRequest, "command" | "jobs" | "endsRun" | "conclude" | "steps"> & {
    readonly performer: (operations: typeof Operations) => Perform<Of, Context>;
  },
): Promise<RunReport> {
  tell(context, plan);
  const { performer, ...rest } = options;
  // Loaded here: a run with an empty plan needs none of them.
  const perform = performer(await import("./operations.ts"));
  return execute({
    plan,
    ...rest,
    perform: (node) => perform(node, context),
    emit: context.emit,
    clock: context.clock,
    signal: context.signal,
  });
}

/** What the plan says about things that it leaves alone. */
export function tell({ emit }: Pick<RunContext, "emit">, { notices }: Plan): void {
  for (const message of notices) emit({ type: "notice", level: "warning", message });
}

/** A report of nothing to do, for a plan without nodes. */
export function emptyReport(
  context: Pick<RunContext, "emit" | "clock">,
  command: string,
  plan: Plan,
): RunReport {
  tell(context, plan);
  const report: RunReport = {
    status: "succeeded",
    startedAtMs: context.clock.now(),
    durationMs: 0,
    nodes: [],
    steps: [],
  };
  context.emit({ type: "run-started", command, plan });
  context.emit({ type: "run-finished", report });
  return report;
}
