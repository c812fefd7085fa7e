import type { ExtraHost, Limits, Logging, RestartPolicy } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import type { Observed } from "../plan/observed.ts";

/** How qclock reaches an Engine, and why this one. */
export interface Endpoint {
  /** `unix:///var/run/docker.sock`, `tcp://…`, `ssh://…` */
  readonly url: string;
  /** Where the choice comes from: `--host`, `DOCKER_HOST`, `context NAME`, `default socket`… */
  readonly origin: string;
  /** Whether the Engine shares the host's file system and network. */
  readonly local: boolean;
}

/** What `GET /version` and `GET /info` say that matters. */
export interface EngineInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly imageStore: "graphdriver" | "containerd";
  readonly storageDriver: string;
  readonly hasInit: boolean;
  readonly rootless: boolean;
  readonly isPodman: boolean;
  readonly securityOptions: readonly string[];
  readonly cgroupVersion: string;
  readonly memoryLimit: boolean;
  readonly swapLimit: boolean;
  readonly pidsLimit: boolean;
  readonly cpuLimit: boolean;
  /** Where containers' output goes unless asked otherwise: `json-file`, `journald`… */
  readonly loggingDriver: string;
  /** The Engine's data folder, on its own machine. */
  readonly rootDirectory: string;
  readonly ipForwarding: boolean;
  /** The Engine's clock, RFC 3339. */
  readonly systemTime: string;
  /**
   * How far the Engine's clock was ahead of ours when it answered, in milliseconds; 0 where it told
   * no time.
   */
  readonly clockOffsetMs: number;
  /** What the Engine says is missing on its machine. */
  readonly warnings: readonly string[];
}

/** Everything that a container is made from. The Engine's own defaults apply to nothing here. */
export interface ContainerRequest {
  readonly name: string;
  /** Image id or reference. */
  readonly image: string;
  readonly hostname?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  /** Further groups of the user, by number or by name. */
  readonly groups?: readonly string[];
  readonly workingDirectory?: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly ports: readonly {
    hostAddress: string;
    hostPort: number;
    containerPort: number;
    protocol: "tcp" | "udp";
  }[];
  /**
   * First network, joined at creation; further ones by `connectNetwork` (Engine 20.10 refuses two
   * at create). `container:<id>` shares the network of another container. Absent: no network.
   */
  readonly network?: { readonly name: string; readonly aliases: readonly string[] };
  /** Servers that names are asked of which no container has; the Engine's own when absent. */
  readonly nameServers?: readonly string[];
  /** Names in its hosts file; `host-gateway` as an address is the Engine's machine. */
  readonly extraHosts?: readonly ExtraHost[];
  readonly mounts: readonly ContainerMount[];
  readonly tmpfs: readonly { target: string; options: string }[];
  readonly limits?: Limits;
  readonly readOnlyRoot: boolean;
  readonly dropCapabilities: readonly string[];
  readonly addCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly init: boolean;
  /** Output is a terminal. */
  readonly tty?: boolean;
  /** Standard input stays open. */
  readonly stdinOpen?: boolean;
  /** Standard input ends when the first who was connected to it is gone. */
  readonly stdinOnce?: boolean;
  /** Absent: the Engine's default driver. */
  readonly logging?: Logging;
  readonly restart: RestartPolicy;
  readonly stopSignal?: string;
  readonly stopGracePeriodMs?: number;
}

export type ContainerMount =
  | {
      readonly type: "volume";
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly noCopy: boolean;
    }
  | {
      readonly type: "bind";
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
    };

