import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { closureOf } from "./graph.ts";
import { findPortConflicts } from "./services/ports.ts";
import { parentsOf } from "./images/parents.ts";
import type { Service, Stack } from "./stack.ts";

/** The name that stands for every profile. */
const everyProfile = "*";

/** Which part of a stack a command is about. */
export interface Activation {
  /** Names of profiles, or `*` for all. */
  readonly profiles: readonly string[];
  /** Services that the command line names, which activates their profiles; absent: none. */
  readonly services?: readonly string[];
}

/**
 * Tell the services whose profiles are active from those that are declared and left alone. A
 * service without profiles is always active.
 *
 * Source: compose specification, "Profiles", and what compose 2 does.
 */
export function activate(stack: Stack, { profiles, services = [] }: Activation): Stack {
  const chosen = new Set(profiles);
  if (chosen.has(everyProfile)) return stack;
  const named = services.flatMap((name) => {
    const service = stack.services.get(name);
    return service === undefined || isActive(service, chosen) ? [] : (service.profiles ?? []);
  });
  const active = new Set([...chosen, ...named]);
  const inactive = [...stack.services.values()].filter((service) => !isActive(service, active));
  if (inactive.length === 0) return stack;
  return withoutIdleEdges({ ...stack, inactive: new Set(inactive.map(({ name }) => name)) });
}

/**
 * The stack in which no service depends on an inactive one that it can do without, nor is on the
 * network that was for this edge alone.
 */
function withoutIdleEdges(stack: Stack & Required<Pick<Stack, "inactive">>): Stack {
  const services = [...stack.services].map(([name, service]): [string, Service] => {
    const { optionalDependencies: optional = [], restartsWith, dependsOn, networks } = service;
    const idle = new Set(optional.filter((target) => stack.inactive.has(target)));
    if (idle.size === 0) return [name, service];
    const isIdle = (network: string): boolean =>
      stack.networks.get(network)?.origin === "edge" &&
      idle.values().some((target) => stack.services.get(target)?.networks.has(network) === true);
    const without: Service = {
      ...service,
      dependsOn: new Map([...dependsOn].filter(([target]) => !idle.has(target))),
      ...(restartsWith === undefined
        ? {}
        : { restartsWith: restartsWith.filter((target) => !idle.has(target)) }),
      networks: new Map([...networks].filter(([network]) => !isIdle(network))),
    };
    return [name, without];
  });
  return { ...stack, services: new Map(services) };
}

function isActive({ profiles = [] }: Service, active: ReadonlySet<string>): boolean {
  return profiles.length === 0 || profiles.some((profile) => active.has(profile));
}

/**
 * What keeps the active services from being brought up together: a dependency that is not active,
 * and a port of the host that two of them publish. `services` are the ones that are meant; absent:
 * all.
 */
export function findActivationProblems(
  stack: Stack,
  services?: readonly string[],
): readonly Diagnostic[] {
  const isMeant = closureOf(dependenciesOf(stack), services ?? stack.services.keys());
  const meant = activeServices(stack).filter(({ name }) => isMeant.has(name));
  const problems = meant.flatMap((service) =>
    [...service.dependsOn.keys()].flatMap((target) => {
      const place = stack.locations.get(`services.${service.name}.depends_on.${target}`);
      const profiles = stack.services.get(target)?.profiles ?? [];
      if (stack.inactive?.has(target) !== true || place === undefined) return [];
      return [
        errorAt(place, "inactive-profile", {
          message: `"${service.name}" depends on "${target}", of whose profiles none is active: ${profiles.join(", ")}.`,
          hint: `Activate one with --profile ${profiles[0] ?? ""}, or give "${service.name}" the same profiles.`,
        }),
      ];
    }),
  );
  // Two that are always active together were compared when the manifest was resolved.
  const conflicts = findPortConflicts(meant, stack.locations).filter(({ services: pair }) =>
    pair.some(({ profiles = [] }) => profiles.length > 0),
  );
  return [...problems, ...conflicts.map(({ problem }) => problem)];
}

/** The services that are to be there, dependencies first. */
export function activeServices({ services, inactive }: Stack): readonly Service[] {
  const all = [...services.values()];
  return inactive === undefined ? all : all.filter(({ name }) => !inactive.has(name));
}

/**
 * Names of the images that are to be there, parents first: all but those that inactive services
 * alone need.
 */
export function activeImages(stack: Stack): readonly string[] {
  const { inactive, images, services } = stack;
  if (inactive === undefined) return [...images.keys()];
  const parents = new Map([...images].map(([name, image]) => [name, parentsOf(image)]));
  const neededBy = (some: readonly Service[]): ReadonlySet<string> =>
    closureOf(
      parents,
      some.map(({ image }) => image),
    );
  const idle = [...services.values()].filter(({ name }) => inactive.has(name));
  const needed = neededBy(activeServices(stack));
  const idleOnly = [...neededBy(idle)].filter((name) => !needed.has(name));
  // An image that no service runs is built all the same, with what it stands on.
  const kept = closureOf(
    parents,
    [...images.keys()].filter((name) => !idleOnly.includes(name)),
  );
  return [...images.keys()].filter((name) => kept.has(name));
}

/** Every profile that a service has. */
export function profilesOf({ services }: Stack): ReadonlySet<string> {
  return new Set([...services.values()].flatMap(({ profiles = [] }) => profiles));
}

/**
 * The stack as if it had no other services than the active ones, and of the others those that are
 * named, with their images.
 */
export function narrowed(stack: Stack, present: ReadonlySet<string>): Stack {
  const { inactive } = stack;
  if (inactive === undefined) return stack;
  const left = new Set([...inactive].filter((name) => !present.has(name)));
  const { inactive: _, ...rest } = stack;
  const images = new Set(activeImages({ ...rest, inactive: left }));
  return {
    ...rest,
    services: new Map([...stack.services].filter(([name]) => !left.has(name))),
    images: new Map([...stack.images].filter(([name]) => images.has(name))),
  };
}

function dependenciesOf({ services }: Stack): ReadonlyMap<string, readonly string[]> {
  return new Map([...services].map(([name, { dependsOn }]) => [name, [...dependsOn.keys()]]));
}
