import type { Image, Service, Stack } from "../stack/stack.ts";
import type { ImageRecords } from "./images/built-images.ts";
import type { PlanDraft } from "./draft.ts";
import type { DesiredImage, Observed } from "./observed.ts";

/** What a plan is asked for. */
export interface ReconcileOptions {
  /** Services to bring up, with what they depend on; absent: all that are active. */
  readonly services?: readonly string[];
  /** The services alone, and nothing of what they depend on. */
  readonly withoutDependencies?: boolean;
  /** Images to build, with what they stand on, and nothing else: the plan of `build`. */
  readonly imagesOnly?: readonly string[];
  readonly forceRecreate?: boolean;
  /** Services that run, but that a probe found not to be ready, with what it saw. */
  readonly unready?: ReadonlyMap<string, string>;
}

/** Everything that the decisions are made from. */
export interface ReconcileRequest {
  readonly stack: Stack;
  readonly observed: Observed;
  /** By image name. */
  readonly desiredImages: ReadonlyMap<string, DesiredImage>;
  /** Which images qclock is known to have built. */
  readonly records: ImageRecords;
  /** Services whose containers hold other secrets than their files and variables do now. */
  readonly changedSecrets: ReadonlySet<string>;
  /**
   * Images whose layers are all in the store. Looked for only where the Engine cannot run them, so
   * that being there is all there is to a build.
   */
  readonly stored?: ReadonlySet<string>;
  /**
   * Services whose secrets are known to be whole in their volume, whether or not there is a
   * container.
   */
  readonly writtenSecrets: ReadonlySet<string>;
  readonly options: ReconcileOptions;
}

/** What the parts of the planner share. */
export interface Planning extends ReconcileRequest {
  readonly draft: PlanDraft;
  /** Images that matter to this plan, parents first. */
  readonly images: readonly Image[];
  /** Services that matter to this plan, dependencies first. */
  readonly services: readonly Service[];
}