export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** The Engine's own words when a start failed. */
  readonly error: string;
  readonly restartCount: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601: when its program last ended. Absent: never yet. */
  readonly finishedAt?: string;
  readonly pid: number;
  /** Health by the image's own healthcheck, where it has one. */
  readonly health?: "starting" | "healthy" | "unhealthy";
  /** How often that healthcheck failed since it last succeeded; absent where there is none. */
  readonly failingStreak?: number;
  readonly imageId: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Address by network name; empty addresses are left out. */
  readonly addresses: ReadonlyMap<string, string>;
  /**
   * Whether the Engine's machine has a route to these addresses: the networks of a rootless Engine
   * are in a namespace of their own.
   */
  readonly isRouted: boolean;
  /** Published ports as `NetworkSettings.Ports` has them. */
  readonly publishedPorts: readonly {
    containerPort: number;
    protocol: string;
    hostAddress: string;
    hostPort: number;
  }[];
  /** The whole answer of `GET /containers/{id}/json`, for checks. */
  readonly raw: unknown;
}

/** How a container's program ended once. */
export interface ContainerEnd {
  readonly exitCode: number;
  /** Milliseconds since 1970, on the Engine's clock. */
  readonly atMs: number;
}

export interface ImageDetails {
  readonly id: string;
  readonly identity: string;
  readonly references: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  readonly diffIds: readonly Digest[];
  readonly environment: readonly string[];
  readonly user: string;
  readonly exposedPorts: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly sizeBytes: number;
  readonly architecture: string;
  /** `linux/arm64/v8`; absent where the image does not say. */
  readonly platform?: string;
  readonly raw: unknown;
}

export interface ImageHistoryEntry {
  readonly createdBy: string;
  readonly sizeBytes: number;
}

export interface LogLine {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  /** RFC 3339 with nanoseconds, when asked for. */
  readonly timestamp?: string;
}

export interface LogOptions {
  readonly follow: boolean;
  /** Number of last lines; absent: all. */
  readonly tail?: number;
  /** Seconds since 1970, fractions allowed. */
  readonly since?: number;
  readonly timestamps?: boolean;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Standard output and error together as they came, at most 64 KiB. */
  readonly output: string;
}

export interface BuildRequest {
  /** A tar stream; see context/pack. */
  readonly context: AsyncIterable<Uint8Array>;
  /** Its length: sent ahead, so that a context cut short is an error and not a smaller image. */
  readonly contextSizeBytes: number;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  readonly target?: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  /**
   * Reference to tag, moved only when the result was seen and its labels are the ones asked for.
   * Absent: the image stays without a name.
   */
  readonly reference?: string;
  readonly builder: "classic" | "buildkit";
}

export type OnOutput = (line: string) => void;

/**
 * What qclock needs from a container engine, and nothing more. Every call throws `QclockError` for
 * the failures of the world and takes a signal that cancels it, whose reason is then thrown.
 * `engineStatus(error)` of docker/errors.ts gives the status of a refusal: 404 for an absence, 409
 * for a conflict such as a name that is taken.
 */
