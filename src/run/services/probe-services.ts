import type { ContainerState, Engine } from "../../docker/engine.ts";
import { attempt } from "../../probe/attempt.ts";
import type { Service } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { describeState } from "./container-words.ts";
import { createProbeTarget, probeRoutes } from "./probe-target.ts";

/** What probing needs of an Engine. */
export type ProbedEngine = Pick<
  Engine,
  "endpoint" | "inspectContainer" | "exec" | "logs" | "forward"
>;

/** One attempt of one probe. */
export interface ProbeResult {
  readonly service: string;
  /** Name of the probe; `container` for the state of one without probes, or that does not run. */
  readonly probe: string;
  readonly ok: boolean;
  readonly message: string;
  readonly durationMs: number;
}

/**
 * Run every probe once, all at the same time. A service that does not run fails each of its probes,
 * with the reason.
 */
export async function probeServices(
  context: Pick<RunContext, "stack" | "engine" | "clock" | "signal">,
  options: { readonly services?: readonly string[] },
): Promise<readonly ProbeResult[]> {
  const { stack } = context;
  const engine = await context.engine();
  const services = [...stack.services.values()].filter(
    ({ name }) => options.services === undefined || options.services.includes(name),
  );
  const results = await Promise.all(
    services.map((service) => probeService(context, engine, service)),
  );
  return results.flat();
}

async function probeService(
  context: Pick<RunContext, "stack" | "clock" | "signal">,
  engine: ProbedEngine,
  service: Service,
): Promise<readonly ProbeResult[]> {
  const state = await engine.inspectContainer(service.containerName, context.signal);
  return probeContainer(context, engine, { service, state });
}

/** The same for a service whose container was just looked at; `undefined` where it has none. */
export async function probeContainer(
  { stack, clock, signal }: Pick<RunContext, "stack" | "clock" | "signal">,
  engine: ProbedEngine,
  { service, state }: { readonly service: Service; readonly state: ContainerState | undefined },
): Promise<readonly ProbeResult[]> {
  const base = { service: service.name, durationMs: 0 };
  const names =
    service.probes.length === 0 ? ["container"] : service.probes.map(({ name }) => name);
  if (state === undefined) {
    return names.map((probe) => ({
      ...base,
      probe,
      ok: false,
      message: "the service has no container",
    }));
  }
  if (state.status !== "running") {
    const isDone = service.job && state.status === "exited" && state.exitCode === 0;
    const message = isDone ? "completed" : `the container is ${describeState(state, service)}`;
    return names.map((probe) => ({ ...base, probe, ok: isDone, message }));
  }
  if (service.probes.length === 0)
    return [{ ...base, probe: "container", ok: true, message: "running" }];
  const target = await createProbeTarget(engine, state, probeRoutes(stack, service));
  return Promise.all(
    service.probes.map(async (probe) => {
      const startedMs = clock.now();
      const { ok, message } = await attempt(probe, target, signal);
      return { ...base, probe: probe.name, ok, message, durationMs: clock.now() - startedMs };
    }),
  );
}
