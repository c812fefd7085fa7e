import type { Operation, Plan, PlanNode, Unchanged } from "./plan.ts";

/** A plan being put together. Nodes must be added after the nodes they depend on. */
export class PlanDraft<Of extends Operation = Operation> {
  readonly #nodes = new Map<string, PlanNode<Of>>();
  /** The ids by what they begin with, up to each of their colons, with their places in the plan. */
  readonly #beginnings = new Map<string, Map<string, number>>();
  readonly #unchanged: Unchanged[] = [];
  readonly #notices: string[] = [];

  /**
   * Add a node; dependencies that are no nodes of the plan hold already and are left out. Returns
   * the id.
   */
  add(
    id: string,
    operation: Of,
    cause: string,
    dependsOn: Iterable<string | undefined> = [],
  ): string {
    const known = new Set<string>();
    for (const dependency of dependsOn) {
      if (dependency !== undefined && this.#nodes.has(dependency)) known.add(dependency);
    }
    if (!this.#nodes.has(id)) this.#index(id);
    this.#nodes.set(id, { id, operation, cause, dependsOn: [...known] });
    return id;
  }

  #index(id: string): void {
    for (let colon = id.indexOf(":"); colon >= 0; colon = id.indexOf(":", colon + 1)) {
      const beginning = id.slice(0, colon + 1);
      const ids = this.#beginnings.get(beginning) ?? new Map<string, number>();
      this.#beginnings.set(beginning, ids.set(id, this.#nodes.size));
    }
  }

  keep(kind: Unchanged["kind"], name: string, reason: string): void {
    this.#unchanged.push({ kind, name, reason });
  }

  /** The same of what somebody else made. */
  keepExternal(kind: Unchanged["kind"], name: string, reason: string): void {
    this.#unchanged.push({ kind, name, reason, isExternal: true });
  }

  /** Tell the reader something, in one sentence. */
  notice(message: string): void {
    this.#notices.push(message);
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  /**
   * Ids that begin with one of the prefixes, in the order of the plan. Each prefix ends in a colon.
   * Plans ask this for each service, so that not all nodes are looked through.
   */
  idsOf(...prefixes: readonly `${string}:`[]): readonly string[] {
    const found = new Map(prefixes.flatMap((prefix) => [...(this.#beginnings.get(prefix) ?? [])]));
    return [...found].toSorted(([, one], [, other]) => one - other).map(([id]) => id);
  }

  finish(stack: string): Plan<Of> {
    return {
      stack,
      nodes: [...this.#nodes.values()],
      unchanged: this.#unchanged,
      notices: this.#notices,
    };
  }
}

/** What is put into a plan: a draft that takes more serves as well. */
export type Adding<Of extends Operation> = Omit<PlanDraft<Of>, "finish">;
