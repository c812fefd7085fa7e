import type { Location } from "../diagnostic.ts";
import type { Digest } from "../digest.ts";
import type { PinnedRequirement } from "../python/requirements-file.ts";
import type { ProbeCheck } from "./services/probe-kinds.ts";
import type { Architecture, OsName } from "../os.ts";

/**
 * Desired state: what the manifest asks for, with each reference resolved, the graphs acyclic,
 * paths absolute and durations in milliseconds. Holding one is the proof that the manifest was
 * valid.
 */
export interface Stack {
  readonly name: string;
  /** Absolute path of the manifest. */
  readonly manifestPath: string;
  /** Absolute paths of the files that are laid over it, in order; absent: none. */
  readonly overridePaths?: readonly string[];
  /**
   * Real path of the manifest's folder: the project. Each path of the manifest is below it, links
   * on the way followed; only bind mounts may lie elsewhere.
   */
  readonly directory: string;
  /**
   * Links inside the project, by their real paths, that paths of the manifest go through; absent:
   * none.
   */
  readonly links?: readonly string[];
  /** Digest of the manifest's texts, for labels and for a saved plan. */
  readonly manifestDigest: Digest;
  readonly os: OsName;
  /** The other systems that the manifest lists, in order; absent: none. */
  readonly otherSystems?: readonly OsName[];
  readonly architecture: Architecture;
  /** Package mirrors named in the manifest, by OS. */
  readonly mirrors: ReadonlyMap<OsName, string>;
  /** Streams of modules to take packages from, as `php:8.2`, sorted; absent: none. */
  readonly modules?: readonly string[];
  /** Ids of repositories beside those that the OS always has, sorted; absent: none. */
  readonly furtherRepositories?: readonly string[];
  /** Absolute paths of files with keys beside those that ship with qclock; absent: none. */
  readonly keyFiles?: readonly string[];
  /** URL of the index of Python packages that the manifest names; absent: none. */
  readonly pythonIndex?: string;
  /** Parents before their children. */
  readonly images: ReadonlyMap<string, Image>;
  /** Dependencies before their dependents. */
  readonly services: ReadonlyMap<string, Service>;
  /**
   * Names of the services whose profiles are not active: declared, and neither made nor removed.
   * Absent: none.
   */
  readonly inactive?: ReadonlySet<string>;
  readonly networks: ReadonlyMap<string, Network>;
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /**
   * Where each named thing stands in the manifest; keys such as `images.base`,
   * `services.app.ports.0`.
   */
  readonly locations: ReadonlyMap<string, Location>;
}

export type Image = AssembledImage | DockerfileImage | PulledImage;

interface ImageIdentity {
  readonly name: string;
  /**
   * The name in the Engine: `qclock.invalid/<stack>/<image>:latest`, whose registry cannot exist,
   * so that no pull can replace it.
   */
  readonly reference: string;
}

/** What becomes of the scripts that packages bring. */
export type ScriptsMode =
  /** They are interpreted; nothing of them is run. */
  | "interpret"
  /** As `interpret`; those that do not run to their end so are run in a container of the image. */
  | "run"
  /** They are left alone. */
  | "none";

/** A user that is known by its number alone. */
export interface NumericUser {
  readonly uid: number;
  readonly gid: number;
  /** What `HOME` says, or `/`, which is what the Engine takes where there is no account. */
  readonly home: string;
}

