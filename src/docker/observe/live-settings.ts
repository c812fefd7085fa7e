import * as z from "zod/mini";
import { capabilities } from "../../plan/services/live-drift.ts";
import {
  type LiveSettings,
  mountText,
  portText,
  tmpfsText,
  ulimitText,
} from "../../plan/services/live-settings.ts";

const strings = z.pipe(
  z.nullish(z.array(z.string())),
  z.transform((value) => value ?? []),
);
const number = z.pipe(
  z.nullish(z.number()),
  z.transform((value) => value ?? 0),
);
const text = z.pipe(
  z.nullish(z.string()),
  z.transform((value) => value ?? ""),
);
const flag = z.pipe(
  z.nullish(z.boolean()),
  z.transform((value) => value ?? false),
);

/**
 * The parts of `GET /containers/{id}/json` that tell what is in force. Absent and null mean the
 * Engine's default.
 */
const settingsSchema = z.object({
  Config: z.object({
    User: text,
    Env: strings,
    Entrypoint: strings,
    Cmd: strings,
    WorkingDir: text,
    Tty: flag,
    OpenStdin: flag,
  }),
  HostConfig: z.object({
    Memory: number,
    MemorySwap: number,
    NanoCpus: number,
    PidsLimit: number,
    CpuShares: number,
    CpuPeriod: number,
    CpuQuota: number,
    CpusetCpus: text,
    CpusetMems: text,
    BlkioWeight: number,
    MemoryReservation: number,
    ShmSize: number,
    Ulimits: z.nullish(z.array(z.object({ Name: z.string(), Soft: number, Hard: number }))),
    RestartPolicy: z.nullish(z.object({ Name: text, MaximumRetryCount: number })),
    Privileged: flag,
    CapAdd: strings,
    CapDrop: strings,
    SecurityOpt: strings,
    ReadonlyRootfs: flag,
    Init: flag,
    PidMode: text,
    IpcMode: text,
    UTSMode: text,
    UsernsMode: text,
    CgroupnsMode: text,
    NetworkMode: text,
    Devices: z.nullish(z.array(z.object({ PathOnHost: z.string() }))),
    PortBindings: z.nullish(
      z.record(z.string(), z.nullish(z.array(z.object({ HostIp: text, HostPort: text })))),
    ),
    Binds: strings,
    ExtraHosts: strings,
    GroupAdd: strings,
    Mounts: z.nullish(
      z.array(z.object({ Type: z.string(), Source: text, Target: z.string(), ReadOnly: flag })),
    ),
    Tmpfs: z.nullish(z.record(z.string(), z.string())),
    LogConfig: z.nullish(
      z.object({ Type: text, Config: z.nullish(z.record(z.string(), z.string())) }),
    ),
  }),
  NetworkSettings: z.nullish(
    z.object({
      Networks: z.nullish(
        z.record(z.string(), z.nullish(z.object({ NetworkID: text, Aliases: strings }))),
      ),
    }),
  ),
});

type HostConfig = z.infer<typeof settingsSchema>["HostConfig"];

/** Resource settings that `docker update` knows and qclock never asks for. */
const otherResources = [
  "CpuShares",
  "CpuPeriod",
  "CpuQuota",
  "CpusetCpus",
  "CpusetMems",
  "BlkioWeight",
  "MemoryReservation",
] as const;

const noNewPrivileges = /^no-new-privileges(?:[:=]true)?$/u;

/**
 * Read what is in force from an inspection; undefined where the answer has another shape than
 * dockerd gives.
 */
export function readLiveSettings(inspection: unknown): LiveSettings | undefined {
  const parsed = settingsSchema.safeParse(inspection);
  if (!parsed.success) return undefined;
  const { Config, HostConfig: host, NetworkSettings } = parsed.data;
  const networks = Object.entries(NetworkSettings?.Networks ?? {});
  return {
    ...resources(host),
    ...hardening(host),
    ...surface(host),
    logDriver: host.LogConfig?.Type ?? "",
    logOptions: new Map(Object.entries(host.LogConfig?.Config ?? {})),
    tty: Config.Tty,
    stdinOpen: Config.OpenStdin,
    user: Config.User,
    groups: host.GroupAdd.toSorted(),
    entrypoint: Config.Entrypoint,
    command: Config.Cmd,
    workingDirectory: Config.WorkingDir,
    environment: new Map(Config.Env.map(splitVariable)),
    networks: new Map(
      networks.map(([name, endpoint]) => [
        name,
        { networkId: endpoint?.NetworkID ?? "", aliases: endpoint?.Aliases ?? [] },
      ]),
    ),
  };
}

