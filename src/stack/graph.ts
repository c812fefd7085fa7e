/** Edges of a graph by name: each node with the nodes that it depends on. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Dependencies before dependents; nodes that are free to choose stay in the map's order. Names that the
 * map lacks are ignored. The graph must have no cycle: look with `findCycle` first.
 */
export function sortByDependencies(dependencies: Dependencies): readonly string[] {
  const sorted: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of dependencies.get(name) ?? []) if (dependencies.has(next)) visit(next);
    sorted.push(name);
  };
  for (const name of dependencies.keys()) visit(name);
  return sorted;
}

/** The first cycle in sorted order, so that the same mistake always gives the same message: `[a, b]` for a -> b -> a. */
export function findCycle(dependencies: Dependencies): readonly string[] | undefined {
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    const start = trail.indexOf(name);
    if (start !== -1) return trail.slice(start);
    if (done.has(name)) return undefined;
    trail.push(name);
    for (const next of (dependencies.get(name) ?? []).toSorted()) {
      const cycle = dependencies.has(next) ? visit(next) : undefined;
      if (cycle !== undefined) return cycle;
    }
    trail.pop();
    done.add(name);
    return undefined;
  };
  for (const name of [...dependencies.keys()].toSorted()) {
    const cycle = visit(name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
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
