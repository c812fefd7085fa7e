import type { Service } from "../stack/stack.ts";
import { type Decision, type Decisions, serviceHash } from "./decide-services.ts";
import type { ObservedContainer } from "./observed.ts";
import { imageReadyId } from "./plan-images.ts";
import type { Planning } from "./planning.ts";

/** Stop and remove what is made again, dependents before what they depend on. */
export function planRemovals(planning: Planning, decisions: Decisions): void {
  for (const service of planning.services.toReversed()) {
    const decision = decisions.get(service.name);
    if (decision?.type === "recreate") planRemoval(planning, service, decision);
  }
}

/** Creating is parallel; starting is ordered by what depends on what. */
export function planServices(planning: Planning, decisions: Decisions): void {
  for (const service of planning.services) {
    const decision = decisions.get(service.name);
    if (decision !== undefined) planService(planning, service, decision);
  }
}

function planService(planning: Planning, service: Service, decision: Decision): void {
  switch (decision.type) {
    case "keep":
      planning.draft.keep("service", service.name, decision.reason);
      return;
    case "wait":
      planWait(planning, service, decision.cause);
      return;
    case "start":
      planStart(planning, service, decision.cause);
      return;
    case "create":
    case "recreate":
      planCreate(planning, service, decision.cause);
      planStart(planning, service, "created");
      return;
  }
}

function planRemoval(
  planning: Planning,
  service: Service,
  { container, cause }: { readonly container: ObservedContainer; readonly cause: string },
): void {
  const { draft } = planning;
  const { id, name } = container;
  const isUp =
    container.status === "running" ||
    container.status === "restarting" ||
    container.status === "paused";
  const { stopGracePeriodMs: gracePeriodMs } = service;
  // The old one runs until the new image is there, and until nobody needs it any more.
  const after = [
    imageReadyId(planning, service.image),
    ...planning.services
      .filter(({ dependsOn }) => dependsOn.has(service.name))
      .map((dependent) => `remove:${dependent.name}`),
  ];
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

function planCreate(planning: Planning, service: Service, cause: string): void {
  const { draft } = planning;
  const hash = serviceHash(planning, service);
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
    [
      `create:${service.name}`,
      ...draft.idsOf(`connect:${service.name}:`),
      // A name that two networks have cannot be started on.
      ...[...service.networks.keys()].flatMap((key) => draft.idsOf(`remove-network:${key}:`)),
      ...waits,
    ],
  );
  planWait(planning, service, "started", started);
}

/** The wait for a service, after its start or, for one that runs, after what it needs. */
function planWait({ draft }: Planning, service: Service, cause: string, started?: string): void {
  const { name, job } = service;
  draft.add(
    `wait:${name}`,
    { type: job ? "wait-completed" : "wait-ready", service: name },
    cause,
    started === undefined
      ? [...service.dependsOn.keys()].map((needed) => `wait:${needed}`)
      : [started],
  );
}
