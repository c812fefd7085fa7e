/** Edges of a graph by name: each node with the nodes that it depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Dependencies before dependents; nodes that are free to choose stay in the map's order. Names that
 * the map lacks are ignored. The graph must have no cycle: look with `findCycles` first.
 */
export function sortByDependencies(dependencies: Dependencies): readonly string[] {
  const sorted: string[] = [];
  walk({ dependencies, roots: dependencies.keys(), onLeave: (name) => sorted.push(name) });
  return sorted;
}

/**
 * Cycles that share no node, found in sorted order, so that the same mistake always gives the same
 * message: `[a, b]` for a -> b -> a. A graph has none exactly when this finds none.
 */
export function findCycles(dependencies: Dependencies): readonly (readonly string[])[] {
  const sorted = new Map(
    [...dependencies.keys()]
      .toSorted()
      .map((name) => [name, (dependencies.get(name) ?? []).toSorted()]),
  );
  const cycles: (readonly string[])[] = [];
  const reported = new Set<string>();
  walk({
    dependencies: sorted,
    roots: sorted.keys(),
    onReturn: (trail) => {
      if (trail.some((name) => reported.has(name))) return;
      for (const name of trail) reported.add(name);
      cycles.push(trail);
    },
  });
  return cycles;
}

interface Walk {
  readonly dependencies: Dependencies;
  readonly roots: Iterable<string>;
  /** Called for each node after all that it depends on. */
  readonly onLeave?: (name: string) => void;
  /** Called for each edge that leads back to an ancestor, with the nodes of the circle. */
  readonly onReturn?: (trail: readonly string[]) => void;
}

/**
 * Depth first, with a stack of its own: a chain of thousands of images would overflow the
 * machine's.
 */
function walk({ dependencies, roots, onLeave, onReturn }: Walk): void {
  const seen = new Set<string>();
  const open = new Set<string>();
  const stack: { readonly name: string; readonly edges: Iterator<string> }[] = [];
  const enter = (name: string): void => {
    seen.add(name);
    open.add(name);
    stack.push({ name, edges: (dependencies.get(name) ?? []).values() });
  };
  for (const root of roots) {
    if (!seen.has(root)) enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.edges.next();
      if (next.done === true) {
        stack.pop();
        open.delete(top.name);
        onLeave?.(top.name);
      } else if (open.has(next.value)) {
        const names = [...open];
        onReturn?.(names.slice(names.indexOf(next.value)));
      } else if (!seen.has(next.value) && dependencies.has(next.value)) {
        enter(next.value);
      }
    }
  }
}

/**
 * The chain of dependencies that weighs most, its first node first. The graph must have no cycle;
 * of equal chains the one that the map names first is taken.
 */
export function heaviestPath(
  dependencies: Dependencies,
  weightOf: (name: string) => number,
): readonly string[] {
  const weights = new Map<string, number>();
  const before = new Map<string, string>();
  let last: string | undefined;
  for (const name of sortByDependencies(dependencies)) {
    let heaviest = 0;
    for (const dependency of dependencies.get(name) ?? []) {
      const weight = weights.get(dependency) ?? 0;
      if (weight <= heaviest) continue;
      heaviest = weight;
      before.set(name, dependency);
    }
    weights.set(name, heaviest + weightOf(name));
    if (last === undefined || (weights.get(name) ?? 0) > (weights.get(last) ?? 0)) last = name;
  }
  const path: string[] = [];
  for (let name = last; name !== undefined; name = before.get(name)) path.unshift(name);
  return path;
}

/** The nodes and everything that they depend on. */
export function closureOf(
  dependencies: Dependencies,
  names: Iterable<string>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [...names];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name) || !dependencies.has(name)) continue;
    found.add(name);
    queue.push(...(dependencies.get(name) ?? []));
  }
  return found;
}
