import * as z from "zod";
import type { ContainerState } from "../../docker/engine.ts";

const names = z.array(z.string()).nullish();

/**
 * The part of `GET /containers/{id}/json` that checks judge. Absent and null mean the Engine's
 * default, which is judged as such.
 */
const rawSchema = z.object({
  Config: z.object({ User: z.string().default(""), Env: names }),
  HostConfig: z.object({
    Privileged: z.boolean().default(false),
    CapAdd: names,
    CapDrop: names,
    SecurityOpt: names,
    ReadonlyRootfs: z.boolean().default(false),
    Memory: z.number().default(0),
    MemorySwap: z.number().default(0),
    NanoCpus: z.number().default(0),
    CpuQuota: z.number().default(0),
    PidsLimit: z.number().nullish(),
    PidMode: z.string().default(""),
    IpcMode: z.string().default(""),
    UTSMode: z.string().default(""),
    UsernsMode: z.string().default(""),
    NetworkMode: z.string().default(""),
    Devices: z.array(z.object({ PathOnHost: z.string() })).nullish(),
    RestartPolicy: z
      .object({ Name: z.string().default(""), MaximumRetryCount: z.number().default(0) })
      .nullish(),
    LogConfig: z
      .object({ Type: z.string().default(""), Config: z.record(z.string(), z.string()).nullish() })
      .nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    Init: z.boolean().nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: z.string(),
        Name: z.string().optional(),
        Source: z.string().default(""),
        Destination: z.string(),
        RW: z.boolean().default(true),
        Propagation: z.string().default(""),
      }),
    )
    .nullish(),
});

/** A container's state and its settings, in one shape for all Engines. */
export interface Inspection {
  readonly state: ContainerState;
  readonly user: string;
  readonly environment: readonly string[];
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOptions: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly memoryBytes: number;
  readonly memorySwapBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** Namespaces that are shared with the host, by name. */
  readonly hostNamespaces: readonly string[];
  readonly networkMode: string;
  readonly devices: readonly string[];
  readonly restart: { readonly name: string; readonly maximumRetries: number };
  readonly logDriver: string;
  readonly logOptions: ReadonlyMap<string, string>;
  /** Paths in memory from which programs may be run. */
  readonly executableTmpfs: readonly string[];
  readonly mounts: readonly {
    readonly type: string;
    /** Name of the volume; undefined for what is none. */
    readonly volume: string | undefined;
    readonly source: string;
    readonly target: string;
    readonly writable: boolean;
    readonly propagation: string;
  }[];
}

/**
 * Read what the Engine says about a container. Throws when the answer has another shape than any
 * known Engine gives.
 */
export function readInspection(state: ContainerState): Inspection {
  const { Config, HostConfig, Mounts } = rawSchema.parse(state.raw);
  const namespaces = [
    ["pid", HostConfig.PidMode],
    ["ipc", HostConfig.IpcMode],
    ["uts", HostConfig.UTSMode],
    ["user", HostConfig.UsernsMode],
    ["network", HostConfig.NetworkMode],
  ] as const;
  return {
    state,
    user: Config.User,
    environment: Config.Env ?? [],
    privileged: HostConfig.Privileged,
    capAdd: (HostConfig.CapAdd ?? []).map(plainCapability),
    capDrop: (HostConfig.CapDrop ?? []).map(plainCapability),
    securityOptions: HostConfig.SecurityOpt ?? [],
    readOnlyRoot: HostConfig.ReadonlyRootfs,
    memoryBytes: HostConfig.Memory,
    memorySwapBytes: HostConfig.MemorySwap,
    cpus: HostConfig.NanoCpus > 0 ? HostConfig.NanoCpus / 1e9 : HostConfig.CpuQuota / 100_000,
    pids: HostConfig.PidsLimit ?? 0,
    hostNamespaces: namespaces.filter(([, mode]) => mode === "host").map(([name]) => name),
    networkMode: HostConfig.NetworkMode,
    devices: (HostConfig.Devices ?? []).map(({ PathOnHost }) => PathOnHost),
    restart: {
      name: HostConfig.RestartPolicy?.Name ?? "",
      maximumRetries: HostConfig.RestartPolicy?.MaximumRetryCount ?? 0,
    },
    logDriver: HostConfig.LogConfig?.Type ?? "",
    logOptions: new Map(Object.entries(HostConfig.LogConfig?.Config ?? {})),
    executableTmpfs: Object.entries(HostConfig.Tmpfs ?? {}).flatMap(([target, options]) =>
      isExecutable(options) ? [target] : [],
    ),
    mounts: (Mounts ?? []).map(({ Type, Name, Source, Destination, RW, Propagation }) => ({
      type: Type,
      volume: Name,
      source: Source,
      target: Destination,
      writable: RW,
      propagation: Propagation,
    })),
  };
}

/** The Engine takes and gives capabilities with and without `CAP_`. */
function plainCapability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

/** The Engine forbids it unless told otherwise; of two words the last one counts. */
function isExecutable(options: string): boolean {
  const words = options.split(",");
  return words.findLast((word) => word === "exec" || word === "noexec") === "exec";
}
