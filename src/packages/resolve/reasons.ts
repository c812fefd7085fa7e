import { byName } from "../../order.ts";
import type { IndexedPackage, Relation } from "../package-index.ts";
import type { Reason } from "../package.ts";
import type { Choice, Need } from "./choice.ts";
import type { Present } from "./present.ts";
import type { ResolverRules } from "./rules.ts";

/** A package chosen for an image, with why. */
export interface ResolvedPackage {
  readonly package: IndexedPackage;
  /**
   * Everything that brings it, or one reason for each package, as `oneReasonEach` says: the nearest
   * to what was asked for first, then the others by name.
   */
  readonly reasons: readonly Reason[];
}

/** Names that an image asks for: by themselves, and with all essential packages. */
export interface AskedNames {
  readonly requested: ReadonlySet<string>;
  readonly essential: ReadonlySet<string>;
}

/** What reasons are told of. */
export interface ReasonsRequest {
  /** Holds the choices and what the parent image has. */
  readonly present: Present;
  readonly asked: AskedNames;
  readonly rules: Pick<ResolverRules, "oneReasonEach">;
}

/** Each chosen package with all that brings it, sorted by name. */
export function withReasons(
  choices: readonly Choice[],
  { present, asked, rules }: ReasonsRequest,
): readonly ResolvedPackage[] {
  const chosen = new Map(choices.map(({ entry }) => [entry.name, entry]));
  const sorted = [...chosen.values()].toSorted(byName);
  const edges = new Map(sorted.map((entry) => [entry, edgesOf(entry, chosen, { present, rules })]));
  const reasons = new Map<IndexedPackage, Reason[]>(sorted.map((entry) => [entry, []]));
  for (const { need, entry } of choices) {
    if (need === undefined) continue;
    if (need.type === "dependency") {
      if (isOfParent(need)) reasons.get(entry)?.push(reasonOf(need));
      continue;
    }
    if (asked.requested.has(need.name)) reasons.get(entry)?.push({ type: "requested" });
    if (asked.essential.has(need.name)) reasons.get(entry)?.push({ type: "essential" });
  }
  const first = nearestReasons(choices, edges);
  for (const { to, reason } of first) reasons.get(to)?.push(reason);
  const isFirst = new Set(first);
  for (const edge of [...edges.values()].flat())
    if (!isFirst.has(edge)) reasons.get(edge.to)?.push(edge.reason);
  return sorted.map((entry) => ({ package: entry, reasons: reasons.get(entry) ?? [] }));
}

type Dependency = Extract<Need, { type: "dependency" }>;

/** Whether what the parent image holds needs it, since what is added is a condition of that. */
function isOfParent({ of }: Dependency): boolean {
  return of.need === undefined;
}

function reasonOf({ of, relation }: Dependency): Reason {
  return { type: "dependency", of: of.entry.name, relation: relation.text };
}

/** A chosen package that satisfies a relation of another one. */
interface Edge {
  readonly to: IndexedPackage;
  readonly reason: Reason;
}

function edgesOf(
  entry: IndexedPackage,
  chosen: ReadonlyMap<string, IndexedPackage>,
  { present, rules }: Pick<ReasonsRequest, "present" | "rules">,
): readonly Edge[] {
  const edges = new Map<string, Edge>();
  const needsByName = new Set<IndexedPackage>();
  for (const relation of entry.requires) {
    if (!present.isInForce(relation)) continue;
    const reason: Reason = { type: "dependency", of: entry.name, relation: relation.text };
    for (const to of satisfying(relation, present)) {
      if (to === entry || chosen.get(to.name) !== to) continue;
      // A package may say the same twice, as Pre-Depends and as Depends.
      const key = rules.oneReasonEach ? to.name : `${to.name} ${relation.text}`;
      // Of several needs one that names the package says the most.
      const isByName = relation.alternatives.some(({ name }) => name === to.name);
      if (edges.has(key) && (!isByName || needsByName.has(to))) continue;
      if (isByName) needsByName.add(to);
      edges.set(key, { to, reason });
    }
  }
  return [...edges.values()];
}

function satisfying(relation: Relation, present: Present): readonly IndexedPackage[] {
  const found = relation.alternatives.flatMap((wanted) => present.satisfying(wanted));
  return [...new Set(found.map(({ entry }) => entry))];
}

/**
 * Breadth first from what was asked for, so that each package is named by the one nearest to that.
 */
function nearestReasons(
  choices: readonly Choice[],
  edges: ReadonlyMap<IndexedPackage, readonly Edge[]>,
): readonly Edge[] {
  const queue = choices.flatMap(({ entry, need }) =>
    need?.type === "wanted" || (need !== undefined && isOfParent(need)) ? [entry] : [],
  );
  const reached = new Set(queue);
  const first: Edge[] = [];
  for (const entry of queue) {
    for (const edge of edges.get(entry) ?? []) {
      if (reached.has(edge.to)) continue;
      reached.add(edge.to);
      first.push(edge);
      queue.push(edge.to);
    }
  }
  return first;
}
