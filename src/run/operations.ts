import type { Operation, PlanNode } from "../plan/plan.ts";
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
import type { OperationContext } from "./operations/operation-context.ts";
import { waitCompleted, waitServiceReady } from "./operations/waits.ts";

/** Carry out one node of a plan. Resolves with a short fact for the reader. */
export async function perform(
  node: PlanNode,
  context: OperationContext,
): Promise<string | undefined> {
  const { operation } = node;
  if (changesEngine(operation)) await context.assertLocked();
  switch (operation.type) {
    case "assemble-image":
      return assembleImage(node, operation, context);
    case "load-image":
      return loadImage(node, operation, context);
    case "build-image":
      return buildImage(node, operation, context);
    case "pull-image":
      return pullImage(node, operation, context);
    case "remove-image":
      return removeImage(operation, context);
    case "create-network":
      return createNetwork(operation, context);
    case "remove-network":
      return removeNetwork(operation, context);
    case "create-volume":
      return createVolume(operation, context);
    case "remove-volume":
      return removeVolume(operation, context);
    case "write-secrets":
      return writeServiceSecrets(operation, context);
    case "create-container":
      return createContainer(operation, context);
    case "connect-network":
      return connectNetwork(operation, context);
    case "start-container":
      return startContainer(operation, context);
    case "wait-ready":
      return waitServiceReady(node, operation, context);
    case "wait-completed":
      return waitCompleted(node, operation, context);
    case "stop-container":
      return stopContainer(operation, context);
    case "remove-container":
      return removeContainer(operation, context);
  }
}

function changesEngine({ type }: Operation): boolean {
  return type !== "assemble-image" && type !== "wait-ready" && type !== "wait-completed";
}
