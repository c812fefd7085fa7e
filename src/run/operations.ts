import type { Operation, PlanNode, StartingOperation, TakingOperation } from "../plan/plan.ts";
import {
  assembleImage,
  buildImage,
  loadImage,
  pullImage,
  removeImage,
} from "./operations/images.ts";
import {
  connectNetwork,
  createContainer,
  removeContainer,
  startContainer,
  stopContainer,
} from "./operations/containers.ts";
import {
  createNetwork,
  createVolume,
  removeNetwork,
  removeVolume,
  writeServiceSecrets,
} from "./operations/networks-volumes.ts";
import type {
  MakingContext,
  StartingContext,
  TakingContext,
} from "./operations/operation-context.ts";
import { waitCompleted, waitServiceReady } from "./operations/waits.ts";

/** Carries out one node of a plan. Resolves with a short fact for the reader. */
export type Perform<Of extends Operation, Context> = (
  node: PlanNode<Of>,
  context: Context,
) => Promise<string | undefined>;

/** Any operation. */
export const perform: Perform<Operation, MakingContext> = async (node, context) => {
  const { operation } = node;
  switch (operation.type) {
    case "assemble-image":
      return assembleImage(node, operation, context);
    case "load-image":
      await context.assertHeld();
      return loadImage(node, operation, context);
    case "build-image":
      await context.assertHeld();
      return buildImage(node, operation, context);
    case "pull-image":
      await context.assertHeld();
      return pullImage(node, operation, context);
    case "create-network":
      await context.assertHeld();
      return createNetwork(operation, context);
    case "create-volume":
      await context.assertHeld();
      return createVolume(operation, context);
    case "write-secrets":
      await context.assertHeld();
      return writeServiceSecrets(operation, context);
    case "create-container":
      await context.assertHeld();
      return createContainer(operation, context);
    case "connect-network":
      await context.assertHeld();
      return connectNetwork(operation, context);
    default:
      return performInPlace({ ...node, operation }, context);
  }
};

/** What works on services that are made: starting, waiting, taking away. */
export const performInPlace: Perform<StartingOperation | TakingOperation, StartingContext> = async (
  node,
  context,
) => {
  const { operation } = node;
  switch (operation.type) {
    case "start-container":
      await context.assertHeld();
      return startContainer(operation, context);
    case "wait-ready":
      return waitServiceReady(node, operation, context);
    case "wait-completed":
      return waitCompleted(node, operation, context);
    default:
      return performTaking({ ...node, operation }, context);
  }
};

/** What takes away. */
export const performTaking: Perform<TakingOperation, TakingContext> = async (
  { operation },
  context,
) => {
  await context.assertHeld();
  switch (operation.type) {
    case "remove-image":
      return removeImage(operation, context);
    case "remove-network":
      return removeNetwork(operation, context);
    case "remove-volume":
      return removeVolume(operation, context);
    case "stop-container":
      return stopContainer(operation, context);
    case "remove-container":
      return removeContainer(operation, context);
  }
};
