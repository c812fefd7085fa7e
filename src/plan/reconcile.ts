import { closureOf } from "../stack/graph.ts";
import { parentsOf } from "../stack/images/parents.ts";
import { activeImages, activeServices } from "../stack/profiles.ts";
import { decideServices } from "./services/decide-services.ts";
import { PlanDraft } from "./draft.ts";
import type { Plan } from "./plan.ts";
import { planInactive } from "./services/plan-inactive.ts";
import { planImages } from "./images/plan-images.ts";
import { planHelpers, planLeftovers } from "./taking/plan-leftovers.ts";
import { divergedNetworks, planNetworks } from "./networks/plan-networks.ts";
import { planRemovals, planServices } from "./services/plan-services.ts";
import { planStoredImages } from "./images/plan-stored-images.ts";
import { noticeLeftOut } from "./restarted-with.ts";
import { planVolumes } from "./volumes/plan-volumes.ts";
import { foreignPlatform, isForeign } from "./images/platform.ts";
import type { Planning, ReconcileRequest } from "./planning.ts";

/**
 * Compare desired with observed and decide what to do, and why. Pure: the same two values always
 * give the same plan, which changes nothing by itself.
 *
 * Throws `foreign-object` and `foreign-volume` for things that bear our names but are not ours, and
 * `engine-platform` where the images are for other machines than the Engine's and more than
 * assembling them is asked for.
 */
export function reconcile(request: ReconcileRequest): Plan {
  const { stack, observed, options } = request;
  const isElsewhere = isForeign(stack, observed.engine);
  if (isElsewhere && options.imagesOnly === undefined)
    throw foreignPlatform(stack, observed.engine);
  const planning: Planning = { ...request, draft: new PlanDraft(), ...select(request) };
  if (isElsewhere) planStoredImages(planning);
  else planImages(planning);
  if (options.imagesOnly === undefined) {
    planHelpers(planning);
    const decisions = decideServices(planning);
    // What goes makes way for what comes: for names, for ports, for the networks under it.
    planRemovals(planning, decisions);
    planInactive(planning);
    planNetworks(planning);
    planVolumes(planning);
    planServices(planning, decisions);
    noticeLeftOut(planning, decisions);
    planLeftovers(planning);
  }
  return planning.draft.finish(stack.name);
}

function select(request: ReconcileRequest): Pick<Planning, "images" | "services"> {
  const { stack, options } = request;
  const isAlone = options.withoutDependencies === true;
  const dependencies = new Map(
    [...stack.services].map(([name, { dependsOn }]) => [
      name,
      isAlone ? [] : [...dependsOn.keys()],
    ]),
  );
  const active = activeServices(stack).map(({ name }) => name);
  const named = closureOf(dependencies, options.services ?? active);
  const names = closureOf(dependencies, [...named, ...onDiverged(request, named)]);
  const services = [...stack.services.values()].filter(({ name }) => names.has(name));
  const parents = new Map([...stack.images].map(([name, image]) => [name, parentsOf(image)]));
  const wanted =
    options.imagesOnly ??
    (options.services === undefined ? activeImages(stack) : services.map(({ image }) => image));
  const imageNames = closureOf(parents, wanted);
  return {
    services,
    images: [...stack.images.values()].filter(({ name }) => imageNames.has(name)),
  };
}

/**
 * A network cannot be replaced under a container, so whoever is on it with one of the services has
 * to be made again as well.
 */
function onDiverged(
  { stack, observed }: ReconcileRequest,
  names: ReadonlySet<string>,
): readonly string[] {
  const all = activeServices(stack);
  const chosen = all.filter(({ name }) => names.has(name));
  const diverged = divergedNetworks({ stack, observed, services: chosen });
  const isOn = (key: string): boolean => diverged.has(stack.networks.get(key)?.engineName ?? key);
  return all.filter(({ networks }) => [...networks.keys()].some(isOn)).map(({ name }) => name);
}
