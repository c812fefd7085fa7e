import type { ExtraHost, TmpfsMount, Ulimit } from "../../stack/stack.ts";

/**
 * What a container has now, in one shape for all Engines: the Engine's answer says what is in
 * force, the labels only what was asked for when the container was made. `docker update` and
 * `docker network connect` change the one and not the other.
 */
export interface LiveSettings {
  /** 0: no limit. */
  readonly memoryBytes: number;
  /** Memory and swap together; -1: no limit, 0: the Engine's default. */
  readonly memorySwapBytes: number;
  /** In units of one CPU; 0: no limit. */
  readonly cpus: number;
  /** 0: no limit. */
  readonly pids: number;
  /** What `/dev/shm` may hold; 0: not told. */
  readonly shmBytes: number;
  /**
   * `nofile 1024:2048`, soft and hard, sorted; with those that the Engine gives every container.
   * See `ulimitText`.
   */
  readonly ulimits: readonly string[];
  /** Names of resource settings in force that qclock never asks for, such as `CpuShares`. */
  readonly otherResources: readonly string[];
  readonly restart: { readonly name: string; readonly maximumRetries: number };
  readonly privileged: boolean;
  /** Upper case, without `CAP_`, sorted. */
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Security options beside `no-new-privileges`, such as `seccomp=unconfined`. */
  readonly securityOptions: readonly string[];
  readonly readOnlyRoot: boolean;
  readonly init: boolean;
  /** Namespaces shared with the host or with another container, as `pid: host`. */
  readonly sharedNamespaces: readonly string[];
  /** Paths of the host's devices. */
  readonly devices: readonly string[];
  /** `127.0.0.1:8080 -> 80/tcp`, as asked for, sorted. */
  readonly ports: readonly string[];
  /** `name:address`, as asked for, sorted; see `extraHostText`. */
  readonly extraHosts: readonly string[];
  /** `volume NAME at /target, read-only`, sorted; see `mountText`. */
  readonly mounts: readonly string[];
  /**
   * `/run/app, noexec,size=65536,mode=750`, sorted; see `tmpfsText`. Owners are left out: they may
   * be the image's.
   */
  readonly tmpfs: readonly string[];
  readonly logDriver: string;
  /** Undefined where the Engine does not tell them. */
  readonly logOptions: ReadonlyMap<string, string> | undefined;
  readonly tty: boolean;
  readonly stdinOpen: boolean;
  readonly user: string;
  /** Further groups of the user, as asked for, sorted. */
  readonly groups: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: ReadonlyMap<string, string>;
  /** By name in the Engine. */
  readonly networks: ReadonlyMap<string, LiveAttachment>;
}

export interface LiveAttachment {
  /** Id of the network; empty while the container was never started. */
  readonly networkId: string;
  readonly aliases: readonly string[];
}

/** How a published port is written in `LiveSettings.ports`. */
export function portText(port: {
  readonly hostAddress: string;
  readonly hostPort: number | string;
  readonly containerPort: number | string;
  readonly protocol: string;
}): string {
  return `${port.hostAddress}:${port.hostPort} -> ${port.containerPort}/${port.protocol}`;
}

/** How a ulimit is written in `LiveSettings.ulimits`. */
export function ulimitText({ name, soft, hard }: Ulimit): string {
  return `${name} ${soft}:${hard}`;
}

/** How the Engine writes a name of a hosts file. */
export function extraHostText({ name, address }: ExtraHost): string {
  return `${name}:${address}`;
}

/** What of a path in memory is asked of the Engine, but for its owner. */
export function tmpfsOptions({ sizeBytes, mode, exec }: Omit<TmpfsMount, "target">): string {
  return `${exec === true ? "exec" : "noexec"},size=${sizeBytes},mode=${mode.toString(8)}`;
}

/** How a path in memory is written in `LiveSettings.tmpfs`. */
export function tmpfsText({ target, options }: { target: string; options: string }): string {
  return `${target}, ${options}`;
}

/** How a mount is written in `LiveSettings.mounts`. */
export function mountText(mount: {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}): string {
  const access = mount.readOnly ? "read-only" : "writable";
  return `${mount.type} ${mount.source} at ${mount.target}, ${access}`;
}
