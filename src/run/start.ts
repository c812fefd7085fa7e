import { observeRequest } from "../plan/observe-request.ts";
import type { Observed } from "../plan/observed.ts";
import {
  planRestart,
  planStart,
  type StartPlanRequest,
  type InPlaceOperation,
} from "../plan/services/plan-start.ts";
import type { RunContext } from "./context.ts";
import { concludeStarted } from "./execution/conclude.ts";
import type { RunReport } from "./execution/event.ts";
import type { Plan } from "../plan/plan.ts";
import { emptyReport, executeOperations } from "./run-plan.ts";
import { takeHold } from "./hold/hold.ts";
import { findUnready } from "./services/find-unready.ts";
import { refuseUnknownServices } from "./services/known-services.ts";

interface StartOptions {
  /** Services to start, with what they depend on; absent: all. */
  readonly services?: readonly string[];
}

/**
 * Start what was stopped, dependencies first, and wait until every probe answers. Makes nothing.
 */
export async function start(context: RunContext, options: StartOptions): Promise<RunReport> {
  return await run(context, options, {
    command: "start",
    makePlan: planStart,
    isLeft: () => true,
  });
}

/** Stop services and start them again, in place, and wait until every probe answers. */
export async function restart(context: RunContext, options: StartOptions): Promise<RunReport> {
  const { services } = options;
  return await run(context, options, {
    command: "restart",
    makePlan: planRestart,
    isLeft: (name) => services !== undefined && !services.includes(name),
  });
}

async function run(
  context: RunContext,
  options: StartOptions,
  way: {
    readonly command: string;
    readonly makePlan: (request: StartPlanRequest) => Plan<InPlaceOperation>;
    /**
     * Whether a service that runs is left as it is, so that it must be ready. What hangs is not
     * waited for before it is stopped.
     */
    readonly isLeft: (service: string) => boolean;
  },
): Promise<RunReport> {
  const { stack, signal, emit, clock, jobs } = context;
  refuseUnknownServices(stack, options.services);
  const engine = await context.engine();
  await using hold = await takeHold({ ...context, stackName: stack.name });
  const observed: Observed = await engine.observe(observeRequest(stack), signal);
  const left = observed.containers.filter(({ service = "" }) => way.isLeft(service));
  const unready = await findUnready(context, { containers: left });
  const plan = way.makePlan({ stack, observed, unready, ...options });
  if (plan.nodes.length === 0) return emptyReport(context, way.command, plan);
  const started = new Set<string>();
  return await executeOperations(
    plan,
    {
      stack,
      stackName: stack.name,
      engine,
      emit,
      clock,
      signal,
      assertHeld: () => hold.assertHeld(),
      started,
    },
    {
      performer: ({ performInPlace }) => performInPlace,
      command: way.command,
      jobs,
      conclude: () => concludeStarted(context, engine, started),
    },
  );
}
