import type { CommandCall } from "../../command.ts";
import type { NodeStatus } from "../../root.ts";

/** A path at which find has come. */
export interface FoundPath {
  /** As it is printed: the operand with what is below it. */
  readonly name: string;
  readonly path: string;
  /** Of the operand it is below, as that was written. */
  readonly start: string;
  readonly depth: number;
  readonly status: NodeStatus;
}

/** What one walk keeps beside its paths. */
export interface FindState {
  readonly call: CommandCall;
  /** The folder is not entered. */
  isPruned: boolean;
  isQuit: boolean;
  exitStatus: number;
  /** Arguments of each `-exec … +` that is not yet run. */
  readonly collected: Map<readonly string[], string[]>;
}

/** A test or action: whether it holds for a path. */
export type FindTest = (found: FoundPath, state: FindState) => boolean;

/** The expression is wrong; find says so and ends with 1. */
export class FindError extends Error {
  override readonly name = "FindError";
}
