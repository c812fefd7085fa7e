import { labels } from "../../stack/labels.ts";
import type { RestartPolicy } from "../../stack/stack.ts";
import { unreachable } from "../../unreachable.ts";
import { extraHostText } from "../../plan/services/live-settings.ts";
import type { ContainerMount, ContainerRequest } from "../engine.ts";

/** Largest output that the Engine keeps of a container: three files of 10 MB. */
const logRotation = { "max-size": "10m", "max-file": "3" } as const;

/**
 * The body of `POST /containers/create`. `loggingDriver` is the Engine's default: output is rotated
 * where that is json-file, which never rotates by itself; any other driver is the administrator's
 * choice and stays.
 */
export function containerBody(
  request: ContainerRequest,
  loggingDriver: string,
): Record<string, unknown> {
  return {
    Image: request.image,
    ...present("Hostname", request.hostname),
    ...present("Entrypoint", request.entrypoint),
    ...present("Cmd", request.command),
    ...present("User", request.user),
    ...present("WorkingDir", request.workingDirectory),
    ...present("StopSignal", request.stopSignal),
    ...present("Tty", request.tty),
    ...present("OpenStdin", request.stdinOpen),
    ...present("StdinOnce", request.stdinOnce),
    ...(request.stopGracePeriodMs === undefined
      ? {}
      : { StopTimeout: Math.ceil(request.stopGracePeriodMs / 1000) }),
    Env: Array.from(request.environment, ([name, value]) => `${name}=${value}`),
    Labels: Object.fromEntries(request.labels),
    ExposedPorts: Object.fromEntries(request.ports.map((port) => [portKey(port), {}])),
    HostConfig: hostConfig(request, loggingDriver),
    // Another container's network comes with its endpoints; naming any is refused.
    ...(request.network === undefined || request.network.name.startsWith("container:")
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: { [request.network.name]: { Aliases: request.network.aliases } },
          },
        }),
  };
}

/** What a container's role is called in a message. */
export function describeRequest(request: ContainerRequest): string {
  const role = request.labels.get(labels.role);
  return role === "hold" ? "take the hold of the stack" : `create container ${request.name}`;
}

function hostConfig(request: ContainerRequest, loggingDriver: string): Record<string, unknown> {
  return {
    NetworkMode: request.network?.name ?? "none",
    PortBindings: portBindings(request.ports),
    ...present("Dns", request.nameServers),
    ...present("GroupAdd", request.groups),
    ...present("ExtraHosts", request.extraHosts?.map(extraHostText)),
    Mounts: request.mounts.map(mountBody),
    Tmpfs: Object.fromEntries(request.tmpfs.map(({ target, options }) => [target, options])),
    ...limitsBody(request.limits),
    ReadonlyRootfs: request.readOnlyRoot,
    CapDrop: request.dropCapabilities,
    CapAdd: request.addCapabilities,
    SecurityOpt: request.noNewPrivileges ? ["no-new-privileges:true"] : [],
    Init: request.init,
    RestartPolicy: restartBody(request.restart),
    ...present("LogConfig", logBody(request.logging, loggingDriver)),
  };
}

/**
 * Of the drivers that come with the Engine json-file alone keeps everything until the disk is full.
 */
function logBody(
  logging: ContainerRequest["logging"],
  loggingDriver: string,
): Record<string, unknown> | undefined {
  const driver = logging?.driver ?? loggingDriver;
  const isUnbounded = driver === "json-file";
  if (logging === undefined && !isUnbounded) return undefined;
  const options = Object.fromEntries(logging?.options ?? []);
  return { Type: driver, Config: isUnbounded ? { ...logRotation, ...options } : options };
}

function limitsBody(limits: ContainerRequest["limits"]): Record<string, unknown> {
  if (limits === undefined) return {};
  return {
    Memory: limits.memoryBytes,
    // Equal to the memory: no swap. The default would allow as much again.
    MemorySwap: limits.memoryBytes,
    NanoCpus: Math.round(limits.cpus * 1e9),
    PidsLimit: limits.pids,
    ...present("ShmSize", limits.shmBytes),
    ...present(
      "Ulimits",
      limits.ulimits?.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ),
  };
}

function portBindings(ports: ContainerRequest["ports"]): Record<string, unknown> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const binding = { HostIp: port.hostAddress, HostPort: String(port.hostPort) };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return bindings;
}

function portKey({ containerPort, protocol }: ContainerRequest["ports"][number]): string {
  return `${containerPort}/${protocol}`;
}

function mountBody(mount: ContainerMount): Record<string, unknown> {
  const common = {
    Type: mount.type,
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
  };
  switch (mount.type) {
    case "volume":
      return { ...common, VolumeOptions: { NoCopy: mount.noCopy } };
    case "bind":
      // As a mount, unlike as a "bind", a source that does not exist is refused and not made as
      // root's empty folder.
      return { ...common, BindOptions: { Propagation: "rprivate" } };
    default:
      return unreachable(mount);
  }
}

function restartBody(restart: RestartPolicy): Record<string, unknown> {
  return restart.type === "on-failure"
    ? { Name: restart.type, MaximumRetryCount: restart.maximumRetries }
    : { Name: restart.type };
}

function present<Value>(key: string, value: Value | undefined): Record<string, Value> {
  return value === undefined ? {} : { [key]: value };
}
