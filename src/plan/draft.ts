import type { Operation, Plan, PlanNode, Unchanged } from "./plan.ts";

/** A plan being put together. Nodes must be added after the nodes they depend on. */
export class PlanDraft<Of extends Operation = Operation> {
  readonly #nodes = new Map<string, PlanNode<Of>>();
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
    this.#nodes.set(id, { id, operation, cause, dependsOn: [...known] });
    return id;
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

  /** Ids that begin with one of the prefixes. */
  idsOf(...prefixes: readonly string[]): readonly string[] {
    return [...this.#nodes.keys()].filter((id) => prefixes.some((prefix) => id.startsWith(prefix)));
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
