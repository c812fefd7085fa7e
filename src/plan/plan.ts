/**
 * One call to the Engine API, or one assemble, or one wait for probes. Names are keys of the stack
 * unless said otherwise.
 */
export type Operation = MakingOperation | StartingOperation | TakingOperation;

/** What makes something of the stack, for which everything about it must be known. */
export type MakingOperation =
  | { readonly type: "assemble-image"; readonly image: string }
  | { readonly type: "load-image"; readonly image: string }
  | { readonly type: "build-image"; readonly image: string }
  | { readonly type: "pull-image"; readonly image: string }
  | { readonly type: "create-network"; readonly network: string; readonly subnet: string }
  | { readonly type: "create-volume"; readonly volume: string }
  /** Make the volume of one service's secrets and fill it; `secrets` is what it lacks. */
  | {
      readonly type: "write-secrets";
      readonly service: string;
      readonly secrets: readonly string[];
    }
  | { readonly type: "create-container"; readonly service: string; readonly configHash: string }
  | { readonly type: "connect-network"; readonly service: string; readonly network: string };

/** What brings a service up that is made, for which its manifest is enough. */
export type StartingOperation =
  | { readonly type: "start-container"; readonly service: string }
  | { readonly type: "wait-ready"; readonly service: string }
  | { readonly type: "wait-completed"; readonly service: string };

/**
 * What takes something away, by the names and ids that the Engine has: also of a stack whose
 * manifest does not parse.
 */
export type TakingOperation =
  | { readonly type: "remove-image"; readonly reference: string; readonly id: string }
  | { readonly type: "remove-network"; readonly name: string; readonly id: string }
  | { readonly type: "remove-volume"; readonly name: string }
  | {
      readonly type: "stop-container";
      readonly name: string;
      readonly id: string;
      readonly gracePeriodMs: number;
    }
  | { readonly type: "remove-container"; readonly name: string; readonly id: string };

/** One node of a plan. */
export interface PlanNode<Of extends Operation = Operation> {
  /** `<what>:<name>` and unique, such as `load:app`, `start:db`. */
  readonly id: string;
  readonly operation: Of;
  /**
   * Why the operation is needed: `not found`, `image app changed: file index.php`, `exited (137)`.
   */
  readonly cause: string;
  /** Ids of earlier nodes. */
  readonly dependsOn: readonly string[];
}

/** What the plan leaves alone, and why: `image base: up to date`. */
export interface Unchanged {
  readonly kind: "image" | "network" | "volume" | "secret" | "service";
  readonly name: string;
  readonly reason: string;
  /** Made by somebody else; absent: it is the stack's. */
  readonly isExternal?: true;
}

/** A graph of operations in an order in which every node comes after the nodes it depends on. */
export interface Plan<Of extends Operation = Operation> {
  readonly stack: string;
  readonly nodes: readonly PlanNode<Of>[];
  readonly unchanged: readonly Unchanged[];
  /**
   * What the reader should know of the things that the plan leaves alone: who uses them, or only
   * looks like ours.
   */
  readonly notices: readonly string[];
}
