import * as z from "zod/mini";

const strings = z.nullish(z.array(z.string()));
const number = z.nullish(z.number());

/** The parts of podman's answer in the Engine's shape that mean something else than there. */
const answerSchema = z.looseObject({
  HostConfig: z.looseObject({
    NanoCpus: number,
    CpuPeriod: number,
    CpuQuota: number,
    NetworkMode: z.nullish(z.string()),
    ReadonlyRootfs: z.nullish(z.boolean()),
    Tmpfs: z.nullish(z.record(z.string(), z.string())),
    Ulimits: z.nullish(z.array(z.looseObject({ Name: z.string() }))),
    LogConfig: z.nullish(z.looseObject({ Config: z.nullish(z.record(z.string(), z.string())) })),
  }),
  Mounts: z.nullish(
    z.array(
      z.looseObject({
        Type: z.string(),
        Name: z.nullish(z.string()),
        Source: z._default(z.string(), ""),
        Destination: z.string(),
        RW: z._default(z.boolean(), true),
      }),
    ),
  ),
  NetworkSettings: z.nullish(
    z.looseObject({
      Networks: z.nullish(
        z.record(z.string(), z.nullish(z.looseObject({ NetworkID: z.nullish(z.string()) }))),
      ),
    }),
  ),
});

/** What only podman's own inspection tells. */
const ownSchema = z.object({
  BoundingCaps: strings,
  HostConfig: z.object({
    LogConfig: z.nullish(z.object({ Size: z.nullish(z.string()) })),
  }),
});

type HostConfig = z.infer<typeof answerSchema>["HostConfig"];

/**
 * A container's inspection by podman, in the Engine's words: `answer` as its compatible API gives
 * it, `own` as its own API does, which tells what a container may do and how long its log gets.
 * Undefined where either has another shape than podman 4 and 5 give.
 *
 * Source: podman 4.3.1 and 5.4.2, pkg/api/handlers/compat/containers.go, `LibpodToContainerJSON`,
 * and libpod/container_inspect_linux.go.
 */
export function inEngineWords(answer: unknown, own: unknown): unknown {
  const parsed = answerSchema.safeParse(answer);
  const told = ownSchema.safeParse(own);
  if (!parsed.success || !told.success) return undefined;
  const { HostConfig: host, NetworkSettings: network, Mounts: mounts } = parsed.data;
  const networks = Object.entries(network?.Networks ?? {});
  return {
    ...parsed.data,
    HostConfig: {
      ...host,
      ...withoutQuota(host),
      // It lists what is missing of its own defaults. What may be used at all is told exactly.
      CapDrop: ["ALL"],
      CapAdd: told.data.BoundingCaps ?? [],
      NetworkMode: networkMode(host, networks),
      Tmpfs: withoutOwnTmpfs(host),
      Ulimits: (host.Ulimits ?? []).map((each) => ({
        ...each,
        Name: each.Name.replace(/^RLIMIT_/u, "").toLowerCase(),
      })),
      Binds: [],
      Mounts: (mounts ?? []).map(({ Type, Name, Source, Destination, RW }) => ({
        Type,
        Source: Name ?? Source,
        Target: Destination,
        ReadOnly: !RW,
      })),
      LogConfig: { ...host.LogConfig, Config: logOptions(host, told.data.HostConfig.LogConfig) },
    },
    NetworkSettings: {
      ...network,
      Networks: Object.fromEntries(
        // podman 4 gives the name in the place of the id.
        networks.map(([name, each]) => [
          name,
          { ...each, NetworkID: each?.NetworkID === name ? "" : each?.NetworkID },
        ]),
      ),
    },
  };
}

/** A share of a CPU is told twice: as it was asked for, and as the kernel takes it. */
function withoutQuota({ NanoCpus, CpuPeriod, CpuQuota }: HostConfig): object {
  const cpus = (CpuQuota ?? 0) / (CpuPeriod ?? 1);
  const isSame = Math.abs(cpus * 1e9 - (NanoCpus ?? 0)) < 1e5;
  return isSame ? { CpuPeriod: 0, CpuQuota: 0 } : {};
}

/** Every network that is a bridge is called so, and not by its name. */
function networkMode(
  { NetworkMode: mode }: HostConfig,
  networks: readonly (readonly [string, unknown])[],
): string {
  const names = networks.map(([name]) => name);
  if (mode !== "bridge" || names.some((name) => defaultNetworks.has(name))) return mode ?? "";
  return names.toSorted()[0] ?? "none";
}

/** The network of who names none: by its own name, and as the compatible API calls it. */
const defaultNetworks = new Set(["podman", "bridge"]);

/**
 * With a root that is read-only podman mounts these of its own accord, which its compatible API
 * cannot refuse. What is asked for there has a size.
 */
function withoutOwnTmpfs({ Tmpfs, ReadonlyRootfs }: HostConfig): Readonly<Record<string, string>> {
  const mounts = Object.entries(Tmpfs ?? {});
  const isOwn = (target: string, options: string): boolean =>
    ReadonlyRootfs === true && ownTmpfs.has(target) && !/(?:^|,)size=/u.test(options);
  return Object.fromEntries(mounts.filter(([target, options]) => !isOwn(target, options)));
}

const ownTmpfs = new Set(["/dev/shm", "/run", "/tmp", "/var/tmp"]);

/** How large a log may get is told beside its options; `0B` and `-1B` are no bound. */
function logOptions(
  { LogConfig }: HostConfig,
  own: z.infer<typeof ownSchema>["HostConfig"]["LogConfig"],
): Readonly<Record<string, string>> {
  const size = own?.Size ?? "";
  const isBounded = Number.parseFloat(size) > 0;
  return { ...LogConfig?.Config, ...(isBounded ? { "max-size": size } : {}) };
}
