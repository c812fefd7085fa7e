import type { QclockError } from "../../error.ts";
import type { Plan, PlanNode } from "../../plan/plan.ts";

/** How one node ended. */
export type Outcome =
  | {
      readonly status: "succeeded";
      /** A short fact for the reader, such as `38 packages, 92 MB`. */ readonly note?: string;
    }
  | { readonly status: "failed"; readonly error: QclockError }
  | { readonly status: "skipped"; readonly reason: "dependency-failed" | "aborted" };

/**
 * Something that happened during a command. Events are facts: past tense, immutable. `atMs` is a
 * monotonic clock.
 */
export type RunEvent =
  | {
      readonly type: "run-started";
      readonly atMs: number;
      readonly command: string;
      readonly plan: Plan;
    }
  /** Work before a plan exists: resolving packages, fetching them, looking at the Engine. */
  | {
      readonly type: "phase-started";
      readonly atMs: number;
      readonly phase: string;
      readonly title: string;
    }
  | {
      readonly type: "phase-progress";
      readonly atMs: number;
      readonly phase: string;
      readonly done: number;
      readonly total: number;
      readonly unit: "bytes" | "items";
      readonly detail?: string;
    }
  | {
      readonly type: "phase-finished";
      readonly atMs: number;
      readonly phase: string;
      readonly note: string;
    }
  | { readonly type: "node-started"; readonly atMs: number; readonly node: PlanNode }
  /** A line of the Engine's or a program's output that belongs to the node. */
  | {
      readonly type: "node-output";
      readonly atMs: number;
      readonly node: PlanNode;
      readonly line: string;
    }
  | {
      readonly type: "node-progress";
      readonly atMs: number;
      readonly node: PlanNode;
      readonly done: number;
      readonly total: number;
      readonly unit: "bytes" | "items";
      readonly detail?: string;
    }
  /**
   * What a node that waits is waiting for: from time to time, and when that changes for a reason of
   * its own.
   */
  | {
      readonly type: "node-waiting";
      readonly atMs: number;
      readonly node: PlanNode;
      readonly reason: string;
      readonly waitedMs: number;
    }
  | {
      readonly type: "node-finished";
      readonly atMs: number;
      readonly node: PlanNode;
      readonly outcome: Outcome;
    }
  /**
   * Something worth knowing that is not a failure: a retry, a package whose scripts are not
   * replayed, a remote Engine.
   */
  | {
      readonly type: "notice";
      readonly atMs: number;
      readonly level: "info" | "warning";
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly type: "run-finished"; readonly atMs: number; readonly report: RunReport };

/** An event as its maker gives it; the emitter adds the clock. */
export type RunEventBody = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, "atMs">
    : never
  : never;

export type Emit = (event: RunEventBody) => void;

/** The sum of the events of a run; gives the exit code. */
export interface RunReport {
  readonly status: "succeeded" | "failed" | "aborted";
  /** On the clock of the events. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly nodes: readonly NodeReport[];
  /** In the order in which they ended. */
  readonly steps: readonly StepReport[];
}

/**
 * A part of what making an image takes. Fetching and unpacking may begin before the image's own
 * node does.
 */
export interface StepReport {
  readonly image: string;
  readonly step: "fetch" | "unpack" | "write" | "scripts" | "run";
  /** Of `scripts`, which are a part of `write`: the package whose scripts were interpreted. */
  readonly package?: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

export interface NodeReport {
  readonly node: PlanNode;
  readonly outcome: Outcome;
  readonly startedAtMs?: number;
  readonly durationMs?: number;
}
