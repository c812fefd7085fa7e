import { closureOf } from "../stack/graph.ts";
import { parentsOf } from "../stack/resolve.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";
import type { ImageRecords } from "./built-images.ts";
import { decideServices } from "./decide-services.ts";
import { PlanDraft } from "./draft.ts";
import type { DesiredImage, Observed } from "./observed.ts";
import type { Plan } from "./plan.ts";
import { planImages } from "./plan-images.ts";
import { planHelpers, planLeftovers } from "./plan-leftovers.ts";
import { divergedNetworks, planNetworks } from "./plan-networks.ts";
import { planRemovals, planServices } from "./plan-services.ts";
import { planVolumes } from "./plan-volumes.ts";

export interface ReconcileOptions {
  /** Services to bring up, with what they depend on; absent: all. */
  readonly services?: readonly string[];
  /** Images to build, with what they stand on, and nothing else: the plan of `build`. */
  readonly imagesOnly?: readonly string[];
  readonly forceRecreate?: boolean;
  /** Services that run, but that a probe found not to be ready, with what it saw. */
  readonly unready?: ReadonlyMap<string, string>;
}

/** Everything that the decisions are made from. */
export interface ReconcileRequest {
  readonly stack: Stack;
  readonly observed: Observed;
  /** By image name. */
  readonly desiredImages: ReadonlyMap<string, DesiredImage>;
  /** Which images qclock is known to have built. */
  readonly records: ImageRecords;
  /** Services whose containers hold other secrets than their files and variables do now. */
  readonly changedSecrets: ReadonlySet<string>;
  readonly options: ReconcileOptions;
}

/** What the parts of the planner share. */
export interface Planning extends ReconcileRequest {
  readonly draft: PlanDraft;
  /** Images that matter to this plan, parents first. */
  readonly images: readonly Image[];
  /** Services that matter to this plan, dependencies first. */
  readonly services: readonly Service[];
}

/**
 * Compare desired with observed and decide what to do, and why. Pure: the same two values always give the
 * same plan, which changes nothing by itself.
 *
 * Throws `foreign-object` and `foreign-volume` for things that bear our names but are not ours.
 */
export function reconcile(request: ReconcileRequest): Plan {
  const planning: Planning = { ...request, draft: new PlanDraft(), ...select(request) };
  planImages(planning);
  if (request.options.imagesOnly === undefined) {
    planHelpers(planning);
    const decisions = decideServices(planning);
    // What goes makes way for what comes: for names, for ports, for the networks under it.
    planRemovals(planning, decisions);
    planNetworks(planning);
    planVolumes(planning);
    planServices(planning, decisions);
    planLeftovers(planning);
  }
  return planning.draft.finish(request.stack.name);
}

function select(request: ReconcileRequest): Pick<Planning, "images" | "services"> {
  const { stack, options } = request;
  const dependencies = new Map(
    [...stack.services].map(([name, { dependsOn }]) => [name, [...dependsOn.keys()]]),
  );
  const named = closureOf(dependencies, options.services ?? stack.services.keys());
  const names = closureOf(dependencies, [...named, ...onDiverged(request, named)]);
  const services = [...stack.services.values()].filter(({ name }) => names.has(name));
  const parents = new Map([...stack.images].map(([name, image]) => [name, parentsOf(image)]));
  const wanted =
    options.imagesOnly ??
    (options.services === undefined
      ? [...stack.images.keys()]
      : services.map(({ image }) => image));
  const imageNames = closureOf(parents, wanted);
  return {
    services,
    images: [...stack.images.values()].filter(({ name }) => imageNames.has(name)),
  };
}

/** A network cannot be replaced under a container, so whoever is on it with one of the services has to be made again as well. */
function onDiverged(
  { stack, observed }: ReconcileRequest,
  names: ReadonlySet<string>,
): readonly string[] {
  const all = [...stack.services.values()];
  const chosen = all.filter(({ name }) => names.has(name));
  const diverged = divergedNetworks({ stack, observed, services: chosen });
  const isOn = (key: string): boolean => diverged.has(stack.networks.get(key)?.engineName ?? key);
  return all.filter(({ networks }) => [...networks.keys()].some(isOn)).map(({ name }) => name);
}
