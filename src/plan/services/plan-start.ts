import { QclockError } from "../../error.ts";
import { closureOf } from "../../stack/graph.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import { type Adding, PlanDraft } from "../draft.ts";
import { listOf } from "../taking/foreign-users.ts";
import type { Observed, ObservedContainer } from "../observed.ts";
import type { Plan, StartingOperation, TakingOperation } from "../plan.ts";
import { addStops } from "../taking/plan-stop.ts";
import { restartedWith, runningServices } from "../restarted-with.ts";
import { addStop } from "../taking/stop-container.ts";

/** What stops services and starts them again as they are. */
export type InPlaceOperation = StartingOperation | TakingOperation;

/** What is to be started. */
export interface StartPlanRequest {
  readonly stack: Stack;
  readonly observed: Observed;
  /** These services, with what they depend on; absent: all that are there. */
  readonly services?: readonly string[];
  /** Services that run, but that a probe found not to be ready, with what it saw. */
  readonly unready: ReadonlyMap<string, string>;
}

/**
 * Start the containers that are there and do not run, dependencies first and each when those are
 * ready. Nothing is made: throws `container-missing` where there is nothing to start.
 */
export function planStart(request: StartPlanRequest): Plan<InPlaceOperation> {
  const draft = new PlanDraft<InPlaceOperation>();
  addStarts(draft, request, new Map());
  return draft.finish(request.stack.name);
}

/**
 * Stop services and start them again, in place. What depends on them and is not named is told, and
 * left running, but for what wishes to be started again with them.
 */
export function planRestart(given: StartPlanRequest): Plan<InPlaceOperation> {
  const draft = new PlanDraft<InPlaceOperation>();
  const together = runningWith(given);
  const request =
    given.services === undefined
      ? given
      : { ...given, services: [...given.services, ...together.keys()] };
  const named = request.services ?? presentServices(request);
  const containers = startable(request);
  const causeOf = (name: string): string => {
    const other = together.get(name);
    return other === undefined ? "asked for" : `service ${other} is started again`;
  };
  addStops(draft, { ...request, services: named, causeOf });
  // A job that is named is meant to run again; among all services one that has completed has
  // completed.
  const again = new Set(
    named.filter((name) => {
      const isDone =
        request.stack.services.get(name)?.job === true && hasCompleted(containers, name);
      return !isDone || request.services !== undefined;
    }),
  );
  addStarts(draft, request, new Map([...again].map((name) => [name, causeOf(name)])));
  return draft.finish(request.stack.name);
}

/** What wishes to be started again with the named services, and runs; with which of them. */
function runningWith({
  stack,
  observed,
  services = [],
}: StartPlanRequest): ReadonlyMap<string, string> {
  const running = runningServices(observed.containers);
  return restartedWith(stack, { names: services, running });
}

/**
 * `again`: services that start whatever they do now, since they were stopped before, each with its
 * cause.
 */
function addStarts(
  draft: Adding<InPlaceOperation>,
  request: StartPlanRequest,
  again: ReadonlyMap<string, string>,
): void {
  const { stack, unready } = request;
  const containers = startable(request);
  for (const service of selected(request)) {
    const container = containers.get(service.name);
    if (container === undefined) continue;
    const reason = again.has(service.name) ? undefined : reasonToKeep(service, container, unready);
    if (reason === undefined) addStart({ draft, stack, service, container, again });
    else if ("wait" in reason) addWait(draft, service, reason.wait);
    else draft.keep("service", service.name, reason.keep);
  }
}

/** Why a service is not started: nothing is to be done, or to wait is all there is. */
function reasonToKeep(
  service: Service,
  { status, exitCode }: ObservedContainer,
  unready: ReadonlyMap<string, string>,
): { readonly keep: string } | { readonly wait: string } | undefined {
  if (status === "running") {
    if (service.job) return { wait: "still running" };
    const seen = unready.get(service.name);
    return seen === undefined ? { keep: "running" } : { wait: `not ready: ${seen}` };
  }
  return service.job && status === "exited" && exitCode === 0 ? { keep: "completed" } : undefined;
}

function addStart(about: {
  readonly draft: Adding<InPlaceOperation>;
  readonly stack: Stack;
  readonly service: Service;
  readonly container: ObservedContainer;
  readonly again: ReadonlyMap<string, string>;
}): void {
  const { draft, stack, service, container, again } = about;
  const { name, containerName } = service;
  const { status, exitCode = 0 } = container;
  const cause =
    again.get(name) ??
    (status === "exited"
      ? `exited (${exitCode})`
      : status === "created"
        ? "never started"
        : status);
  // The Engine takes what is paused, or starts again and again, for running, and would do nothing.
  if (!again.has(name)) addStop({ draft, stack, container, cause });
  const waits = [...service.dependsOn].map(([target, condition]) =>
    condition === "service_started" ? `start:${target}` : `wait:${target}`,
  );
  const started = draft.add(`start:${name}`, { type: "start-container", service: name }, cause, [
    `stop:${containerName}`,
    ...waits,
  ]);
  addWait(draft, service, "started", started);
}

function addWait(
  draft: Adding<InPlaceOperation>,
  { name, job }: Service,
  cause: string,
  started?: string,
): void {
  const type = job ? "wait-completed" : "wait-ready";
  draft.add(`wait:${name}`, { type, service: name }, cause, [started]);
}

function hasCompleted(containers: ReadonlyMap<string, ObservedContainer>, name: string): boolean {
  const container = containers.get(name);
  return container?.status === "exited" && container.exitCode === 0;
}

/** The services that are meant, with what they depend on, dependencies first. */
function selected({ stack, services, observed }: StartPlanRequest): readonly Service[] {
  const dependencies = new Map(
    [...stack.services].map(([name, { dependsOn }]) => [name, [...dependsOn.keys()]]),
  );
  const names = closureOf(dependencies, services ?? presentServices({ stack, observed }));
  return [...stack.services.values()].filter(({ name }) => names.has(name));
}

/**
 * The services that are to be there, and of inactive profiles those that are: what was stopped is
 * started again.
 */
function presentServices({
  stack,
  observed,
}: Pick<StartPlanRequest, "stack" | "observed">): readonly string[] {
  const found = new Set(
    observed.containers.flatMap(({ ours, service = "" }) => (ours ? [service] : [])),
  );
  return [...stack.services.keys()].filter(
    (name) => stack.inactive?.has(name) !== true || found.has(name),
  );
}

/** Containers that can be started, by service. */
function startable(request: StartPlanRequest): ReadonlyMap<string, ObservedContainer> {
  const found = new Map<string, ObservedContainer>();
  const missing: string[] = [];
  for (const { name, containerName } of selected(request)) {
    const container = request.observed.containers.find(
      (each) => each.ours && each.name === containerName && each.service === name,
    );
    const isGone = container?.status === "removing" || container?.status === "dead";
    if (container === undefined || isGone) missing.push(name);
    else found.set(name, container);
  }
  if (missing.length === 0) return found;
  const verb = missing.length === 1 ? "has" : "have";
  throw new QclockError(
    "container-missing",
    `${listOf(missing)} ${verb} no container that could be started.`,
    { hint: "qclock up makes what is missing, and starts it." },
  );
}
