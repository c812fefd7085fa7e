import type { Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { Operation, PlanNode } from "../../plan/plan.ts";
import type { Image, Service, Stack } from "../../stack/stack.ts";
import type { BuiltImages } from "../images/built-images.ts";
import type { Clock, RunContext } from "../context.ts";
import type { Emit } from "../execution/event.ts";
import type { PreparedImages } from "../images/prepare-images.ts";

/** What taking things away needs. */
export interface TakingContext {
  readonly stackName: string;
  readonly engine: Engine;
  readonly emit: Emit;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Throws when the stack's hold is not ours any more. */
  readonly assertHeld: () => Promise<void>;
}

/** What starting what is made, and waiting for it, needs beside. */
export interface StartingContext extends TakingContext {
  readonly stack: Stack;
  /** Names of containers that this run has started, for an interruption. */
  readonly started: Set<string>;
}

/** What making things needs beside: the run's things, and what this run has made so far. */
export interface MakingContext extends StartingContext {
  readonly run: Pick<
    RunContext,
    "store" | "downloader" | "runId" | "version" | "secretVariable" | "signal"
  >;
  readonly prepared: PreparedImages;
  readonly builtImages: Pick<BuiltImages, "get" | "heldChains">;
  /** Leaves for the end of the run what needs neither the Engine nor the stack's hold. */
  readonly afterwards: (work: () => Promise<void>) => void;
}

/** The operation of one type. */
export type OperationOf<Type extends Operation["type"]> = Extract<Operation, { type: Type }>;

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
export function outputOf(context: TakingContext, node: PlanNode): (line: string) => void {
  return (line) => context.emit({ type: "node-output", node, line });
}
