import { QclockError } from "../../error.ts";
import type { Service } from "../../stack/stack.ts";
import { isBuilt } from "../images/built-images.ts";
import { configHash, divergedSections } from "../config-hash.ts";
import { liveDrift } from "./live-drift.ts";
import type { ObservedContainer } from "../observed.ts";
import { divergedNetworks } from "../networks/plan-networks.ts";
import { secretsHash, staleSecrets } from "../volumes/plan-volumes.ts";
import type { Planning } from "../planning.ts";

/** What is to be done about one service, and why. */
export type Decision =
  | { readonly type: "keep"; readonly reason: string }
  /** It runs; what remains is to wait until it is ready or has completed. */
  | { readonly type: "wait"; readonly cause: string }
  | { readonly type: "start"; readonly container: ObservedContainer; readonly cause: string }
  /** It runs as declared, and is started again since what it depends on is. */
  | { readonly type: "restart"; readonly container: ObservedContainer; readonly cause: string }
  | { readonly type: "create"; readonly cause: string }
  | { readonly type: "recreate"; readonly container: ObservedContainer; readonly cause: string };

export type Decisions = ReadonlyMap<string, Decision>;

/**
 * Containers are made again only when their definition or image differs. Decides everything first,
 * since one service's fate may be another's.
 */
export function decideServices(planning: Planning): Decisions {
  const decisions = new Map<string, Decision>();
  const { containers, networks } = planning.observed;
  const seen: Seen = {
    containers: new Map(containers.map((container) => [container.name, container])),
    networkNames: new Set(networks.map(({ name }) => name)),
    divergedNames: divergedNetworks(planning),
  };
  // Dependencies come first, so what is decided about them is known.
  for (const service of planning.services) {
    const decision = decide(planning, service, seen);
    decisions.set(
      service.name,
      decision.type === "keep"
        ? (restart(service, seen, decisions) ??
            keepOrWait(planning, service, decisions) ??
            decision)
        : decision,
    );
  }
  return decisions;
}

/** What every decision asks of what was observed. */
interface Seen {
  /** By name. */
  readonly containers: ReadonlyMap<string, ObservedContainer>;
  readonly networkNames: ReadonlySet<string>;
  /** Networks to be made again, by the Engine's names, each with the reason. */
  readonly divergedNames: ReadonlyMap<string, string>;
}

/** What is done to a service, for those that are to be started again after it. */
const changeWords: Readonly<Partial<Record<Decision["type"], string>>> = {
  create: "is made",
  recreate: "is made again",
  start: "is started",
  restart: "is started again",
};

/** A service that stays as it is, but wishes to be started again after what it depends on. */
function restart(
  { restartsWith = [], containerName }: Service,
  { containers }: Seen,
  decisions: Decisions,
): Decision | undefined {
  const container = containers.get(containerName);
  for (const name of restartsWith) {
    const change = changeWords[decisions.get(name)?.type ?? "keep"];
    if (change === undefined || container === undefined) continue;
    return { type: "restart", container, cause: `service ${name} ${change}` };
  }
  return undefined;
}

/**
 * A service that stays as it is must be ready, too, and what it needs may be about to go away for a
 * moment.
 */
function keepOrWait(
  { options }: Planning,
  service: Service,
  decisions: Decisions,
): Decision | undefined {
  if (service.job) return undefined;
  const unready = options.unready?.get(service.name);
  if (unready !== undefined) return { type: "wait", cause: `not ready: ${unready}` };
  const moved = [...service.dependsOn.keys()].find((name) => {
    const type = decisions.get(name)?.type;
    return type !== undefined && type !== "keep";
  });
  return moved === undefined ? undefined : { type: "wait", cause: `needs service ${moved}` };
}

/** The definition that a service's container must have now. */
export function serviceHash(planning: Planning, service: Service): string {
  const { stack, desiredImages } = planning;
  return configHash({
    service,
    fingerprint: desiredImages.get(service.image)?.fingerprint ?? "sha256:",
    networks: [...service.networks.keys()].map((key) => stack.networks.get(key)?.engineName ?? key),
    externalVolumes: service.mounts.flatMap((mount) => {
      const volume = mount.type === "volume" ? stack.volumes.get(mount.volume) : undefined;
      return volume?.external === undefined ? [] : [volume.engineName];
    }),
    secrets: secretsHash(service),
  });
}

