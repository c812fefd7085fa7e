import { QclockError } from "../error.ts";
import type { Service } from "../stack/stack.ts";
import { configHash, divergedSections } from "./config-hash.ts";
import type { ObservedContainer } from "./observed.ts";
import { imageReadyId } from "./plan-images.ts";
import { secretsHash } from "./plan-volumes.ts";
import type { Planning } from "./reconcile.ts";

/** What is to be done about one service, and why. */
type Decision =
  | { readonly type: "keep"; readonly reason: string }
  | { readonly type: "start"; readonly container: ObservedContainer; readonly cause: string }
  | { readonly type: "create"; readonly cause: string }
  | { readonly type: "recreate"; readonly container: ObservedContainer; readonly cause: string };

/** Containers are made again only when their definition or image differs; creating is parallel, starting is ordered. */
export function planServices(planning: Planning): void {
  for (const service of planning.services) planService(planning, service);
}

function planService(planning: Planning, service: Service): void {
  const { draft } = planning;
  const { name } = service;
  const hash = hashOf(planning, service);
  const decision = decide(planning, service, hash);
  switch (decision.type) {
    case "keep":
      draft.keep("service", name, decision.reason);
      return;
    case "start":
      planStart(planning, service, decision.cause);
      return;
    case "create":
      planCreate(planning, service, { hash, cause: decision.cause });
      break;
    case "recreate":
      planRemoval(planning, service, decision);
      planCreate(planning, service, { hash, cause: decision.cause });
      break;
  }
  planStart(planning, service, "created");
}

function hashOf(planning: Planning, service: Service): string {
  const { stack, desiredImages, secretHashes } = planning;
  return configHash({
    service,
    fingerprint: desiredImages.get(service.image)?.fingerprint ?? "sha256:",
    networks: [...service.networks.keys()].map((key) => stack.networks.get(key)?.engineName ?? key),
    secrets: secretsHash(service, secretHashes),
  });
}

function decide(planning: Planning, service: Service, hash: string): Decision {
  const { observed, options, draft } = planning;
  const container = observed.containers.find(({ name }) => name === service.containerName);
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
  if (draft.has(`remove:${service.name}`))
    return { type: "create", cause: "its networks or secrets changed" };
  const diverged = divergedSections(container.configHash, hash);
  if (diverged.length > 0)
    return { type: "recreate", container, cause: explain(planning, service, diverged) };
  if (options.forceRecreate === true) return { type: "recreate", container, cause: "asked for" };
  const absent = absentNetwork(planning, service, container);
  if (absent !== undefined)
    return { type: "recreate", container, cause: `not on network ${absent}` };
  return decideByStatus(service, container);
}

/** A run killed between creating a container and joining it to its further networks leaves one that would start and publish nothing. */
function absentNetwork(
  { stack }: Planning,
  service: Service,
  container: ObservedContainer,
): string | undefined {
  return [...service.networks.keys()].find(
    (key) => !container.networks.includes(stack.networks.get(key)?.engineName ?? key),
  );
}

function decideByStatus(service: Service, container: ObservedContainer): Decision {
  const { status, exitCode = 0 } = container;
  switch (status) {
    case "running":
      return { type: "keep", reason: "running as declared" };
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

function planRemoval(
  { draft }: Planning,
  service: Service,
  { container, cause }: { readonly container: ObservedContainer; readonly cause: string },
): void {
  const { id, name } = container;
  const isUp =
    container.status === "running" ||
    container.status === "restarting" ||
    container.status === "paused";
  const { stopGracePeriodMs: gracePeriodMs } = service;
  // The old one runs until the new image is there.
  const after = draft.idsOf(
    `load:${service.image}`,
    `build:${service.image}`,
    `pull:${service.image}`,
  );
  const stopped = isUp
    ? draft.add(
        `stop:${service.name}`,
        { type: "stop-container", name, id, gracePeriodMs },
        cause,
        after,
      )
    : undefined;
  draft.add(`remove:${service.name}`, { type: "remove-container", name, id }, cause, [
    stopped,
    ...after,
  ]);
}

function planCreate(
  planning: Planning,
  service: Service,
  { hash, cause }: { readonly hash: string; readonly cause: string },
): void {
  const { draft } = planning;
  const volumes = service.mounts.flatMap((mount) =>
    mount.type === "volume" ? [`volume:${mount.volume}`] : [],
  );
  const [first, ...others] = service.networks.keys();
  const created = draft.add(
    `create:${service.name}`,
    { type: "create-container", service: service.name, configHash: hash },
    cause,
    [
      imageReadyId(planning, service.image),
      ...(first === undefined ? [] : [`network:${first}`]),
      ...volumes,
      `secrets:${service.name}`,
      `remove:${service.name}`,
    ],
  );
  for (const network of others) {
    draft.add(
      `connect:${service.name}:${network}`,
      { type: "connect-network", service: service.name, network },
      `service ${service.name} is on network ${network}`,
      [created, `network:${network}`],
    );
  }
}

function planStart(planning: Planning, service: Service, cause: string): void {
  const { draft } = planning;
  const waits = [...service.dependsOn].map(([name, condition]) =>
    condition === "service_started" ? `start:${name}` : `wait:${name}`,
  );
  const started = draft.add(
    `start:${service.name}`,
    { type: "start-container", service: service.name },
    cause,
    [`create:${service.name}`, ...draft.idsOf(`connect:${service.name}:`), ...waits],
  );
  draft.add(
    `wait:${service.name}`,
    { type: service.job ? "wait-completed" : "wait-ready", service: service.name },
    "started",
    [started],
  );
}