/** An image that qclock writes itself, from distribution packages and files. */
export interface AssembledImage extends ImageIdentity {
  readonly type: "assembled";
  /** Name of the stack image that this one stands on; absent for `from: scratch`. */
  readonly parent?: string;
  /** Package names asked for, for the stack's OS, sorted. */
  readonly packages: readonly string[];
  /** Whether the packages are asked for that the distribution takes to be on every system. */
  readonly essential: boolean;
  /**
   * Absolute paths inside the image whose subtrees are left out.
   * `/usr/share/doc/<package>/copyright` always stays.
   */
  readonly exclude: readonly string[];
  readonly scripts: ScriptsMode;
  /** Whether a script that did not run to its end is an error. */
  readonly strictScripts: boolean;
  /** Answers to questions of packages, by the questions' names. */
  readonly debconf: ReadonlyMap<string, string>;
  readonly users: readonly UserAccount[];
  readonly groups: readonly GroupAccount[];
  /** Those that `user` gives by number, of the image or of a service, and that nothing declares. */
  readonly numericUsers: readonly NumericUser[];
  /** Laid over the packages and under `files`, in this order. No two have the same path. */
  readonly artifacts: readonly Artifact[];
  /** Python packages, laid over the artifacts and under `files`; absent: none. */
  readonly wheels?: Wheels;
  readonly files: readonly FileTree[];
  /** Empty directories to make, such as a volume's mount point with its owner. */
  readonly directories: readonly DirectoryEntry[];
  /**
   * Paths that may keep their setuid or setgid bit, or their capabilities; all others lose them.
   */
  readonly setuid: readonly string[];
  /** What this image adds to its parent's configuration. */
  readonly config: ImageSettings;
}

/** An image that the Engine's builder makes from a Dockerfile. */
export interface DockerfileImage extends ImageIdentity {
  readonly type: "dockerfile";
  /** Real path of the build context. */
  readonly context: string;
  /** Real path of the Dockerfile. */
  readonly dockerfile: string;
  readonly target?: string;
  readonly buildArgs: ReadonlyMap<string, string>;
  /**
   * Stack images that its `FROM` and `COPY --from` lines name, in the Dockerfile's order, without
   * repeats.
   */
  readonly parents: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
}

/** An image from a registry, pinned by digest. */
export interface PulledImage extends ImageIdentity {
  readonly type: "pulled";
  /** `name[:tag]@sha256:…` */
  readonly source: string;
}

/**
 * OCI image configuration as the manifest declares it; absent keys are inherited from the parent
 * image.
 */
export interface ImageSettings {
  /** `uid[:gid]` or names. */
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
  readonly stopSignal?: string;
  readonly environment: ReadonlyMap<string, string>;
  /** `port/protocol`, as in OCI's ExposedPorts. */
  readonly exposedPorts: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
}

export interface UserAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  readonly gecos: string;
}

