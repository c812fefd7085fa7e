import { by } from "../../order.ts";
import { releaseDeadHold } from "../hold/holder.ts";
import type { RunContext } from "../context.ts";
import { presentStack } from "./present-stack.ts";
import type { ContainerState } from "../../docker/engine.ts";
import { externalThings } from "../../stack/external.ts";
import { isOfService, labels } from "../../stack/labels.ts";
import type { Service } from "../../stack/stack.ts";
import type { probeServices } from "./probe-services.ts";
import { urlOf } from "./urls.ts";

/** A row of `qclock ps`. */
export interface ServiceRow {
  readonly service: string;
  readonly container: string;
  /** As the Engine calls it; `absent` when there is no container. */
  readonly state: string;
  readonly exitCode?: number;
  /** The Engine ended it for using more memory than its limit. */
  readonly oomKilled?: true;
  readonly restartCount?: number;
  /** What the healthcheck of its image says, where it has one: the Engine runs that by itself. */
  readonly health?: NonNullable<ContainerState["health"]>;
  /** How often that failed since it last succeeded. */
  readonly failingStreak?: number;
  /** Results of its probes, when they were run. */
  readonly probes?: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly message: string;
  }[];
  readonly image: string;
  /** What it uses that is not of the stack: `network proxy`, `volume archive`. */
  readonly external: readonly string[];
  readonly urls: readonly string[];
  /** ISO 8601: since when it runs. */
  readonly startedAt?: string;
  /** ISO 8601: since when it does not run any more. */
  readonly finishedAt?: string;
}

/** What looking at a stack's services needs. */
export type ListContext = Pick<RunContext, "engine" | "clock" | "signal" | "emit" | "holder">;

/**
 * Each service that is active or has a container with what the Engine says of its container, in the
 * manifest's order of dependencies.
 */
export async function listServices(
  context: ListContext & Pick<RunContext, "stack">,
  options: { readonly probe: boolean },
): Promise<readonly ServiceRow[]> {
  const engine = await context.engine();
  const stack = await presentStack(context.stack, engine, context.signal);
  const services = [...stack.services.values()];
  await releaseDeadHold({ ...context, stackName: context.stack.name }, engine);
  const states = await Promise.all(
    services.map(({ containerName }) => engine.inspectContainer(containerName, context.signal)),
  );
  const probes = options.probe ? await probeResults({ ...context, stack }) : undefined;
  return services.map((service, index) =>
    serviceRow(service, {
      state: states[index],
      probes: probes?.get(service.name),
      external: externalThings(service, stack).map((thing) => `${thing.kind} ${thing.engineName}`),
    }),
  );
}

/**
 * The containers that bear the labels of a stack whose manifest cannot be read, by service. Of
 * addresses it is not known whether they speak HTTP.
 */
export async function listLabelled(
  context: ListContext & { readonly stackName: string },
): Promise<readonly ServiceRow[]> {
  const { stackName, signal } = context;
  const engine = await context.engine();
  await releaseDeadHold(context, engine);
  const nothing = { imageReferences: [], containerNames: [], networkNames: [], volumeNames: [] };
  const { containers } = await engine.observe({ stack: stackName, ...nothing }, signal);
  const rows = await Promise.all(
    containers
      .filter(({ ours, role }) => ours && isOfService(role))
      .map(async ({ id, name, service = name }) => {
        const state = await engine.inspectContainer(id, signal);
        const image = state?.labels.get(labels.image) ?? "";
        const known = { name: service, containerName: name, image, probes: [] };
        return serviceRow(known, { state, probes: undefined, external: [] });
      }),
  );
  return rows.toSorted(by(({ service }) => service));
}

async function probeResults(
  context: Parameters<typeof probeServices>[0],
): Promise<ReadonlyMap<string, NonNullable<ServiceRow["probes"]>>> {
  const { probeServices: probeAll } = await import("./probe-services.ts");
  const results = await probeAll(context, {});
  return new Map(
    [...Map.groupBy(results, ({ service }) => service)].map(([service, list]) => [
      service,
      list.map(({ probe, ok, message }) => ({ name: probe, ok, message })),
    ]),
  );
}

/** A service, its container as the Engine tells it, and what its probes saw where they were run. */
export function serviceRow(
  service: Pick<Service, "name" | "containerName" | "image" | "probes">,
  {
    state,
    probes,
    external,
  }: {
    readonly state: ContainerState | undefined;
    readonly probes: ServiceRow["probes"] | undefined;
    readonly external: ServiceRow["external"];
  },
): ServiceRow {
  const { name, containerName: container, image } = service;
  const tried = probes === undefined ? {} : { probes };
  if (state === undefined)
    return { service: name, container, state: "absent", ...tried, image, external, urls: [] };
  const { status, exitCode, oomKilled, restartCount, health, failingStreak } = state;
  const { startedAt, finishedAt } = state;
  const urls = state.publishedPorts.map((port) => urlOf(service, port).url);
  const isRunning = status === "running";
  const hasEnded = status === "exited" || status === "dead" || status === "restarting";
  return {
    service: name,
    container,
    state: status,
    ...(hasEnded ? { exitCode } : {}),
    ...(hasEnded && oomKilled ? { oomKilled } : {}),
    restartCount,
    // Of one that does not run the Engine keeps what its healthcheck said last.
    ...(isRunning && health !== undefined ? { health } : {}),
    ...(isRunning && failingStreak !== undefined ? { failingStreak } : {}),
    ...tried,
    image,
    external,
    urls: [...new Set(urls)],
    ...(isRunning ? { startedAt } : {}),
    ...(hasEnded && finishedAt !== undefined ? { finishedAt } : {}),
  };
}
