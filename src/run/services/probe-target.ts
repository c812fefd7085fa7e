import { connect } from "node:net";
import type { ContainerState, Engine } from "../../docker/engine.ts";
import type { ProbeAddress, ProbeTarget } from "../../probe/target.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { connectInside } from "./connect-inside.ts";

/** What probes need of an Engine. */
type ProbeEngine = Pick<Engine, "endpoint" | "exec" | "logs" | "forward">;

const TRY_MS = 400;

/** How a container may be reached. */
export interface ProbeRoutes {
  /** Ports that are probed. */
  readonly ports: readonly number[];
  /**
   * Names in the Engine of networks that the host may not be on, so that an address there leads
   * anywhere.
   */
  readonly isolated: ReadonlySet<string>;
}

/** How probes may reach a service of the stack. */
export function probeRoutes(stack: Stack, service: Service): ProbeRoutes {
  const networks = [...service.networks.keys()].flatMap((name) => stack.networks.get(name) ?? []);
  return {
    ports: service.probes.flatMap(({ check }) => ("port" in check ? [check.port] : [])),
    isolated: new Set(networks.filter((each) => each.isolated).map((each) => each.engineName)),
  };
}

/**
 * How probes reach a container from here: by its own address where the host can reach it (a local
 * Engine with bridges), else by a published port. Rootless and remote Engines have no route to the
 * address; there a port that is not published is tried from within the container. Where connections
 * can be forwarded to the Engine's machine, both are reached as that machine reaches them.
 */
export async function createProbeTarget(
  engine: ProbeEngine,
  state: ContainerState,
  routes: ProbeRoutes,
): Promise<ProbeTarget> {
  const address = await reachableAddress(engine, state, routes);
  const forwarded = await forwardedPorts(engine, state, routes);
  const [, inside] = [...state.addresses][0] ?? [];
  return {
    address(port) {
      if (address !== undefined) return { host: address, port };
      const there = forwarded.get(port);
      if (there !== undefined) return there;
      const published = state.publishedPorts.find(({ containerPort }) => containerPort === port);
      if (published === undefined) return undefined;
      const host = hostOf(engine, published.hostAddress);
      return { host, port: published.hostPort, isForwarded: true };
    },
    ...((engine.endpoint.local && state.isRouted) || inside === undefined
      ? {}
      : {
          connectInside: (port: number, signal: AbortSignal) =>
            connectInside({ engine, containerId: state.id, address: inside, port, signal }),
        }),
    exec: (command, { timeoutMs, signal }) => engine.exec(state.id, command, { timeoutMs }, signal),
    async *readLog(signal) {
      const since = beginOf(state);
      const options = since === undefined ? { follow: false } : { follow: false, since };
      for await (const { text } of engine.logs(state.id, options, signal)) yield text;
    },
  };
}

/**
 * From when on the log is of a container's present life, in seconds since 1970; undefined while it
 * is in its first. The Engine notes the start some milliseconds after it, when a quick program has
 * said something already, and reads what an ended one said last as late: so it is the middle
 * between the last end and the start.
 */
function beginOf({ startedAt, finishedAt }: ContainerState): number | undefined {
  if (finishedAt === undefined) return undefined;
  const [ended, started] = [Date.parse(finishedAt), Date.parse(startedAt)];
  // Ended since: then its last life is what counts, of which the start alone is known.
  return (ended > started ? started : (ended + started) / 2) / 1000;
}

/**
 * The first address on which something answers, be it by refusing: silence means that there is no
 * route.
 */
async function reachableAddress(
  engine: ProbeEngine,
  state: ContainerState,
  { ports: [port], isolated }: ProbeRoutes,
): Promise<string | undefined> {
  const address = ownAddress(state, isolated);
  if (address === undefined || port === undefined || !engine.endpoint.local) return undefined;
  if (!state.isRouted) return undefined;
  const published = state.publishedPorts.some(({ containerPort }) => containerPort === port);
  // Without another way there is nothing to choose, and probing itself says what is wrong.
  if (!published) return address;
  return (await answers(address, port)) ? address : undefined;
}

/** Of a container, in a network that the Engine's machine is on. */
function ownAddress(state: ContainerState, isolated: ReadonlySet<string>): string | undefined {
  return [...state.addresses].find(([network]) => !isolated.has(network))?.[1];
}

/** The probed ports that are reached by way of the Engine's machine. */
async function forwardedPorts(
  engine: ProbeEngine,
  state: ContainerState,
  { ports, isolated }: ProbeRoutes,
): Promise<ReadonlyMap<number, ProbeAddress>> {
  const own = state.isRouted ? ownAddress(state, isolated) : undefined;
  const forwarded = await Promise.all(
    ports.map(async (port): Promise<readonly (readonly [number, ProbeAddress])[]> => {
      const published = state.publishedPorts.find(({ containerPort }) => containerPort === port);
      const host = published === undefined ? own : hostThere(published.hostAddress);
      if (host === undefined) return [];
      const way = { host, port: published?.hostPort ?? port, isForwarded: true };
      const socketPath = await engine.forward?.(way.host, way.port);
      return socketPath === undefined ? [] : [[port, { ...way, socketPath }]];
    }),
  );
  return new Map(forwarded.flat());
}

async function answers(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, signal: AbortSignal.timeout(TRY_MS) });
  socket.once("connect", () => resolve(true));
  socket.once("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

/** A port that is published everywhere is reached on the Engine's own machine. */
function hostOf(engine: ProbeEngine, address: string): string {
  const { url, local } = engine.endpoint;
  if (!local) return URL.canParse(url) ? new URL(url).hostname : address;
  return hostThere(address);
}

/** Where the Engine's machine itself reaches what is published at an address. */
function hostThere(address: string): string {
  return address === "0.0.0.0" || address === "::" || address === "" ? "127.0.0.1" : address;
}
