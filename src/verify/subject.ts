import type { EngineInfo, ImageDetails, ImageHistoryEntry } from "../docker/engine.ts";
import type { UnmetNeed } from "../image/needs/unmet-need.ts";
import type { LeftScript } from "../packages/installation.ts";
import type { LockedPackage } from "../packages/package.ts";
import type { PackageDatabase } from "../packages/package-database.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import type { ImageFiles } from "./images/image-files.ts";
import type { Inspection } from "./services/inspection.ts";

/** An image of the stack as the Engine holds it, and everything about it that checks look at. */
export interface ImageSubject {
  readonly image: Image;
  readonly details: ImageDetails;
  readonly history: readonly ImageHistoryEntry[];
  /** OCI configuration fields that `details` leaves out. */
  readonly config: {
    readonly workingDirectory: string;
    readonly volumes: readonly string[];
    readonly hasHealthcheck: boolean;
  };
  /** Layers of the parent in the stack; undefined when it has none. */
  readonly parent:
    | { readonly name: string; readonly diffIds: readonly Digest[] | undefined }
    | undefined;
  /** Every file of the image, read back from the Engine. */
  readonly files: ImageFiles;
  /** How its files say which packages it holds. */
  readonly database: PackageDatabase;
  /**
   * Packages that the lock gives to it and its parents; undefined for images that qclock did not
   * assemble.
   */
  readonly locked: readonly LockedPackage[] | undefined;
  /** Fingerprint that it must have; undefined where it cannot be known. */
  readonly fingerprint: Digest | undefined;
  /**
   * Ids of what qclock is known to have built from its inputs; empty where nothing here records
   * any.
   */
  readonly recorded: ReadonlySet<string>;
  /**
   * Scripts of its packages, parents' included, that were undone when it was built; undefined where
   * that is not known, as of an image that was made elsewhere.
   */
  readonly leftScripts: readonly LeftScript[] | undefined;
  /**
   * What its files need and no layer has; undefined where that is not known, as of an image that
   * was made elsewhere.
   */
  readonly unmetNeeds: readonly UnmetNeed[] | undefined;
  /**
   * Of each of its layers that scripts made by being run, parents' included, the packages of these,
   * with commas between; undefined where they are not known.
   */
  readonly runLayers: readonly (string | undefined)[];
  /** Paths that may be setuid or setgid, parents' included. */
  readonly setuid: readonly string[];
  /** Services made from it. */
  readonly services: readonly Service[];
  /** Real values of the stack's secrets that could be read; never printed. */
  readonly secretValues: readonly string[];
}

/** A service and its container as it is now. */
export interface ServiceSubject {
  readonly service: Service;
  readonly inspection: Inspection;
  readonly engine: EngineInfo;
  /** Id of the image that the service's reference names now; undefined when it is gone. */
  readonly currentImageId: string | undefined;
  /** User of the image, for services that name none. */
  readonly imageUser: string;
  /** What a plan would do to this service, each with its cause; empty when all is as declared. */
  readonly drift: readonly string[];
  /** Names of the Engine's networks that have no way out now. */
  readonly closedNetworks: ReadonlySet<string>;
  /** Whether the Engine can publish ports without a way out: see `EngineFacts.isolatesNetworks`. */
  readonly canCloseWayOut: boolean;
  /** Its processes as the kernel tells them, or else the Engine; undefined where neither does. */
  readonly processes: readonly ProcessFacts[] | undefined;
  /** Files of its secrets as they are in the container; undefined where they could not be read. */
  readonly secretFiles: readonly SecretFile[] | undefined;
  /** Last lines of its log. */
  readonly logTail: readonly string[];
  readonly secretValues: readonly string[];
}

/** What is known about one process of a container. */
export interface ProcessFacts {
  readonly pid: number;
  /**
   * Whether it was put into the container from outside, as by `docker exec`, and does not descend
   * from its first process.
   */
  readonly entered: boolean;
  readonly command: string;
  readonly uid: number;
  /** Whether the Engine was asked to start it with every privilege. */
  readonly privileged: boolean;
  /** What the kernel lets it do; undefined where the Engine runs on another machine. */
  readonly kernel: KernelFacts | undefined;
}

/** What the kernel says about the rights of a process. */
export interface KernelFacts {
  /** Effective capabilities, as the kernel's hexadecimal mask. */
  readonly effectiveCapabilities: bigint;
  readonly noNewPrivileges: boolean;
  /** 0: none, 1: strict, 2: filter. */
  readonly seccomp: number;
}

/** Owner and mode of a secret's file, without its content. */
export interface SecretFile {
  readonly secret: string;
  readonly target: string;
  readonly found:
    | {
        readonly uid: number;
        readonly gid: number;
        readonly mode: number;
        readonly sizeBytes: number;
      }
    | undefined;
}

/** The stack as a whole: what can only be seen between services. */
export interface StackSubject {
  readonly stack: Stack;
  readonly reachability: readonly Reach[];
  /** Undefined where it cannot be known what the host listens on. */
  readonly hostReach: readonly HostReach[] | undefined;
  /** Undefined where it is not known who is on its networks, or none of them is there. */
  readonly strangers: readonly Strangers[] | undefined;
}

/** Containers of others on a network of the stack's services. */
export interface Strangers {
  /** Key in `Stack.networks`. */
  readonly network: string;
  readonly containers: readonly string[];
}

/** Which services of the host a service reaches through the gateways of its networks. */
export interface HostReach {
  readonly service: string;
  /** `10.213.0.1:22`, each of them open. */
  readonly reached: readonly string[];
  /** Why it could not be tried; undefined when it was. */
  readonly failure: string | undefined;
}

/**
 * Whether one service can open a connection to another one, tried from inside the first one's
 * network namespace.
 */
export interface Reach {
  readonly from: string;
  readonly to: string;
  /** Whether they share a network by declaration. */
  readonly declared: boolean;
  readonly outcome:
    | {
        readonly status: "open" | "closed";
        /** `10.0.0.2:3306: refused` */ readonly evidence: string;
      }
    /** There is no means to try, or nobody to reach. */
    | { readonly status: "unknown"; readonly reason: string }
    /** Trying itself went wrong. */
    | { readonly status: "failed"; readonly reason: string };
}
