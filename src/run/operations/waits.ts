import { QclockError } from "../../error.ts";
import type { ContainerState } from "../../docker/engine.ts";
import type { PlanNode } from "../../plan/plan.ts";
import { waitReady } from "../../probe/wait-ready.ts";
import { watchContainer, type ContainerWatch } from "../services/container-watch.ts";
import { explainFailure } from "../execution/failure.ts";
import { createProbeTarget, probeRoutes } from "../services/probe-target.ts";
import { type OperationOf, serviceOf, type StartingContext } from "./operation-context.ts";
import { tellWaiting, type Waiting } from "./waiting.ts";

/** What waiting needs, which is less than making things does. */
export type WaitContext = Pick<StartingContext, "stack" | "emit" | "clock" | "signal"> & {
  readonly engine: Pick<
    StartingContext["engine"],
    "endpoint" | "inspectContainer" | "containerEnds" | "exec" | "logs" | "forward"
  >;
};

/** Wait until every probe of a service succeeds, or say everything that is known of why not. */
export async function waitServiceReady(
  node: PlanNode,
  { service: name }: OperationOf<"wait-ready">,
  context: WaitContext,
): Promise<string> {
  const { engine, signal, clock } = context;
  const { stack } = context;
  const service = serviceOf(stack, name);
  const state = await engine.inspectContainer(service.containerName, signal);
  if (state === undefined) throw await explainFailure({ engine, service, clock, signal });
  const startedMs = clock.now();
  using waiting = tellWaiting(node, context);
  using watch = follow(state, context, waiting);
  const outcome = await waitReady({
    probes: service.probes,
    target: await createProbeTarget(engine, state, probeRoutes(stack, service)),
    inspect: (inner) => watch.inspect(inner),
    stopped: watch.stopped,
    clock,
    onAttempt: (probe, { ok, message }) => {
      if (!ok) waiting.note(`${probe.name}: ${message}`);
    },
    signal,
  }).catch((error: unknown) => {
    throw withLastProbe(error, waiting.last());
  });
  switch (outcome.type) {
    case "ready":
      return service.probes.length === 0
        ? "runs; it has no probes"
        : `ready after ${Math.round(clock.now() - startedMs)} ms`;
    case "stopped":
      throw await explainFailure({ engine, service, clock, watch, signal });
    case "timed-out":
      throw await explainFailure({ engine, service, clock, watch, signal, timeout: outcome });
  }
}

/**
 * Wait until a job has ended; only exit code 0 is success. A job that failed is kept for a look.
 */
export async function waitCompleted(
  node: PlanNode,
  { service: name }: OperationOf<"wait-completed">,
  context: WaitContext,
): Promise<string> {
  const { engine, signal, clock } = context;
  const service = serviceOf(context.stack, name);
  const state = await engine.inspectContainer(service.containerName, signal);
  if (state === undefined)
    throw new QclockError("job-failed", `The container of job "${name}" is gone.`);
  using waiting = tellWaiting(node, context);
  using watch = follow(state, context, waiting);
  waiting.note("the job is running");
  const exitCode = state.status === "exited" ? state.exitCode : await endOf(watch, state, context);
  if (exitCode === 0) return "completed";
  throw await explainFailure({ engine, service, clock, watch, signal });
}

/** The exit code of a job when it ends: as the Engine holds it, else as its events tell it. */
async function endOf(
  watch: ContainerWatch,
  { id }: ContainerState,
  { engine, signal }: WaitContext,
): Promise<number | undefined> {
  await watch.stopped;
  const state = await engine.inspectContainer(id, signal);
  return state?.status === "exited" ? state.exitCode : await watch.lastExitCode(0);
}

function follow(
  state: ContainerState,
  { engine, clock, signal }: WaitContext,
  waiting: Waiting,
): ContainerWatch {
  return watchContainer({ engine, state, clock, signal, onEngine: waiting.say });
}

/**
 * An Engine that is given up while something waits leaves the reader with the probe's last word,
 * too.
 */
function withLastProbe(error: unknown, last: string | undefined): unknown {
  if (!(error instanceof QclockError) || last === undefined) return error;
  const { code, message, hint, details, cause } = error;
  return new QclockError(code, message, {
    cause,
    hint,
    details: [...details, `last probe: ${last}`],
  });
}
