import * as z from "zod/mini";
import type { EngineInfo } from "../engine.ts";
import { parseForeign } from "../foreign.ts";
import { readPodmanFacts } from "../podman/podman-facts.ts";
import type { EngineHttp } from "./engine-http.ts";

/** The parts of `GET /info` that qclock reads. Engines before 25 and podman leave some out. */
const infoSchema = z.object({
  ID: z.string(),
  Name: z._default(z.string(), ""),
  ServerVersion: z._default(z.string(), ""),
  OperatingSystem: z._default(z.string(), ""),
  Architecture: z._default(z.string(), ""),
  Driver: z._default(z.string(), ""),
  DriverStatus: z.nullish(z.array(z.array(z.string()))),
  InitBinary: z.nullish(z.string()),
  SecurityOptions: z.nullish(z.array(z.string())),
  CgroupVersion: z.nullish(z.string()),
  MemoryLimit: z._default(z.boolean(), false),
  SwapLimit: z._default(z.boolean(), false),
  PidsLimit: z._default(z.boolean(), false),
  CpuCfsQuota: z._default(z.boolean(), false),
  LoggingDriver: z._default(z.string(), "json-file"),
  DockerRootDir: z._default(z.string(), ""),
  IPv4Forwarding: z._default(z.boolean(), true),
  SystemTime: z._default(z.string(), ""),
  Warnings: z.nullish(z.array(z.string())),
  // podman's compatible API reports these beside the usual keys.
  BuildahVersion: z.optional(z.string()),
  Rootless: z.optional(z.boolean()),
});

export interface InfoRequest {
  readonly apiVersion: string;
  /** Whether the Engine runs on this machine. */
  readonly local: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Ask the Engine about itself. */
export async function readInfo(
  http: EngineHttp,
  { apiVersion, local, signal }: InfoRequest,
): Promise<EngineInfo> {
  const answer = await http.get({
    path: "/info",
    operation: "ask the Engine about itself",
    signal,
  });
  const info = parseForeign(infoSchema, answer, "ask the Engine about itself");
  const securityOptions = info.SecurityOptions ?? [];
  const isPodman = info.BuildahVersion !== undefined || /podman|libpod/iu.test(info.ServerVersion);
  const podman = isPodman ? await readPodmanFacts(http, { local, signal }) : undefined;
  return {
    id: info.ID,
    name: info.Name,
    version: info.ServerVersion,
    apiVersion,
    operatingSystem: info.OperatingSystem,
    architecture: debianArchitecture(info.Architecture),
    imageStore: isContainerdStore(info.DriverStatus ?? []) ? "containerd" : "graphdriver",
    storageDriver: info.Driver,
    hasInit: (info.InitBinary ?? "") !== "",
    rootless:
      info.Rootless === true ||
      securityOptions.some((option) => option === "name=rootless" || option === "rootless"),
    isPodman,
    securityOptions,
    cgroupVersion: info.CgroupVersion ?? "1",
    memoryLimit: info.MemoryLimit,
    swapLimit: info.SwapLimit && podman?.memoryLimit !== false,
    pidsLimit: info.PidsLimit,
    cpuLimit: info.CpuCfsQuota,
    loggingDriver: info.LoggingDriver,
    rootDirectory: info.DockerRootDir,
    ipForwarding: info.IPv4Forwarding,
    systemTime: info.SystemTime,
    clockOffsetMs: Number.isNaN(Date.parse(info.SystemTime))
      ? 0
      : Date.parse(info.SystemTime) - Date.now(),
    warnings: info.Warnings ?? [],
    ...podman,
  };
}

/** The containerd store names its snapshotter plugin; the graphdrivers report file systems. */
function isContainerdStore(status: readonly (readonly string[])[]): boolean {
  return status.some(
    ([key, value]) => key === "driver-type" && value === "io.containerd.snapshotter.v1",
  );
}

function debianArchitecture(machine: string): string {
  switch (machine) {
    case "x86_64":
      return "amd64";
    case "aarch64":
      return "arm64";
    default:
      return machine;
  }
}
