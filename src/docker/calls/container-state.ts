import * as z from "zod/mini";
import type { ContainerState } from "../engine.ts";

/** Words of the Engine for what a container is doing. */
export const containerStatusSchema = z.enum([
  "created",
  "running",
  "paused",
  "restarting",
  "removing",
  "exited",
  "dead",
]);

const stringMap = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((value) => new Map(Object.entries(value ?? {}))),
);

/** The parts of `GET /containers/{id}/json` that qclock reads. */
export const containerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z._default(z.string(), ""),
  Image: z._default(z.string(), ""),
  RestartCount: z._default(z.number(), 0),
  State: z.object({
    // podman also says "configured", "initialized", "stopped".
    // oxlint-disable-next-line promise/valid-params -- of a schema, not of a promise
    Status: z.catch(containerStatusSchema, "created"),
    ExitCode: z._default(z.number(), 0),
    OOMKilled: z._default(z.boolean(), false),
    Error: z._default(z.string(), ""),
    StartedAt: z._default(z.string(), ""),
    FinishedAt: z._default(z.string(), ""),
    Pid: z._default(z.number(), 0),
    Health: z.nullish(z.object({ Status: z.string(), FailingStreak: z._default(z.number(), 0) })),
  }),
  Config: z.object({ Labels: stringMap, Tty: z._default(z.boolean(), false) }),
  NetworkSettings: z.nullish(
    z.object({
      Networks: z.nullish(
        z.record(z.string(), z.nullish(z.object({ IPAddress: z.nullish(z.string()) }))),
      ),
      Ports: z.nullish(
        z.record(
          z.string(),
          z.nullish(z.array(z.object({ HostIp: z.string(), HostPort: z.string() }))),
        ),
      ),
    }),
  ),
});

/** An inspected container as qclock speaks of it. */
export function containerState(
  container: z.infer<typeof containerSchema>,
  { raw, isRouted }: Pick<ContainerState, "raw" | "isRouted">,
): ContainerState {
  const { State: state, NetworkSettings: network } = container;
  const health = healthOf(state.Health?.Status);
  const addresses = Object.entries(network?.Networks ?? {}).map(
    ([name, endpoint]) => [name, endpoint?.IPAddress ?? ""] as const,
  );
  return {
    id: container.Id,
    name: container.Name.replace(/^\//u, ""),
    status: state.Status,
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    error: state.Error,
    restartCount: container.RestartCount,
    createdAt: container.Created,
    startedAt: state.StartedAt,
    ...(hasHappened(state.FinishedAt) ? { finishedAt: state.FinishedAt } : {}),
    pid: state.Pid,
    ...(health === undefined ? {} : { health, failingStreak: state.Health?.FailingStreak ?? 0 }),
    imageId: container.Image,
    labels: container.Config.Labels,
    addresses: new Map(addresses.filter(([, address]) => address !== "")),
    isRouted,
    publishedPorts: publishedPorts(network?.Ports ?? {}),
    raw,
  };
}

type Ports = NonNullable<NonNullable<z.infer<typeof containerSchema>["NetworkSettings"]>["Ports"]>;

function publishedPorts(ports: Ports): ContainerState["publishedPorts"] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const [port = "", protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) => ({
      containerPort: Number(port),
      protocol,
      hostAddress: HostIp,
      hostPort: Number(HostPort),
    }));
  });
}

function healthOf(status: string | undefined): ContainerState["health"] {
  return status === "starting" || status === "healthy" || status === "unhealthy"
    ? status
    : undefined;
}

/** Go writes the first moment of year 1 for a time that there is none of. */
function hasHappened(time: string): boolean {
  return time !== "" && !time.startsWith("0001-");
}
