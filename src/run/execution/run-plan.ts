import type { Engine } from "../../docker/engine.ts";
import { VanishedError } from "../../packages/lock/vanished.ts";
import { isBuilt } from "../../plan/images/built-images.ts";
import type { Operation, Plan } from "../../plan/plan.ts";
import type { AssembledImage, Stack } from "../../stack/stack.ts";
import { BuiltImages } from "../images/built-images.ts";
import { concludeStarted } from "./conclude.ts";
import type { RunContext } from "../context.ts";
import type { RunReport } from "./event.ts";
import { rememberDurations } from "./durations.ts";
import { execute, type ExecuteRequest } from "./execute.ts";
import { recordLayers } from "../images/record-layers.ts";
import { recordImage } from "../images/records.ts";
import type { Hold } from "../hold/hold.ts";
import type * as Operations from "../operations.ts";
import type { Perform } from "../operations.ts";
import type { MakingContext, TakingContext } from "../operations/operation-context.ts";
import type { PlannedStack } from "../plan-stack.ts";

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
  };
  const report = await executeOperations(planned.plan, makingContext, {
    performer: ({ perform }) => perform,
    steps: () => builtImages.steps,
    command,
    jobs,
    endsRun: (error) => throwVanished === true && error instanceof VanishedError,
    conclude: () => concludeStarted(context, engine, started),
  });
  await recordLayers(context, planned.prepared, builtImages);
  await rememberDurations(context, report);
  return report;
}

/**
 * Do ahead what a run will need, whatever the Engine has to say: load its operations, and make
 * images of which files alone changed.
 */
export function workAhead(
  { stack }: Pick<RunContext, "stack">,
  plan: Plan,
  builtImages: BuiltImages,
): void {
  // Whoever needs them loads them again, and has the failure.
  import("../operations.ts").catch(() => undefined);
  builtImages.beginFiles(imagesToAssemble(plan, stack));
}

/**
 * What another machine's containers vouch for is recorded here, too, before those are made again.
 */
async function recordProven(
  { stack, store }: RunContext,
  { observed, prepared, records }: PlannedStack,
): Promise<void> {
  for (const image of stack.images.values()) {
    const present = observed.images.get(image.reference);
    const fingerprint = prepared.desired.get(image.name)?.fingerprint;
    if (present === undefined || fingerprint === undefined) continue;
    if (image.type !== "pulled" && present.fingerprint !== fingerprint) continue;
    if (!isBuilt({ stack, observed, records }, image, { present, fingerprint })) continue;
    await recordImage(store, fingerprint, [present.identity, present.id]);
  }
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
  const perform = performer(await import("../operations.ts"));
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
