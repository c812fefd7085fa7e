/** Something to be put in order, and how it is bound to others. */
interface Node<T> {
  readonly item: T;
  /** Those that need this one; the last that was told comes first. */
  readonly successors: Edge<T>[];
  /** Those that this one needs, in the same order. */
  readonly predecessors: Edge<T>[];
  /** How many of those are not in the order yet. */
  open: number;
  group: Group<T> | undefined;
  isDone: boolean;
  /** In a group: how far from something that has to be there before. */
  distance: number;
}

interface Edge<T> {
  readonly to: Node<T>;
  /** Whether a script needs the other one before files are there. */
  isPre: boolean;
}

/** Nodes that all need one another. */
interface Group<T> {
  readonly members: readonly Node<T>[];
  /** How many needs of nodes outside are open. */
  open: number;
}

/** One item needs another one before it. */
export interface Need<T> {
  readonly before: T;
  /** Whether a script of the item needs it, so that a circle is not broken here if it can be. */
  readonly isPre: boolean;
}

/**
 * Each item after those that it needs; circles are broken where no script minds. Of several that
 * could be next the one goes first that most others need, and then the one that could be next
 * first.
 *
 * Source: rpm 4.16, lib/order.c, whose order this is.
 */
export function sortByNeeds<T>(
  items: readonly T[],
  needsOf: (item: T) => Iterable<Need<T>>,
): readonly T[] {
  const nodes = connected(items, needsOf);
  findGroups(nodes);
  const order: T[] = [];
  const queue: Node<T>[] = [];
  for (const node of nodes) if (node.group === undefined && node.open === 0) enqueue(queue, node);
  const groups = new Set(nodes.flatMap(({ group }) => group ?? []));
  for (const group of groups) {
    const [first] = group.members;
    if (group.open === 0 && first !== undefined) enqueue(queue, first);
  }
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    if (node.group === undefined) collect(node, { order, queue, outer: queue });
    else collectGroup(node.group, { order, queue });
  }
  return order;
}

function connected<T>(
  items: readonly T[],
  needsOf: (item: T) => Iterable<Need<T>>,
): readonly Node<T>[] {
  const nodes = items.map((item): Node<T> => ({
    item,
    successors: [],
    predecessors: [],
    open: 0,
    group: undefined,
    isDone: false,
    distance: Infinity,
  }));
  const nodeOf = new Map(nodes.map((node) => [node.item, node]));
  for (const node of nodes) {
    for (const { before, isPre } of needsOf(node.item)) {
      const other = nodeOf.get(before);
      if (other === undefined || other === node) continue;
      const known = node.predecessors.find(({ to }) => to === other);
      if (known !== undefined) {
        known.isPre ||= isPre;
        continue;
      }
      node.open++;
      other.successors.unshift({ to: node, isPre });
      node.predecessors.unshift({ to: other, isPre });
    }
  }
  return nodes;
}

/** Nodes that need one another, by Tarjan's algorithm; each is in one group or in none. */
function findGroups<T>(nodes: readonly Node<T>[]): void {
  const numbers = new Map<Node<T>, number>();
  const lowest = new Map<Node<T>, number>();
  const stack: Node<T>[] = [];
  const onStack = new Set<Node<T>>();
  const enter = (node: Node<T>): { readonly node: Node<T>; next: number } => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, next: 0 };
  };
  const lower = (node: Node<T>, value = Infinity): void => {
    lowest.set(node, Math.min(lowest.get(node) ?? Infinity, value));
  };
  for (const root of nodes) {
    if (numbers.has(root)) continue;
    // A stack of its own: chains of needs may be longer than calls can be deep.
    const walk = [enter(root)];
    for (let top = walk.at(-1); top !== undefined; top = walk.at(-1)) {
      const next = top.node.successors[top.next++]?.to;
      if (next === undefined) {
        walk.pop();
        const above = walk.at(-1);
        if (above !== undefined) lower(above.node, lowest.get(top.node));
        if (lowest.get(top.node) === numbers.get(top.node))
          close(stack.splice(stack.indexOf(top.node)), onStack);
      } else if (!numbers.has(next)) walk.push(enter(next));
      else if (onStack.has(next)) lower(top.node, numbers.get(next));
    }
  }
}

function close<T>(members: readonly Node<T>[], onStack: Set<Node<T>>): void {
  for (const member of members) onStack.delete(member);
  if (members.length === 1) return;
  const group: Group<T> = { members, open: 0 };
  for (const member of members) member.group = group;
  for (const { predecessors } of members)
    group.open += predecessors.filter(({ to }) => to.group !== group).length;
}

/** Those that more others need go first; of equals the one that came first. */
function enqueue<T>(queue: Node<T>[], node: Node<T>): void {
  const weight = node.successors.length;
  // As rpm inserts: before the first that is needed no more often.
  const at = queue.findIndex(({ successors }) => successors.length <= weight);
  queue.splice(at === -1 ? queue.length : at, 0, node);
}

/** Put a node into the order; what only waited for it goes into a queue. */
function collect<T>(
  node: Node<T>,
  to: { readonly order: T[]; readonly queue: Node<T>[]; readonly outer: Node<T>[] },
): void {
  to.order.push(node.item);
  for (const { to: next } of node.successors) {
    if (next.isDone) continue;
    next.open--;
    const isInside = next.group !== undefined && next.group === node.group;
    if (isInside || next.group === undefined) {
      if (next.open === 0) enqueue(isInside ? to.queue : to.outer, next);
    } else {
      next.group.open--;
      if (next.group.open === 0) enqueue(to.outer, next);
    }
  }
  node.isDone = true;
}

/**
 * Put nodes into the order that need one another: first those from which it is farthest to one that
 * some script needs.
 */
function collectGroup<T>(
  { members }: Group<T>,
  { order, queue: outer }: { readonly order: T[]; readonly queue: Node<T>[] },
): void {
  measure(members);
  for (;;) {
    let best: Node<T> | undefined;
    for (const member of members) {
      if (!member.isDone && (best === undefined || member.distance >= best.distance)) best = member;
    }
    if (best === undefined) return;
    const queue = [best];
    for (let node = queue.shift(); node !== undefined; node = queue.shift())
      if (!node.isDone) collect(node, { order, queue, outer });
  }
}

/** How many needs lie between each node and one whose script needs another one of the group. */
function measure<T>(members: readonly Node<T>[]): void {
  const group = members[0]?.group;
  const queue = members.filter(({ predecessors }) =>
    predecessors.some(({ to, isPre }) => isPre && to.group === group),
  );
  for (const node of queue) node.distance = 0;
  for (const node of queue) {
    for (const { to } of node.predecessors) {
      if (to.group !== group || to.distance <= node.distance + 1) continue;
      to.distance = node.distance + 1;
      queue.push(to);
    }
  }
}
