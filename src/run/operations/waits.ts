import { QclockError } from "../../error.ts";
import type { Operation, PlanNode } from "../../plan/plan.ts";
import { waitReady } from "../../probe/wait-ready.ts";
import { explainFailure } from "../failure.ts";
import { createProbeTarget } from "../probe-target.ts";
import { probedPorts } from "../probed-ports.ts";
import { making, type OperationContext, serviceOf } from "./operation-context.ts";

type Of<Type extends Operation["type"]> = Extract<Operation, { type: Type }>;

/** Wait until every probe of a service succeeds, or say everything that is known of why not. */
export async function waitServiceReady(
  node: PlanNode,
  { service: name }: Of<"wait-ready">,
  context: OperationContext,
): Promise<string> {
  const { engine, signal, clock, emit } = context;
  const service = serviceOf(making(context).stack, name);
  const state = await engine.inspectContainer(service.containerName, signal);
  if (state === undefined) throw await explainFailure({ engine, service, clock, signal });
  const watching = new AbortController();
  const stopped = engine.waitContainer(state.id, AbortSignal.any([signal, watching.signal]));
  let exitCode: number | undefined;
  const noteExit = async (): Promise<void> => {
    exitCode = await stopped;
  };
  noteExit().catch(() => undefined);
  const startedMs = clock.now();
  let lastMessage = "";
  try {
    const outcome = await waitReady({
      probes: service.probes,
      target: await createProbeTarget(engine, state, probedPorts(service)),
      inspect: (inner) => engine.inspectContainer(state.id, inner),
      stopped,
      clock,
      onAttempt: (probe, { ok, message }) => {
        const line = `${probe.name}: ${message}`;
        // The same failure forty times a second says nothing more than once.
        if (ok || line === lastMessage) return;
        lastMessage = line;
        emit({ type: "node-output", node, line });
      },
      signal,
    });
    switch (outcome.type) {
      case "ready":
        return service.probes.length === 0
          ? "runs; it has no probes"
          : `ready after ${Math.round(clock.now() - startedMs)} ms`;
      case "stopped":
        throw await explainFailure({ engine, service, clock, exitCode, signal });
      case "timed-out":
        throw await explainFailure({ engine, service, clock, signal, probe: outcome });
    }
  } finally {
    watching.abort();
  }
}

/** Wait until a job has ended; only exit code 0 is success. A job that failed is kept for a look. */
export async function waitCompleted(
  { service: name }: Of<"wait-completed">,
  context: OperationContext,
): Promise<string> {
  const { engine, signal, clock } = context;
  const service = serviceOf(making(context).stack, name);
  const state = await engine.inspectContainer(service.containerName, signal);
  if (state === undefined)
    throw new QclockError("job-failed", `The container of job "${name}" is gone.`);
  const exitCode =
    state.status === "exited" ? state.exitCode : await engine.waitContainer(state.id, signal);
  if (exitCode === 0) return "completed";
  throw await explainFailure({ engine, service, clock, signal });
}
