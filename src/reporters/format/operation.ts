import type { Operation } from "../../plan/plan.ts";
import { unreachable } from "../../unreachable.ts";

/** What an operation is about, and the words for it while it runs and once it is done. */
export interface OperationWords {
  readonly kind: "image" | "service" | "network" | "volume" | "container";
  readonly name: string;
  /** `assembling` */
  readonly doing: string;
  /** `assembled` */
  readonly done: string;
}

/** The words for an operation. */
export function describeOperation(operation: Operation): OperationWords {
  switch (operation.type) {
    case "assemble-image":
      return { kind: "image", name: operation.image, doing: "assembling", done: "assembled" };
    case "load-image":
      return { kind: "image", name: operation.image, doing: "loading", done: "loaded" };
    case "build-image":
      return { kind: "image", name: operation.image, doing: "building", done: "built" };
    case "pull-image":
      return { kind: "image", name: operation.image, doing: "pulling", done: "pulled" };
    case "remove-image":
      return { kind: "image", name: operation.reference, doing: "removing", done: "removed" };
    case "create-network":
      return { kind: "network", name: operation.network, doing: "creating", done: "created" };
    case "remove-network":
      return { kind: "network", name: operation.name, doing: "removing", done: "removed" };
    case "create-volume":
      return { kind: "volume", name: operation.volume, doing: "creating", done: "created" };
    case "remove-volume":
      return { kind: "volume", name: operation.name, doing: "removing", done: "removed" };
    case "write-secrets":
      return service(operation.service, "writing secrets", "secrets written");
    case "create-container":
      return service(operation.service, "creating", "created");
    case "connect-network":
      return service(
        operation.service,
        `joining network ${operation.network}`,
        `joined network ${operation.network}`,
      );
    case "start-container":
      return service(operation.service, "starting", "started");
    case "wait-ready":
      return service(operation.service, "waiting until ready", "ready");
    case "wait-completed":
      return service(operation.service, "waiting until completed", "completed");
    case "stop-container":
      return { kind: "container", name: operation.name, doing: "stopping", done: "stopped" };
    case "remove-container":
      return { kind: "container", name: operation.name, doing: "removing", done: "removed" };
    default:
      return unreachable(operation);
  }
}

/**
 * That an operation is done, with the fact that it noted; a note that says it itself is not said
 * twice.
 */
export function formatDone(done: string, note: string | undefined): string {
  if (note === undefined) return done;
  return note.startsWith(done) ? note : `${done}, ${note}`;
}

/** Operations whose notes are worth a place in a tree, where each row has but one line. */
export function isNoteworthy({ type }: Operation): boolean {
  return ["assemble-image", "build-image", "pull-image", "start-container", "wait-ready"].includes(
    type,
  );
}

function service(name: string, doing: string, done: string): OperationWords {
  return { kind: "service", name, doing, done };
}
