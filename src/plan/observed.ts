import type { Digest } from "../digest.ts";
import type { LiveSettings } from "./services/live-settings.ts";

/**
 * One snapshot of what the Engine holds of a stack: what qclock made for it, and what bears its
 * names or its label without that.
 */
export interface Observed {
  readonly engine: EngineFacts;
  /** Images by reference, whether ours or not. */
  readonly images: ReadonlyMap<string, ObservedImage>;
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** Containers of the Engine that qclock did not make for this stack, with what they use. */
  readonly others: readonly OtherContainer[];
  /**
   * Every subnet in use by any network of the Engine and any route of the host that is known, as
   * CIDR.
   */
  readonly usedSubnets: readonly string[];
}

export interface EngineFacts {
  /**
   * The Engine's own id, so that a cached verdict or a saved plan is not applied to another Engine.
   */
  readonly id: string;
  readonly version: string;
  readonly apiVersion: string;
  /** Its machine's, in Debian's spelling where that has one; empty when it does not say. */
  readonly architecture: string;
  readonly imageStore: "graphdriver" | "containerd";
  readonly hasInit: boolean;
  /**
   * Whether it can make a network that the host is not on, and one that publishes without a way
   * out: Engine 28 and newer.
   */
  readonly isolatesNetworks: boolean;
  /** Which limits the Engine can set on its machine. */
  readonly limits: {
    readonly memory: boolean;
    readonly swap: boolean;
    readonly cpu: boolean;
    readonly pids: boolean;
  };
}

export interface ObservedImage {
  /** As the Engine reports it; opaque. */
  readonly id: string;
  readonly reference: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly fingerprint?: string;
  /** Comparable within one Engine: computed by one function for both image stores. */
  readonly identity: string;
}

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  /**
   * Whether qclock made it for this stack, by name, labels and record together; else it is foreign
   * and never touched.
   */
  readonly ours: boolean;
  readonly service?: string;
  readonly role?: string;
  readonly configHash?: string;
  /** Label: identity of the image that it was made from. */
  readonly imageIdentity?: string;
  /** Id of the image that it really runs, as the Engine says. */
  readonly imageId?: string;
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  readonly restartCount?: number;
  /** Engine names of the networks that it is attached to. */
  readonly networks: readonly string[];
  /**
   * What is in force; absent for what is not ours, and where the Engine reports it in a shape of
   * its own (podman).
   */
  readonly live?: LiveSettings;
}

/** Somebody else's container, to know whether it uses what is ours. */
export interface OtherContainer {
  readonly name: string;
  /** Names and ids of the networks that it is attached to. */
  readonly networks: readonly string[];
  /** Names of the volumes that it mounts. */
  readonly volumes: readonly string[];
  readonly imageId: string;
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly ours: boolean;
  readonly key?: string;
  readonly configHash?: string;
  readonly internal: boolean;
  /** Whether the host is not on it, by its gateway mode. */
  readonly isolated: boolean;
  /**
   * Whether what is on it reaches beyond the host: it is not internal, and the Engine gives its
   * packets the host's address.
   */
  readonly outbound: boolean;
  readonly subnets: readonly string[];
}

export interface ObservedVolume {
  readonly name: string;
  readonly ours: boolean;
  readonly key?: string;
  readonly configHash?: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Names of the secrets that the volume holds, for a secret volume. */
  readonly secrets?: readonly string[];
  /** ISO 8601, as the Engine gives it. */
  readonly createdAt?: string;
}

/**
 * What the planner knows of each image before any work: reference, and the fingerprint that it must
 * have.
 */
export interface DesiredImage {
  readonly reference: string;
  readonly fingerprint: Digest;
  /**
   * Why an image whose fingerprint differs is stale, in words: `file images/app/rootfs/index.php
   * changed`. Absent when the earlier inputs are not known.
   */
  readonly change?: string;
  /**
   * Digests of layers of scripts that were run, which the lock names for it and what it stands on;
   * absent: none.
   */
  readonly runLayers?: readonly Digest[];
}
