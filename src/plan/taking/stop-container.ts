import type { Stack } from "../../stack/stack.ts";
import type { Adding } from "../draft.ts";
import type { ObservedContainer } from "../observed.ts";
import type { TakingOperation } from "../plan.ts";

/** One container that is to stop. */
export interface StopRequest {
  readonly draft: Adding<TakingOperation>;
  /** Gives the order and the grace period; undefined when its manifest does not parse. */
  readonly stack: Stack | undefined;
  readonly container: ObservedContainer;
  readonly cause: string;
}

/** As the Engine has it where nothing else is declared. */
const defaultGracePeriodMs = 10_000;

/**
 * Stop a container, where it is up, after those of the services that depend on it: they must be in
 * the draft before it, see `dependentsFirst`. Resolves with the ids of its own node and of theirs.
 */
export function addStop({ draft, stack, container, cause }: StopRequest): {
  readonly stopped: string | undefined;
  readonly dependents: readonly string[];
} {
  const { id, name, service = name } = container;
  const declared = stack?.services.get(service);
  // Under its own name, not the service's: a service may have two containers when one was renamed
  // by hand.
  const dependents = [...(stack?.services.values() ?? [])]
    .filter(({ dependsOn }) => dependsOn.has(service))
    .map((dependent) => `stop:${dependent.containerName}`);
  if (!isUp(container)) return { stopped: undefined, dependents };
  const gracePeriodMs = declared?.stopGracePeriodMs ?? defaultGracePeriodMs;
  const operation = { type: "stop-container", name, id, gracePeriodMs } as const;
  return { stopped: draft.add(`stop:${name}`, operation, cause, dependents), dependents };
}

/** Whether a container has a process, or is about to have one again. */
export function isUp({ status }: Pick<ObservedContainer, "status">): boolean {
  return status === "running" || status === "restarting" || status === "paused";
}

/** Containers in the order in which they stop; those of services that the stack lacks come last. */
export function dependentsFirst(
  containers: readonly ObservedContainer[],
  stack: Stack | undefined,
): readonly ObservedContainer[] {
  const order = [...(stack?.services.keys() ?? [])];
  return containers.toSorted(
    (a, b) => order.indexOf(b.service ?? "") - order.indexOf(a.service ?? ""),
  );
}
