import { isOfService } from "../../stack/labels.ts";
import type { Stack } from "../../stack/stack.ts";
import { type Adding, PlanDraft } from "../draft.ts";
import { isAre, listOf } from "./foreign-users.ts";
import type { Observed, ObservedContainer } from "../observed.ts";
import type { Plan, TakingOperation } from "../plan.ts";
import { addStop, dependentsFirst, isUp } from "./stop-container.ts";

/** What is to be stopped. Labels are enough, so that the stack may be missing. */
export interface StopPlanRequest {
  readonly stackName: string;
  readonly stack: Stack | undefined;
  readonly observed: Observed;
  /** Only these services; absent: everything that is labelled as the stack's. */
  readonly services?: readonly string[];
}

/** Stop containers, dependents before what they depend on, and leave everything where it is. */
export function planStop(request: StopPlanRequest): Plan<TakingOperation> {
  const draft = new PlanDraft<TakingOperation>();
  addStops(draft, request);
  const containers = containersOf(request.observed, request.services);
  for (const container of containers)
    if (!isUp(container))
      draft.keep("service", container.service ?? container.name, container.status);
  const present = new Set(containers.map(({ service }) => service));
  for (const name of request.services ?? [])
    if (!present.has(name)) draft.keep("service", name, "has no container");
  return draft.finish(request.stackName);
}

/**
 * The stops as a part of another plan. Services that depend on a stopped one and run on are told.
 */
export function addStops(
  draft: Adding<TakingOperation>,
  request: Omit<StopPlanRequest, "stackName"> & {
    /** Why a service is stopped; absent: it was asked for. */
    readonly causeOf?: (service: string) => string;
  },
): void {
  const { stack, observed, services, causeOf = () => "asked for" } = request;
  for (const container of dependentsFirst(containersOf(observed, services), stack))
    addStop({ draft, stack, container, cause: causeOf(container.service ?? "") });
  for (const name of services ?? []) noticeDependents(draft, name, request);
}

/** Containers of the stack's services. What holds the stack, helpers and one-offs are none. */
function containersOf(
  { containers }: Observed,
  services: readonly string[] | undefined,
): readonly ObservedContainer[] {
  return containers.filter(
    ({ ours, role, service = "" }) =>
      ours && isOfService(role) && (services === undefined || services.includes(service)),
  );
}

function noticeDependents(
  draft: Adding<TakingOperation>,
  name: string,
  { stack, observed, services }: Omit<StopPlanRequest, "stackName">,
): void {
  const running = new Set(
    containersOf(observed, undefined)
      .filter(isUp)
      .map(({ service }) => service),
  );
  if (!running.has(name)) return;
  const dependents = [...(stack?.services.values() ?? [])]
    .filter((service) => service.dependsOn.has(name) && running.has(service.name))
    .map((service) => service.name)
    .filter((dependent) => services?.includes(dependent) !== true);
  if (dependents.length === 0) return;
  const verb = dependents.length === 1 ? "depends" : "depend";
  draft.notice(`${listOf(dependents)} ${verb} on ${name} and ${isAre(dependents)} left running.`);
}
