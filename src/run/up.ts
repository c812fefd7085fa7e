import type { RunContext } from "./context.ts";
import type { RunReport } from "./execution/event.ts";
import { EarlyHold } from "./hold/early-hold.ts";
import { isHeld } from "./hold/hold.ts";
import type { AheadResults } from "./services/probe-ahead.ts";
import { refuseUnknownServices } from "./services/known-services.ts";
import { planStack } from "./plan-stack.ts";
import { replacingVanished } from "./images/replace-vanished.ts";
import { BuiltImages } from "./images/built-images.ts";
import { emptyReport, runPlan, workAhead } from "./run-plan.ts";

export interface UpOptions {
  /** Services to bring up, with what they depend on; absent: all. */
  readonly services?: readonly string[];
  readonly forceRecreate?: boolean;
  /** What was probed while the lock was read. */
  readonly ahead?: Promise<AheadResults> | undefined;
}

/**
 * Build what is stale, start in order, and wait until every probe answers. What is already as
 * declared is left alone, but waited for where a probe of it fails, so that success always means a
 * stack that works.
 */
export async function up(
  context: RunContext,
  { ahead, ...options }: UpOptions,
): Promise<RunReport> {
  const { stack } = context;
  refuseUnknownServices(stack, options.services);
  await using early = new EarlyHold({ ...context, stackName: stack.name });
  const first = await planStack(context, options, { ahead, onStale: () => early.begin() });
  // What stands now may be going away, or have changed, as soon as another run that is at work on
  // it has got further.
  if (first.plan.nodes.length === 0 && !(await isHeld(context)))
    return emptyReport(context, "up", first.plan);
  const { prepared } = first;
  await using builtImages = new BuiltImages(context, prepared);
  const meanwhile = (): void => workAhead(context, first.plan, builtImages);
  await using hold = await early.take(meanwhile);
  const engine = await context.engine();
  const started = new Set<string>();
  return await replacingVanished(context, prepared.lock, async (current, mode) => {
    // The Engine is looked at again, since another run may have ended just before this one held the
    // stack. The inputs are milliseconds old, unless it had to wait.
    const isFresh = !hold.waited && current.lock === prepared.lock;
    const planned = await planStack(current, options, isFresh ? { prepared } : {});
    const made = { command: "up", started, builtImages: isFresh ? builtImages : undefined };
    return await runPlan({ context: current, engine, planned, hold, ...made, ...mode });
  });
}
