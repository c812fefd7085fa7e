import type { ContainerState } from "../../docker/engine.ts";
import { isOurs } from "../../stack/ownership.ts";
import { activeServices } from "../../stack/profiles.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { type ProbedEngine, type ProbeResult, probeContainer } from "./probe-services.ts";

/** What the probes of containers said, by the container's id. */
export type AheadResults = ReadonlyMap<string, readonly ProbeResult[]>;

/**
 * Each service costs a call, also where nothing runs. A larger stack is looked at as a whole first.
 */
const MOST_SERVICES = 16;

/**
 * Try each probe of what runs once, before anything else is known of the stack in its Engine: a
 * command that a probe runs takes as long as reading the lock and the files of the images. Never
 * rejects: what cannot be tried is missing, and the look that follows says why.
 */
export async function probeAhead(
  context: Pick<RunContext, "stack" | "clock" | "signal"> & {
    readonly engine: () => Promise<ProbedEngine>;
  },
): Promise<AheadResults> {
  const services = activeServices(context.stack).filter(({ job }) => !job);
  if (services.length > MOST_SERVICES) return new Map();
  try {
    const engine = await context.engine();
    const results = await Promise.all(
      services.map(async (service) => probeOwn(context, engine, service)),
    );
    return new Map(results.flat());
  } catch {
    return new Map();
  }
}

async function probeOwn(
  context: Pick<RunContext, "stack" | "clock" | "signal">,
  engine: ProbedEngine,
  service: Service,
): Promise<readonly (readonly [string, readonly ProbeResult[]])[]> {
  const state = await engine.inspectContainer(service.containerName, context.signal);
  // Nothing is run in a container that only bears the name.
  if (state?.status !== "running" || !isContainerOf(context.stack, state)) return [];
  return [[state.id, await probeContainer(context, engine, { service, state })]];
}

function isContainerOf(
  { name: stack }: Stack,
  { name, labels, createdAt }: Pick<ContainerState, "name" | "labels" | "createdAt">,
): boolean {
  return isOurs({ kind: "container", stack, name, labels, createdAtMs: Date.parse(createdAt) });
}
