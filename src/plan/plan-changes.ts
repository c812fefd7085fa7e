import type { Plan, PlanNode } from "./plan.ts";

/**
 * What a plan does to one thing, as its reader counts it. `start` and `wait` leave the thing itself
 * as it is.
 */
export type ChangeAction = "create" | "change" | "remove" | "start" | "wait";

/** One thing that a plan is about. */
export interface PlanChange {
  readonly action: ChangeAction;
  readonly kind: "image" | "network" | "volume" | "secrets" | "service" | "container";
  readonly name: string;
  readonly cause: string;
}

/** How many things of each action. */
export type ChangeCounts = Readonly<Record<ChangeAction, number>>;

/** The cause that every part of the planner gives to what is not there yet. */
const notFound = "not found";

/**
 * A plan in its reader's terms: images, networks, volumes and services instead of calls to the
 * Engine, each once, with why. What only follows from another change (loading what was assembled,
 * removing what is made again) is part of it.
 */
export function planChanges(plan: Plan): readonly PlanChange[] {
  const context: Context = {
    nodes: new Map(plan.nodes.map((node) => [node.id, node])),
    replaced: new Set(
      plan.nodes
        .filter(({ operation }) => makes.has(operation.type))
        .flatMap(({ dependsOn }) => dependsOn),
    ),
  };
  const changes = new Map<string, PlanChange>();
  for (const node of plan.nodes) {
    const change = changeOf(node, context);
    if (change === undefined) continue;
    // Nodes come in the order of what is done, so the first says what happens: a wait follows from
    // its start.
    const key = `${change.kind} ${change.name}`;
    if (!changes.has(key)) changes.set(key, change);
  }
  const rank = new Map(order.map((kind, index) => [kind, index]));
  return [...changes.values()].toSorted(
    (one, other) =>
      Number(one.action === "remove") - Number(other.action === "remove") ||
      (rank.get(one.kind) ?? 0) - (rank.get(other.kind) ?? 0),
  );
}

/** The sum of the changes. */
export function countChanges(changes: readonly PlanChange[]): ChangeCounts {
  const counts = { create: 0, change: 0, remove: 0, start: 0, wait: 0 };
  for (const { action } of changes) counts[action] += 1;
  return counts;
}

interface Context {
  readonly nodes: ReadonlyMap<string, PlanNode>;
  /** Ids of what makes way for something new of the same name. */
  readonly replaced: ReadonlySet<string>;
}

const makes: ReadonlySet<string> = new Set(["create-network", "write-secrets", "create-container"]);

const order: readonly PlanChange["kind"][] = [
  "image",
  "network",
  "volume",
  "secrets",
  "service",
  "container",
];

function changeOf(node: PlanNode, { nodes, replaced }: Context): PlanChange | undefined {
  const { id, operation, cause } = node;
  const made = (kind: PlanChange["kind"], name: string): PlanChange => ({
    action: cause === notFound ? "create" : "change",
    kind,
    name,
    cause,
  });
  const gone = (kind: PlanChange["kind"], name: string): PlanChange | undefined =>
    replaced.has(id) ? undefined : { action: "remove", kind, name, cause };
  switch (operation.type) {
    case "assemble-image":
    case "build-image":
    case "pull-image":
      return made("image", operation.image);
    case "create-network":
      return made("network", operation.network);
    case "create-volume":
      return made("volume", operation.volume);
    case "write-secrets":
      return made("secrets", operation.service);
    case "create-container":
      return made("service", operation.service);
    case "start-container":
      return { action: "start", kind: "service", name: operation.service, cause };
    case "wait-ready":
    case "wait-completed":
      return { action: "wait", kind: "service", name: operation.service, cause };
    case "remove-network":
      return gone("network", operation.name);
    case "remove-volume":
      return gone("volume", operation.name);
    case "remove-container":
      return gone("container", operation.name);
    case "remove-image": {
      const name = id.replace(/^remove-image:/, "");
      const isReplaced = nodes.has(`load:${name}`) || nodes.has(`build:${name}`);
      return isReplaced ? undefined : gone("image", operation.reference);
    }
    case "load-image":
    case "connect-network":
    case "stop-container":
      return undefined;
  }
}
