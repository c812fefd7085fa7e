import type { Observed } from "../plan/observed.ts";
import type { Plan, PlanNode } from "../plan/plan.ts";
import { reconcile } from "../plan/reconcile.ts";
import { heaviestPath } from "../stack/graph.ts";
import type { RunContext } from "./context.ts";
import { readDurations } from "./execution/durations.ts";
import type { NodeReport, RunReport } from "./execution/event.ts";
import { prepareImages } from "./images/prepare-images.ts";

/** The operations that the others wait for longest, first to last. */
export interface CriticalPath {
  readonly links: readonly CriticalLink[];
  /** Sum of the known durations. */
  readonly totalMs: number;
  /** Of all operations of the plan, those that were never timed here. */
  readonly untimed: readonly string[];
}

export interface CriticalLink {
  readonly node: PlanNode;
  /** Undefined when the operation was never timed. */
  readonly durationMs: number | undefined;
}

/**
 * The chain of operations that decides how long bringing the stack up from nothing takes, with the
 * times that its last runs took. Asks no Engine and no mirror.
 */
export async function criticalPath(context: RunContext): Promise<CriticalPath> {
  const { stack, store } = context;
  const { desired } = await prepareImages(context, "foresee");
  const plan = reconcile({
    stack,
    observed: nothingObserved,
    desiredImages: desired,
    records: new Map(),
    changedSecrets: new Set(),
    writtenSecrets: new Set(),
    options: {},
  });
  return criticalPathOf(plan, await readDurations(stack, store));
}

/** Pure part of `criticalPath`. */
export function criticalPathOf(plan: Plan, durations: ReadonlyMap<string, number>): CriticalPath {
  const nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  const dependencies = new Map(plan.nodes.map(({ id, dependsOn }) => [id, dependsOn]));
  // Without a time an operation still counts as one, so that the longest chain is found even when
  // nothing was timed.
  const path = heaviestPath(dependencies, (id) => durations.get(id) ?? 1);
  const links = path.flatMap((id) => {
    const node = nodes.get(id);
    return node === undefined ? [] : [{ node, durationMs: durations.get(id) }];
  });
  return {
    links,
    totalMs: links.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
    untimed: plan.nodes.map(({ id }) => id).filter((id) => !durations.has(id)),
  };
}

/**
 * The chain of nodes of a run that its end waited for: from the one that ended last back to what
 * each of them waited for.
 */
export function criticalNodes({ nodes }: RunReport): readonly NodeReport[] {
  const byId = new Map(nodes.map((report) => [report.node.id, report]));
  const path: NodeReport[] = [];
  for (let next = lastOf(nodes); next !== undefined;) {
    path.unshift(next);
    next = lastOf(next.node.dependsOn.flatMap((id) => byId.get(id) ?? []));
  }
  return path;
}

function lastOf(nodes: readonly NodeReport[]): NodeReport | undefined {
  let last: NodeReport | undefined;
  for (const node of nodes) if (last === undefined || endOf(node) > endOf(last)) last = node;
  return last;
}

function endOf({ startedAtMs = 0, durationMs = 0 }: NodeReport): number {
  return startedAtMs + durationMs;
}

const nothingObserved: Observed = {
  engine: {
    id: "",
    version: "",
    apiVersion: "",
    architecture: "",
    imageStore: "graphdriver",
    hasInit: true,
    isolatesNetworks: true,
    limits: { memory: true, swap: true, cpu: true, pids: true },
  },
  images: new Map(),
  containers: [],
  networks: [],
  volumes: [],
  others: [],
  usedSubnets: [],
};
