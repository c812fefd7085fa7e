import type { Engine } from "../docker/engine.ts";
import { QclockError } from "../error.ts";
import type { RunContext } from "./context.ts";
import type { RunReport } from "./event.ts";
import { takeLock } from "./lock.ts";
import { planStack } from "./plan-stack.ts";
import { replacingVanished } from "./replace-vanished.ts";
import { emptyReport, runPlan } from "./run-plan.ts";

export interface UpOptions {
  /** Services to bring up, with what they depend on; absent: all. */
  readonly services?: readonly string[];
  readonly forceRecreate?: boolean;
}

const STOP_MS = 3000;

/**
 * Build what is stale, start in order, and wait until every probe answers. What is already as declared
 * is left alone, but waited for where a probe of it fails, so that success always means a stack that works.
 */
export async function up(context: RunContext, options: UpOptions): Promise<RunReport> {
  const { stack } = context;
  for (const name of options.services ?? []) {
    if (stack.services.has(name)) continue;
    throw new QclockError("service-not-found", `The stack has no service "${name}".`, {
      hint: `It has ${[...stack.services.keys()].join(", ")}.`,
    });
  }
  const first = await planStack(context, options);
  if (first.plan.nodes.length === 0) return emptyReport(context, "up", first.plan);
  await using lock = await takeLock({ ...context, stackName: stack.name });
  const engine = await context.engine();
  const started = new Set<string>();
  const report = await replacingVanished(context, first.prepared.lock, async (current, mode) => {
    const planned = await planStack(current, options);
    const command = "up";
    return await runPlan({ context: current, engine, planned, command, lock, started, ...mode });
  });
  if (context.signal.aborted) await stopStarted(engine, started);
  return report;
}

/** An interrupted run leaves nothing running that it started: half a stack serves nobody. */
async function stopStarted(engine: Engine, started: ReadonlySet<string>): Promise<void> {
  await Promise.all(
    [...started].map((name) =>
      engine
        .stopContainer(name, STOP_MS, AbortSignal.timeout(STOP_MS + 2000))
        .catch(() => undefined),
    ),
  );
}
