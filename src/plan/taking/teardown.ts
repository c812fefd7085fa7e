import { externalNames } from "../../stack/external.ts";
import type { Stack } from "../../stack/stack.ts";
import type { ImageRecords } from "../images/built-images.ts";
import { type Adding, PlanDraft } from "../draft.ts";
import { noticeImageUsers, refuseNetworkUsers, refuseVolumeUsers } from "./foreign-users.ts";
import { noticeLookalikes } from "./lookalikes.ts";
import type { Observed, ObservedContainer } from "../observed.ts";
import type { Plan, TakingOperation } from "../plan.ts";
import { addStop, dependentsFirst, type StopRequest } from "./stop-container.ts";

export interface TeardownOptions {
  /**
   * Only these services, with what depends on them; absent: everything that is labelled as the
   * stack's.
   */
  readonly services?: readonly string[];
  readonly removeVolumes: boolean;
  readonly removeImages: boolean;
  readonly cause: string;
}

/**
 * Take a stack away, dependents before what they depend on. Works from the Engine's objects alone:
 * the stack, which gives the order, may be missing when its manifest does not parse any more.
 * Volumes and images stay unless asked for.
 *
 * Throws `foreign-object` and `foreign-volume` for networks and volumes that somebody else uses.
 */
export function planTeardown(request: {
  readonly stackName: string;
  readonly stack: Stack | undefined;
  readonly observed: Observed;
  /** Which images qclock is known to have built. Absent: none, and those without a name stay. */
  readonly records?: ImageRecords;
  readonly options: TeardownOptions;
}): Plan<TakingOperation> {
  const { stackName, stack, observed, options } = request;
  const draft = new PlanDraft<TakingOperation>();
  const names = selectServices(stack, options.services);
  const taken = observed.containers.filter(
    ({ ours, role, service }) =>
      ours && role !== "hold" && (names === undefined || names.has(service ?? "")),
  );
  const containers = dependentsFirst(taken, stack);
  for (const container of containers)
    planContainer({ draft, stack, container, cause: options.cause });
  if (names === undefined) {
    const external = externalNames(stack).networks;
    const removals = removalsByNetwork(containers);
    for (const { id, name, ours, key } of observed.networks) {
      // Also one that this stack made, and that its manifest has given away since.
      if (!ours || external.has(name)) continue;
      const node = `remove-network:${key ?? name}`;
      // Before anything stops: a stack that was half taken away serves nobody.
      refuseNetworkUsers(observed, { id, name });
      draft.add(
        // Engines before 25 give one name to two networks that are asked for at once.
        draft.has(node) ? `${node}:${id.slice(0, 12)}` : node,
        { type: "remove-network", name, id },
        options.cause,
        // Not after every container: the Engine takes as long for a network as a service to stop.
        removals.get(name),
      );
    }
  }
  if (options.removeVolumes) planVolumes(request, draft);
  if (options.removeImages && names === undefined) {
    for (const [reference, { id, identity, fingerprint = "" }] of observed.images) {
      // Ours by its name alone; without one it may be what somebody built on ours, unless it is
      // recorded.
      const isRecorded = request.records?.get(fingerprint)?.has(identity) === true;
      if (reference.startsWith("sha256:") && !isRecorded) continue;
      noticeImageUsers(draft, observed, { id, reference });
      draft.add(
        `remove-image:${reference}`,
        { type: "remove-image", reference, id },
        options.cause,
        draft.idsOf("remove:"),
      );
    }
  }
  if (names === undefined) noticeLookalikes(draft, observed, stack);
  return draft.finish(stackName);
}

/** Ids of the nodes that take the containers of each network away, by the network's name. */
function removalsByNetwork(
  containers: readonly ObservedContainer[],
): ReadonlyMap<string, readonly string[]> {
  const removals = new Map<string, string[]>();
  for (const { name, networks } of containers) {
    for (const network of networks) {
      const before = removals.get(network);
      if (before === undefined) removals.set(network, [removalId(name)]);
      else before.push(removalId(name));
    }
  }
  return removals;
}

function removalId(container: string): string {
  return `remove:${container}`;
}

function planContainer(request: StopRequest): void {
  const { draft, container, cause } = request;
  const { id, name } = container;
  const { stopped, dependents } = addStop(request);
  draft.add(removalId(name), { type: "remove-container", name, id }, cause, [
    stopped,
    ...dependents,
  ]);
}

function planVolumes(
  request: {
    readonly stack: Stack | undefined;
    readonly observed: Observed;
    readonly options: TeardownOptions;
  },
  draft: Adding<TakingOperation>,
): void {
  const { stack, observed, options } = request;
  // Dependents stop together with what they need, but only the data that was named goes.
  const wanted =
    options.services === undefined ? undefined : new Set(dataOf(stack, options.services));
  const external = externalNames(stack).volumes;
  for (const { name, ours, key } of observed.volumes) {
    if (!ours || external.has(name) || (wanted !== undefined && !wanted.has(key ?? ""))) continue;
    refuseVolumeUsers(observed, name);
    draft.add(
      `remove-volume:${key ?? name}`,
      { type: "remove-volume", name },
      options.cause,
      draft.idsOf("remove:"),
    );
  }
}

/** Keys of the stack's volumes that services mount; those of others are not the stack's to lose. */
export function dataOf(stack: Stack | undefined, services: readonly string[]): readonly string[] {
  const mounts = services.flatMap((name) => stack?.services.get(name)?.mounts ?? []);
  return mounts.flatMap((mount) =>
    mount.type === "volume" && stack?.volumes.get(mount.volume)?.external === undefined
      ? [mount.volume]
      : [],
  );
}

/**
 * The named services and everything that depends on them: without its database an application only
 * fails.
 */
function selectServices(
  stack: Stack | undefined,
  services: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (services === undefined) return undefined;
  const selected = new Set(services);
  // Dependencies come before dependents, so one pass in that order finds all of them.
  for (const { name, dependsOn } of stack?.services.values() ?? []) {
    if ([...dependsOn.keys()].some((target) => selected.has(target))) selected.add(name);
  }
  return selected;
}