function decide(planning: Planning, service: Service, seen: Seen): Decision {
  const { options } = planning;
  const container = seen.containers.get(service.containerName);
  if (container === undefined) return { type: "create", cause: "not found" };
  if (!container.ours || container.service !== service.name) {
    throw new QclockError(
      "foreign-object",
      `A container named ${service.containerName} exists, but is not this stack's.`,
      {
        hint: `Remove or rename it (docker rename ${service.containerName} NEW), or give the stack another name.`,
      },
    );
  }
  const cause = reasonToRecreate(planning, { service, container, seen });
  if (cause !== undefined) return { type: "recreate", container, cause };
  if (options.forceRecreate === true) return { type: "recreate", container, cause: "asked for" };
  return decideByStatus(service, container);
}

function reasonToRecreate(
  planning: Planning,
  about: {
    readonly service: Service;
    readonly container: ObservedContainer;
    readonly seen: Seen;
  },
): string | undefined {
  const { service, container, seen } = about;
  const { stack } = planning;
  const diverged = divergedSections(container.configHash, serviceHash(planning, service));
  if (diverged.length > 0) return explain(planning, service, diverged);
  for (const key of service.networks.keys()) {
    const name = stack.networks.get(key)?.engineName ?? key;
    if (seen.divergedNames.has(name)) return `network ${key} changed`;
    // A run killed between creating a container and joining it to its further networks leaves one
    // that would start and publish nothing.
    if (!container.networks.includes(name)) return `not on network ${key}`;
    if (!seen.networkNames.has(name)) return `network ${key} was removed`;
  }
  return (
    driftOf(planning, service, container) ??
    staleSecrets(planning, service) ??
    otherImage(planning, service, container)
  );
}

/**
 * What `docker update` or `docker network connect` changed since the container was made. It is made
 * again rather than changed back: what ran under other limits, or on another network, is not
 * trusted to be as it was.
 */
function driftOf(
  { stack, observed }: Planning,
  service: Service,
  { live }: ObservedContainer,
): string | undefined {
  if (live === undefined) return undefined;
  const { engine, networks } = observed;
  const drift = liveDrift({ stack, service, live, engine, networks });
  return drift.length === 0 ? undefined : `not as declared: ${drift.join("; ")}`;
}

/**
 * The same inputs may give another image: a Dockerfile built again, or one that somebody gave our
 * name to. What counts is the image that the container really runs: the recorded one, or the one
 * that its own record says it was made from.
 */
function otherImage(
  planning: Planning,
  service: Service,
  { imageIdentity, imageId }: ObservedContainer,
): string | undefined {
  const { stack, observed, desiredImages, records, draft } = planning;
  const image = stack.images.get(service.image);
  const fingerprint = desiredImages.get(service.image)?.fingerprint ?? "";
  const present = observed.images.get(image?.reference ?? "");
  const isPresentBuilt =
    present !== undefined &&
    image !== undefined &&
    isBuilt(planning, image, { present, fingerprint });
  // An assembled image comes out the same when it is made again; a Dockerfile's may not.
  if (!isPresentBuilt && draft.has(`build:${service.image}`))
    return `image ${service.image} is built again`;
  const known = new Set([imageIdentity, ...(records.get(fingerprint) ?? [])]);
  if (isPresentBuilt) known.add(present.id);
  if (imageId !== undefined && imageIdentity !== undefined && !known.has(imageId))
    return `it runs ${imageId.slice(0, 19)}, which is not an image that qclock built`;
  const isOther =
    isPresentBuilt && imageIdentity !== undefined && present.identity !== imageIdentity;
  return isOther ? `made from another image than ${service.image} is now` : undefined;
}

function decideByStatus(service: Service, container: ObservedContainer): Decision {
  const { status, exitCode = 0 } = container;
  switch (status) {
    case "running":
      return service.job
        ? { type: "wait", cause: "still running" }
        : { type: "keep", reason: "running as declared" };
    case "created":
      return { type: "start", container, cause: "never started" };
    case "exited":
      if (!service.job) return { type: "start", container, cause: `exited (${exitCode})` };
      if (exitCode === 0) return { type: "keep", reason: "completed" };
      return { type: "recreate", container, cause: `failed (${exitCode})` };
    case "paused":
    case "restarting":
    case "removing":
    case "dead":
      return {
        type: "recreate",
        container,
        cause: status === "restarting" ? `crash loop, exited (${exitCode})` : status,
      };
  }
}

/** `environment diverged`, or for the image what changed in it. */
function explain(planning: Planning, service: Service, diverged: readonly string[]): string {
  if (diverged.includes("image")) {
    const change = planning.desiredImages.get(service.image)?.change;
    return change === undefined
      ? `image ${service.image} changed`
      : `image ${service.image} changed: ${change}`;
  }
  return `${diverged.join(", ")} diverged`;
}
