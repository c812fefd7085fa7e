import { z } from "zod";
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

const stringMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => new Map(Object.entries(value ?? {})));

/** The parts of `GET /containers/{id}/json` that qclock reads. */
export const containerSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string().default(""),
  RestartCount: z.number().default(0),
  State: z.object({
    // podman also says "configured", "initialized", "stopped".
    Status: containerStatusSchema.catch("created"),
    ExitCode: z.number().default(0),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(""),
    StartedAt: z.string().default(""),
    Pid: z.number().default(0),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  Config: z.object({ Labels: stringMap, Tty: z.boolean().default(false) }),
  NetworkSettings: z
    .object({
      Networks: z
        .record(z.string(), z.object({ IPAddress: z.string().nullish() }).nullish())
        .nullish(),
      Ports: z
        .record(
          z.string(),
          z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullish(),
        )
        .nullish(),
    })
    .nullish(),
});

/** An inspected container as qclock speaks of it. */
export function containerState(
  container: z.infer<typeof containerSchema>,
  raw: unknown,
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
    startedAt: state.StartedAt,
    pid: state.Pid,
    ...(health === undefined ? {} : { health }),
    imageId: container.Image,
    labels: container.Config.Labels,
    addresses: new Map(addresses.filter(([, address]) => address !== "")),
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
