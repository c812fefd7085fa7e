/** Containers and networks as the Engine describes them; what is read of it only. */
export interface InspectedContainer {
  readonly Config: {
    readonly Hostname: string;
    readonly User: string;
    readonly Env: readonly string[];
    readonly Image: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly StopTimeout?: number;
  };
  readonly HostConfig: {
    readonly LogConfig: {
      readonly Type: string;
      readonly Config: Readonly<Record<string, string>>;
    };
    readonly PortBindings: Readonly<
      Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
    >;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly CapDrop: readonly string[] | null;
    readonly CapAdd: readonly string[] | null;
    readonly ReadonlyRootfs: boolean;
    readonly SecurityOpt: readonly string[] | null;
    readonly Tmpfs?: Readonly<Record<string, string>>;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly PidsLimit: number;
    readonly Init?: boolean;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Name: string;
    readonly Destination: string;
    readonly RW: boolean;
  }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

export interface InspectedNetwork {
  readonly Name: string;
  readonly Internal: boolean;
}

/** What decides that a service is ready, in the words of compose. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period?: string;
  readonly start_interval?: string;
}

/** What the containers do not tell. */
interface ComposeWishes {
  readonly name: string;
  readonly networks: readonly InspectedNetwork[];
  /** Names of volumes that take the place of the containers' own. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly healthchecks: Readonly<Record<string, Healthcheck>>;
  readonly dependsOn: Readonly<Record<string, readonly string[]>>;
  /** Added to each published port, so that both stacks can be up at the same time. */
  readonly portOffset: number;
}

/**
 * A compose file of the same services as the containers, with the same limits, mounts and networks.
 * JSON, which is YAML, too.
 */
export function composeFileOf(
  containers: readonly InspectedContainer[],
  wishes: ComposeWishes,
): string {
  const services = Object.fromEntries(
    containers.map((container) => {
      const name = serviceOf(container);
      return [name, serviceBody(name, container, wishes)];
    }),
  );
  return JSON.stringify(
    {
      name: wishes.name,
      services,
      networks: Object.fromEntries(
        wishes.networks.map(({ Name, Internal }) => [Name, { internal: Internal }]),
      ),
      volumes: Object.fromEntries(
        [...wishes.volumes].map(([own, name]) => [own, { external: true, name }]),
      ),
    },
    undefined,
    2,
  );
}

/** The service that a container of qclock's belongs to. */
function serviceOf({ Config }: InspectedContainer): string {
  return Config.Labels["dev.qclock.service"] ?? "";
}

function serviceBody(
  name: string,
  { Config, HostConfig, Mounts, NetworkSettings }: InspectedContainer,
  wishes: ComposeWishes,
): Readonly<Record<string, unknown>> {
  const { RestartPolicy, LogConfig } = HostConfig;
  return {
    image: Config.Image,
    hostname: Config.Hostname,
    user: Config.User,
    // Without qclock's labels: it would take the container for its own.
    environment: Config.Env,
    read_only: HostConfig.ReadonlyRootfs,
    cap_drop: HostConfig.CapDrop ?? [],
    cap_add: HostConfig.CapAdd ?? [],
    security_opt: HostConfig.SecurityOpt ?? [],
    tmpfs: Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    mem_limit: HostConfig.Memory,
    memswap_limit: HostConfig.MemorySwap,
    cpus: HostConfig.NanoCpus / 1e9,
    pids_limit: HostConfig.PidsLimit,
    init: HostConfig.Init === true,
    restart: `${RestartPolicy.Name}:${RestartPolicy.MaximumRetryCount}`,
    stop_grace_period: `${Config.StopTimeout ?? 10}s`,
    logging: { driver: LogConfig.Type, options: LogConfig.Config },
    ports: Object.entries(HostConfig.PortBindings).flatMap(([target, bindings]) =>
      bindings.map(
        ({ HostIp, HostPort }) => `${HostIp}:${Number(HostPort) + wishes.portOffset}:${target}`,
      ),
    ),
    networks: Object.keys(NetworkSettings.Networks),
    volumes: Mounts.filter(({ Type }) => Type === "volume").map((mount) => ({
      type: "volume",
      source: mount.Name,
      target: mount.Destination,
      read_only: !mount.RW,
      volume: { nocopy: true },
    })),
    depends_on: Object.fromEntries(
      (wishes.dependsOn[name] ?? []).map((other) => [other, { condition: "service_healthy" }]),
    ),
    healthcheck: wishes.healthchecks[name],
  };
}
