import type { Service } from "../../stack/stack.ts";
import { type Decision, type Decisions, serviceHash } from "./decide-services.ts";
import { imageReadyId } from "../images/plan-images.ts";
import type { Planning } from "../planning.ts";

/**
 * Stop and remove what is made again, and stop what is started again, dependents before what they
 * depend on.
 */
export function planRemovals(planning: Planning, decisions: Decisions): void {
  for (const service of planning.services.toReversed()) {
    const decision = decisions.get(service.name);
    if (decision?.type === "recreate") planRemoval(planning, service, { decision, decisions });
    if (decision?.type === "restart") planStop(planning, service, { decision, decisions });
  }
}

type Taken<Type extends Decision["type"]> = {
  readonly decision: Extract<Decision, { readonly type: Type }>;
  readonly decisions: Decisions;
};

/** Creating is parallel; starting is ordered by what depends on what. */
export function planServices(planning: Planning, decisions: Decisions): void {
  for (const service of planning.services) {
    const decision = decisions.get(service.name);
    if (decision !== undefined) planService(planning, service, { decision, decisions });
  }
}

function planService(
  planning: Planning,
  service: Service,
  { decision, decisions }: { readonly decision: Decision; readonly decisions: Decisions },
): void {
  switch (decision.type) {
    case "keep":
      planning.draft.keep("service", service.name, decision.reason);
      return;
    case "wait":
      planWait(planning, service, decision.cause);
      return;
    case "start":
    case "restart":
      planStart(planning, service, decision.cause, stoppedDependents(planning, service, decisions));
      return;
    case "create":
    case "recreate":
      planCreate(planning, service, decision.cause);
      planStart(planning, service, "created");
      return;
  }
}

/** Ids after which nobody needs a service any more. */
function goneDependents(
  { services }: Planning,
  name: string,
  decisions: Decisions,
): readonly string[] {
  return services
    .filter(({ dependsOn }) => dependsOn.has(name))
    .map((dependent) =>
      decisions.get(dependent.name)?.type === "restart"
        ? `stop:${dependent.name}`
        : `remove:${dependent.name}`,
    );
}

/**
 * Ids of the stops of what is started again after a service. It starts after them, so that a run
 * that is killed in between leaves them stopped, and the next one starts them.
 */
function stoppedDependents(
  planning: Planning,
  { name }: Service,
  decisions: Decisions,
): readonly string[] {
  return goneDependents(planning, name, decisions).filter((id) => id.startsWith("stop:"));
}

function planStop(planning: Planning, service: Service, taken: Taken<"restart">): void {
  const { decision, decisions } = taken;
  const { container, cause } = decision;
  const { id, name } = container;
  const { stopGracePeriodMs: gracePeriodMs } = service;
  const operation = { type: "stop-container", name, id, gracePeriodMs } as const;
  planning.draft.add(`stop:${service.name}`, operation, cause, [
    ...imagesOfRemade(planning, service, decisions),
    ...goneDependents(planning, service.name, decisions),
  ]);
}

/**
 * A service runs until the images are there of what it depends on and is made again, also by way of
 * what is started again itself. Each of these is looked at once, however many ways lead to it.
 */
function imagesOfRemade(
  planning: Planning,
  service: Service,
  decisions: Decisions,
): readonly (string | undefined)[] {
  const ids: (string | undefined)[] = [];
  const seen = new Set<string>();
  const ahead = [service];
  // What is added while it is gone through is gone through as well.
  for (const { dependsOn } of ahead) {
    for (const name of dependsOn.keys()) {
      const needed = planning.stack.services.get(name);
      const type = decisions.get(name)?.type;
      if (needed === undefined || type === undefined || seen.has(name)) continue;
      seen.add(name);
      if (type === "restart") ahead.push(needed);
      else if (type === "recreate" || type === "create")
        ids.push(imageReadyId(planning, needed.image));
    }
  }
  return ids;
}

function planRemoval(planning: Planning, service: Service, taken: Taken<"recreate">): void {
  const { draft } = planning;
  const { container, cause } = taken.decision;
  const { id, name } = container;
  const isUp =
    container.status === "running" ||
    container.status === "restarting" ||
    container.status === "paused";
  const { stopGracePeriodMs: gracePeriodMs } = service;
  // The old one runs until the new image is there, and until nobody needs it any more.
  const after = [
    imageReadyId(planning, service.image),
    ...goneDependents(planning, service.name, taken.decisions),
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

function planStart(
  planning: Planning,
  service: Service,
  cause: string,
  after: readonly string[] = [],
): void {
  const { draft } = planning;
  const waits = [...service.dependsOn].map(([name, condition]) =>
    condition === "service_started" ? `start:${name}` : `wait:${name}`,
  );
  const started = draft.add(
    `start:${service.name}`,
    { type: "start-container", service: service.name },
    cause,
    [
      // Stopped first, where it is started again as it is; else that is a part of making it again.
      draft.has(`create:${service.name}`) ? `create:${service.name}` : `stop:${service.name}`,
      ...draft.idsOf(`connect:${service.name}:`),
      // A name that two networks have cannot be started on.
      ...[...service.networks.keys()].flatMap((key) => draft.idsOf(`remove-network:${key}:`)),
      ...waits,
      ...after,
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