function resources(
  host: HostConfig,
): Pick<
  LiveSettings,
  "memoryBytes" | "memorySwapBytes" | "cpus" | "pids" | "shmBytes" | "ulimits" | "otherResources"
> {
  return {
    memoryBytes: host.Memory,
    memorySwapBytes: host.MemorySwap,
    cpus: host.NanoCpus / 1e9,
    // -1 and 0 both say that there is none.
    pids: Math.max(0, host.PidsLimit),
    shmBytes: host.ShmSize,
    ulimits: (host.Ulimits ?? [])
      .map(({ Name, Soft, Hard }) => ulimitText({ name: Name, soft: Soft, hard: Hard }))
      .toSorted(),
    otherResources: otherResources.filter((name) => host[name] !== 0 && host[name] !== ""),
  };
}

function hardening(
  host: HostConfig,
): Pick<
  LiveSettings,
  | "restart"
  | "privileged"
  | "addedCapabilities"
  | "droppedCapabilities"
  | "noNewPrivileges"
  | "securityOptions"
  | "readOnlyRoot"
  | "init"
  | "sharedNamespaces"
  | "devices"
> {
  const namespaces = [
    ["pid", host.PidMode],
    ["ipc", host.IpcMode],
    ["uts", host.UTSMode],
    ["user", host.UsernsMode],
    ["network", host.NetworkMode],
  ] as const;
  return {
    restart: {
      name: host.RestartPolicy?.Name ?? "",
      maximumRetries: host.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    privileged: host.Privileged,
    addedCapabilities: capabilities(host.CapAdd),
    droppedCapabilities: capabilities(host.CapDrop),
    noNewPrivileges: host.SecurityOpt.some((option) => noNewPrivileges.test(option)),
    securityOptions: host.SecurityOpt.filter((option) => !option.startsWith("no-new-privileges")),
    readOnlyRoot: host.ReadonlyRootfs,
    init: host.Init,
    sharedNamespaces: namespaces
      .filter(([, mode]) => mode === "host" || mode.startsWith("container:"))
      .map(([name, mode]) => `${name}: ${mode}`),
    devices: (host.Devices ?? []).map(({ PathOnHost }) => PathOnHost),
  };
}

function surface(
  host: HostConfig,
): Pick<LiveSettings, "ports" | "extraHosts" | "mounts" | "tmpfs"> {
  const ports = Object.entries(host.PortBindings ?? {}).flatMap(([key, bindings]) => {
    const [containerPort = "", protocol = "tcp"] = key.split("/");
    return (bindings ?? []).map(({ HostIp, HostPort }) =>
      portText({
        hostAddress: HostIp,
        hostPort: HostPort === "" ? "0" : HostPort,
        containerPort,
        protocol,
      }),
    );
  });
  const mounts = (host.Mounts ?? []).map((mount) =>
    mountText({
      type: mount.Type,
      source: mount.Source,
      target: mount.Target,
      readOnly: mount.ReadOnly,
    }),
  );
  // qclock makes no mount by `Binds`, so each of them is foreign and shown as it is.
  return {
    ports: ports.toSorted(),
    extraHosts: host.ExtraHosts.toSorted(),
    mounts: [...mounts, ...host.Binds].toSorted(),
    tmpfs: Object.entries(host.Tmpfs ?? {})
      .map(([target, options]) => tmpfsText({ target, options: comparedOptions(options) }))
      .toSorted(),
  };
}

/**
 * Those of a tmpfs mount's options that `tmpfsOptions` gives, in the order in which they were
 * given.
 */
function comparedOptions(options: string): string {
  const words = options.split(",");
  return words.filter((word) => /^(?:(?:no)?exec$|size=|mode=)/u.test(word)).join(",");
}

function splitVariable(variable: string): readonly [string, string] {
  const equals = variable.indexOf("=");
  return equals === -1 ? [variable, ""] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