export interface Engine extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /**
   * A socket on this machine that leads to a port as the Engine's machine reaches it; undefined
   * where none can be had. Absent where the way to the Engine can carry no other connection.
   */
  readonly forward?: (host: string, port: number) => Promise<string | undefined>;
  info(signal?: AbortSignal): Promise<EngineInfo>;
  /**
   * One look: everything labelled as the stack's, and what bears the given names without the label.
   * In a handful of calls, over plain HTTP.
   */
  observe(request: ObserveRequest, signal?: AbortSignal): Promise<Observed>;
  /** The containers that qclock made, of all stacks. */
  stackContainers(signal?: AbortSignal): Promise<readonly StackContainer[]>;

  /** Names of the images whose reference matches a pattern with `*`, sorted. */
  listImageReferences(pattern: string, signal?: AbortSignal): Promise<readonly string[]>;
  inspectImage(reference: string, signal?: AbortSignal): Promise<ImageDetails | undefined>;
  imageHistory(reference: string, signal?: AbortSignal): Promise<readonly ImageHistoryEntry[]>;
  /**
   * `POST /images/load`. Resolves when the Engine has answered without any error line; check the
   * result by diffIDs.
   */
  loadImages(
    archive: AsyncIterable<Uint8Array>,
    onOutput: OnOutput,
    signal?: AbortSignal,
  ): Promise<void>;
  tagImage(id: string, reference: string, signal?: AbortSignal): Promise<void>;
  removeImage(reference: string, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves with the image id that the stream named; a stream that ends without one is a failure.
   */
  buildImage(request: BuildRequest, onOutput: OnOutput, signal?: AbortSignal): Promise<string>;
  pullImage(reference: string, onOutput: OnOutput, signal?: AbortSignal): Promise<void>;
  /**
   * The digest of what a registry has for a reference now, which the Engine asks with the login
   * that it is given: none (`GET /distribution/{name}/json`, API 1.30). Rejects with `pull-failed`.
   */
  registryDigest(reference: string, signal?: AbortSignal): Promise<Digest>;
  /**
   * Every file of an image as a tar stream, by way of a never-started container that is removed
   * again.
   */
  exportImage(reference: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;

  /** Every file of a container as a tar stream, without what is mounted in it. */
  exportContainer(id: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;

  createNetwork(request: NetworkRequest, signal?: AbortSignal): Promise<string>;
  connectNetwork(
    network: string,
    container: string,
    aliases: readonly string[],
    signal?: AbortSignal,
  ): Promise<void>;
  removeNetwork(id: string, signal?: AbortSignal): Promise<void>;
  /** Resolves with the labels that it has: its own where there was one of that name already. */
  createVolume(
    name: string,
    labels: ReadonlyMap<string, string>,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  removeVolume(name: string, signal?: AbortSignal): Promise<void>;

  createContainer(request: ContainerRequest, signal?: AbortSignal): Promise<string>;
  startContainer(id: string, signal?: AbortSignal): Promise<void>;
  stopContainer(id: string, gracePeriodMs: number, signal?: AbortSignal): Promise<void>;
  killContainer(id: string, killSignal: string, signal?: AbortSignal): Promise<void>;
  removeContainer(id: string, signal?: AbortSignal): Promise<void>;
  inspectContainer(idOrName: string, signal?: AbortSignal): Promise<ContainerState | undefined>;
  /**
   * Absolute paths at which a container's own file system differs from its image, as the storage
   * driver tells: also what was only touched, and the folders above.
   */
  changedPaths(id: string, signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * How much a container has written to its own file system; undefined where the Engine does not
   * tell.
   */
  writtenBytes(id: string, signal?: AbortSignal): Promise<number | undefined>;
  /** Resolves with the exit code when the container stops. */
  waitContainer(id: string, signal?: AbortSignal): Promise<number>;
  /**
   * Each end of the container's program since a moment (seconds since 1970), the remembered ones
   * first, then as they come, until the signal aborts or the Engine goes away.
   */
  containerEnds(id: string, since: number, signal?: AbortSignal): AsyncIterable<ContainerEnd>;
  /**
   * What happens to the containers of a stack's services, since a moment (seconds since 1970) or
   * from now on, until another moment, the signal's abort or the Engine's end.
   */
  stackEvents(
    stack: string,
    span: { readonly since?: number; readonly until?: number },
    signal?: AbortSignal,
  ): AsyncIterable<StackEvent>;
  /** Undefined where the Engine cannot tell; see calls/processes.ts. */
  processes(id: string, signal?: AbortSignal): Promise<readonly ContainerProcess[] | undefined>;
  /** Undefined where the container does not run, or the Engine cannot tell. */
  processTable(id: string, signal?: AbortSignal): Promise<ProcessTable | undefined>;
  /** What a container uses, measured for a second or two; undefined where it does not run. */
  usage(id: string, signal?: AbortSignal): Promise<ContainerUsage | undefined>;
  logs(id: string, options: LogOptions, signal?: AbortSignal): AsyncIterable<LogLine>;
  exec(
    id: string,
    command: readonly string[],
    options: ExecOptions,
    signal?: AbortSignal,
  ): Promise<ExecResult>;
  /** Run a command with the caller's terminal or pipes; resolves with its exit code. */
  execInteractive(
    id: string,
    command: readonly string[],
    options: InteractiveExecOptions,
    signal?: AbortSignal,
  ): Promise<number>;
  /**
   * Start a container with the caller's terminal or pipes, and wait for its end; resolves with its
   * exit code.
   */
  runInteractive(id: string, options: InteractiveOptions, signal?: AbortSignal): Promise<number>;
  /** Unpack a tar in a folder of a container. */
  putArchive(
    id: string,
    path: string,
    archive: Uint8Array | AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void>;
  /** What is at a path of a container, links in its folders followed; undefined: nothing. */
  statPath(id: string, path: string, signal?: AbortSignal): Promise<PathStat | undefined>;
  getArchive(id: string, path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** A container that qclock made, by what its labels say. */
export interface StackContainer {
  readonly stack: string;
  readonly name: string;
  readonly status: ContainerState["status"];
  readonly role?: string;
  /** The path of the manifest that it was made from, on the machine that made it. */
  readonly manifest?: string;
  /** The operating system that the stack was made from at that time. */
  readonly os?: string;
  /** When it was made, in seconds since 1970; absent where the Engine does not tell. */
  readonly created?: number;
}

export interface ObserveRequest {
  readonly stack: string;
  readonly imageReferences: readonly string[];
  readonly containerNames: readonly string[];
  readonly networkNames: readonly string[];
  readonly volumeNames: readonly string[];
  /**
   * What the look is for, where not everything matters. `build`: images under the stack's names,
   * and what its own containers say of their images. `down`: all but images, and containers as
   * lists have them, without exit codes and what is in force.
   */
  readonly purpose?: "build" | "down";
}

export interface NetworkRequest {
  readonly name: string;
  readonly internal: boolean;
  /** Whether what is on it may reach beyond the host. */
  readonly outbound: boolean;
  /** Whether the host is kept off it, by Engines that can (28 and newer). */
  readonly isolated: boolean;
  /** CIDR, /28 by default. */
  readonly subnet: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** A process in a container, numbered as on the Engine's machine. */
export interface ContainerProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its effective user. */
  readonly uid: number;
  readonly command: string;
  /** Whether it is the first process of a `docker exec --privileged`. */
  readonly privileged: boolean;
}

/** Something that happened to the container of a service. */
export interface StackEvent {
  /** Milliseconds since 1970, on the Engine's clock. */
  readonly atMs: number;
  /** The Engine's word: `create`, `start`, `die`, `health_status: healthy`… */
  readonly action: string;
  readonly containerId: string;
  readonly container: string;
  readonly service: string;
  readonly image: string;
  /** Of a program that ended. */
  readonly exitCode?: number;
}

/** What a container uses of its machine. What the Engine does not tell is absent. */
export interface ContainerUsage {
  /** Of one processor, so that four busy ones are 400. */
  readonly cpuPercent?: number;
  /** Without what the kernel can take back at any time, as docker counts. */
  readonly memoryBytes?: number;
  readonly memoryLimitBytes?: number;
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
  readonly readBytes?: number;
  readonly writtenBytes?: number;
  readonly processes?: number;
}

/** What is at a path of a container. */
export interface PathStat {
  readonly type: "file" | "directory" | "symlink" | "other";
  /** Where a symbolic link leads, in the container. */
  readonly linkTarget?: string;
}

/** What the Engine's ps(1) prints of a container, cells as it wrote them. */
export interface ProcessTable {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ExecOptions {
  readonly user?: string;
  readonly timeoutMs: number;
  /** `NAME=value` each; added to the container's own. */
  readonly environment?: readonly string[];
  /** Which part of a long output is kept; absent: its start. */
  readonly keeps?: "start" | "end";
}

export interface InteractiveExecOptions extends InteractiveOptions {
  readonly user?: string;
  /** `NAME=value` each; added to the container's own. */
  readonly environment?: readonly string[];
  /** Absolute; the container's own by default. */
  readonly workingDirectory?: string;
}

/** What a command is connected to. */
export interface InteractiveOptions {
  readonly tty: boolean;
  /** Whether `stdin` is given to it. */
  readonly attachStdin: boolean;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}
