import type { Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { PlanNode } from "../../plan/plan.ts";
import type { Image, Service, Stack } from "../../stack/stack.ts";
import type { Artifacts } from "../images/artifacts.ts";
import type { Clock, RunContext } from "../context.ts";
import type { Emit } from "../execution/event.ts";
import type { PreparedImages } from "../images/prepare-images.ts";

/** What operations work with: the run's things, and what this run has made so far. */
export interface OperationContext {
  readonly run:
    | Pick<RunContext, "store" | "downloader" | "runId" | "version" | "secretVariable" | "signal">
    | undefined;
  readonly stack: Stack | undefined;
  readonly stackName: string;
  readonly engine: Engine;
  readonly prepared: PreparedImages | undefined;
  readonly artifacts: Artifacts | undefined;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Throws when the stack's lock is not ours any more. */
  readonly assertLocked: () => Promise<void>;
  /** Names of containers that this run has started, for an interruption. */
  readonly started: Set<string>;
}

/** The same with everything that making things needs; taking things away needs less. */
export type MakingContext = OperationContext & {
  readonly [Key in "run" | "stack" | "prepared" | "artifacts"]: NonNullable<OperationContext[Key]>;
};

/** Prove that the context can make things. A plan that makes things is only made with a stack at hand. */
export function making(context: OperationContext): MakingContext {
  const { run, stack, prepared, artifacts } = context;
  if (
    run === undefined ||
    stack === undefined ||
    prepared === undefined ||
    artifacts === undefined
  ) {
    throw new Error("a plan that makes things was run without a stack");
  }
  return { ...context, run, stack, prepared, artifacts };
}

/** The stack of a plan that was made with one. */
export function stackOf({ stack }: Pick<OperationContext, "stack">): Stack {
  if (stack === undefined) throw new Error("a plan that waits was run without a stack");
  return stack;
}

export function serviceOf(stack: Stack, name: string): Service {
  const service = stack.services.get(name);
  if (service === undefined)
    throw new QclockError("service-not-found", `The stack has no service "${name}".`);
  return service;
}

export function imageOf(stack: Stack, name: string): Image {
  const image = stack.images.get(name);
  if (image === undefined) throw new Error(`the plan names image ${name}, which the stack lacks`);
  return image;
}

/** A line of output that belongs to a node. */
export function outputOf(context: OperationContext, node: PlanNode): (line: string) => void {
  return (line) => context.emit({ type: "node-output", node, line });
}