export interface GroupAccount {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Python packages of an image, each pinned by a line of a requirements file. */
export interface Wheels {
  /** Real path of the file. */
  readonly file: string;
  /** As messages show it. */
  readonly displayPath: string;
  readonly requirements: readonly PinnedRequirement[];
}

/** A file that is fetched by its URL, and what becomes of it in an image. */
export type Artifact = ArtifactSource & (ArchiveArtifact | FileArtifact);

/** Where an artifact comes from and which bytes it must be. */
interface ArtifactSource {
  /** Of `http:` or `https:`, without credentials. */
  readonly url: string;
  readonly digest: Digest;
  /**
   * Absolute path in the image, normalised: the folder of an archive's content, or the single file.
   */
  readonly path: string;
  /** Owner of everything that it brings. */
  readonly uid: number;
  readonly gid: number;
}

/** An archive whose content becomes files of the image. */
export interface ArchiveArtifact {
  readonly unpack: "tar" | "zip";
  /** How many folders are taken off the front of each name in the archive. */
  readonly stripComponents: number;
}

/** A file that is taken as it is. */
export interface FileArtifact {
  readonly unpack: "none";
  /** Mode bits, such as 0o755. */
  readonly mode: number;
}

/** A file or folder of the project laid over the image. */
export interface FileTree {
  /** Real path on the host of a file or folder. */
  readonly source: string;
  /** Absolute path in the image that the source becomes; `/` for a whole root. */
  readonly target: string;
  /**
   * Mode bits for regular files, such as 0o640; absent: 0755 for executable files, 0644 for others.
   */
  readonly mode?: number;
  readonly uid: number;
  readonly gid: number;
}

/** A directory that an image holds although no package or file names it. */
export interface DirectoryEntry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export type DependencyCondition =
  | "service_started"
  | "service_healthy"
  | "service_completed_successfully";

/** A container template. Names and meaning follow the compose specification. */
export interface Service {
  readonly name: string;
  /** Name of a stack image. */
  readonly image: string;
  /** `<stack>-<service>-1`, as compose names it. */
  readonly containerName: string;
  readonly hostname: string;
  /** The service is active when one of them is; absent: always. */
  readonly profiles?: readonly string[];
  /** Runs once per definition, exit code 0 is ready. */
  readonly job: boolean;
  readonly dependsOn: ReadonlyMap<string, DependencyCondition>;
  /** Those of them after whose change it is started again; absent: none. */
  readonly restartsWith?: readonly string[];
  /** Those of them that need not be active; absent: none. */
  readonly optionalDependencies?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  /** Further groups of its user, by number or by name, in the manifest's order; absent: none. */
  readonly groups?: readonly string[];
  readonly workingDirectory?: string;
  /** What its files of variables hold is part of it once they were read, see `withEnvFiles`. */
  readonly environment: ReadonlyMap<string, string>;
  /** Files of variables; absent: none. */
  readonly envFiles?: readonly EnvFile[];
  /** Names of the variables that come from such files; absent: none. */
  readonly fileVariables?: ReadonlySet<string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly ports: readonly PortBinding[];
  /**
   * Networks by their key in `Stack.networks`, with the aliases under which others find the
   * service.
   */
  readonly networks: ReadonlyMap<string, NetworkAttachment>;
  /** Names with addresses of their own, in the manifest's order. */
  readonly extraHosts: readonly ExtraHost[];
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly TmpfsMount[];
  readonly secrets: readonly SecretMount[];
  readonly limits: Limits;
  readonly hardening: Hardening;
  readonly restart: RestartPolicy;
  /** Its output is a terminal; absent: it is not. */
  readonly tty?: true;
  /** Its standard input is left open; absent: it ends at once. */
  readonly stdinOpen?: true;
  /** Absent: the Engine's default driver, bounded. */
  readonly logging?: Logging;
  readonly stopSignal?: string;
  readonly stopGracePeriodMs: number;
  readonly probes: readonly Probe[];
  /** Departures from the hardened defaults, each with its reason. */
  readonly exceptions: readonly PolicyException[];
}

/** A file of the project that gives a service variables. */
export interface EnvFile {
  /** Absolute. */
  readonly path: string;
  readonly isRequired: boolean;
  /** `raw` has neither quotes nor variables. */
  readonly format: "dotenv" | "raw";
}

export interface NetworkAttachment {
  readonly aliases: readonly string[];
}

/** A name in the hosts file of a service. */
export interface ExtraHost {
  readonly name: string;
  /** An IP address without brackets, or `host-gateway` for the Engine's machine. */
  readonly address: string;
}

export interface PortBinding {
  /** Address of the host, `127.0.0.1` unless the manifest gives one. */
  readonly hostAddress: string;
  /** 0 lets the Engine choose. */
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
}

export type Mount =
  | {
      readonly type: "volume";
      /** Key in `Stack.volumes`. */
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
    }
  | {
      readonly type: "bind";
      /** Absolute path on the host. */
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
    };

export interface TmpfsMount {
  readonly target: string;
  readonly sizeBytes: number;
  readonly mode: number;
  /** Programs may be run from it; absent: they cannot. */
  readonly exec?: true;
  /** Owner; absent: the service's user. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface SecretMount {
  /** Key in `Stack.secrets`. */
  readonly secret: string;
  /** Absolute path of the file in the container, `/run/secrets/<name>` by default. */
  readonly target: string;
  readonly mode: number;
  /** Owner; absent: the service's user. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface Limits {
  readonly memoryBytes: number;
  /** In units of one CPU; 0.5 is half of one. */
  readonly cpus: number;
  readonly pids: number;
  /**
   * What `/dev/shm` may hold; absent: the Engine's default, 64 MiB unless it is set up otherwise.
   */
  readonly shmBytes?: number;
  /** Sorted by name; absent: none, so that the Engine's defaults hold. */
  readonly ulimits?: readonly Ulimit[];
}

/** A limit of setrlimit(2) for the processes of a service. */
export interface Ulimit {
  /** Without `RLIMIT_`, in lower case: `nofile`. */
  readonly name: string;
  /** In force; a process may raise it up to `hard`. -1: no limit, in both. */
  readonly soft: number;
  readonly hard: number;
}

/** Where the output of a service goes. */
export interface Logging {
  /** Absent: the Engine's default. */
  readonly driver?: string;
  /** The driver's options, sorted by name. */
  readonly options: readonly (readonly [name: string, value: string])[];
}

export interface Hardening {
  readonly readOnlyRoot: boolean;
  readonly dropCapabilities: readonly string[];
  readonly addCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Ask the Engine for its init as PID 1. */
  readonly init: boolean;
  readonly allowRoot: boolean;
}

export type RestartPolicy =
  | { readonly type: "no" }
  | { readonly type: "always" }
  | { readonly type: "unless-stopped" }
  | { readonly type: "on-failure"; readonly maximumRetries: number };

/** What a departure from the hardened defaults allows, and why. */
export interface PolicyException {
  /**
   * Which rule: `root`, `writable-root`, `capability:<NAME>`, `new-privileges`, `host-network`,
   * `external-network`…
   */
  readonly rule: string;
  readonly reason: string;
}

export interface Network {
  /** Key in `Stack.networks`. */
  readonly name: string;
  /** `<stack>_<name>` in the Engine, or the name of one that is external. */
  readonly engineName: string;
  /** An internal network has no route out and publishes no port. */
  readonly internal: boolean;
  /**
   * Whether the manifest gives a reason to reach beyond it. One that is neither internal nor this
   * only publishes ports.
   */
  readonly outbound: boolean;
  /**
   * Whether nobody on it is probed by an address in it, so that the host need not be on it. Only
   * internal ones are.
   */
  readonly isolated: boolean;
  /**
   * Made by qclock for one edge of `depends_on` or for published ports, or named in the manifest.
   */
  readonly origin: "edge" | "publish" | "manifest" | "default";
  /** CIDR given by the manifest; absent: chosen when the network is created. */
  readonly subnet?: string;
  /**
   * Made by somebody else; what it is like only the Engine knows, so that a way out is reckoned
   * with.
   */
  readonly external?: External;
}

/** Something that is used by its name, and never made, changed or removed. */
export interface External {
  /** Why it is right to use what is not of the stack. */
  readonly reason: string;
}

export interface Volume {
  readonly name: string;
  /** `<stack>_<name>` in the Engine, or the name of one that is external. */
  readonly engineName: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Made by somebody else. */
  readonly external?: External;
}

/** Where the bytes of a secret come from. They are never part of a `Stack`. */
export type SecretSource =
  | { readonly type: "generate"; readonly length: number }
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "environment"; readonly variable: string };

export interface Secret {
  readonly name: string;
  readonly source: SecretSource;
}

/** A check run by qclock from outside the container, with its timing. */
export interface Probe {
  /** Unique in its service, such as `http_get:8080/health`. */
  readonly name: string;
  /** `startup` gates the others; `readiness` decides whether the service is ready. */
  readonly phase: "startup" | "readiness";
  readonly check: ProbeCheck;
  /** Pause between attempts once started; while starting qclock probes far more often. */
  readonly intervalMs: number;
  /** Of one attempt. */
  readonly timeoutMs: number;
  /** Consecutive failures after the start period that make the service unhealthy. */
  readonly retries: number;
  /** Total time that the service has to become ready. */
  readonly startPeriodMs: number;
  /** Consecutive successes that count as ready. */
  readonly successThreshold: number;
}
