import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";

/**
 * The node at a path below another one; undefined where there is none. Aliases have been followed
 * by `expandDocument`.
 */
export function nodeAt(root: Node | null, path: readonly PropertyKey[]): Node | undefined {
  let node: unknown = root;
  for (const part of path) {
    if (isMap(node)) node = pairOf(node, part)?.value;
    else if (isSeq(node) && typeof part === "number") node = node.items[part];
    else return undefined;
  }
  return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
}

/** The value at a path as messages show it: plain for a scalar, a node for a map or a list. */
export function valueAt(root: Node, path: readonly PropertyKey[]): unknown {
  const node = nodeAt(root, path);
  return isScalar(node) ? node.value : node;
}

/**
 * The key and value at the end of a path; undefined where its parent is no map that has the key.
 */
export function pairAt(root: Node | null, path: readonly PropertyKey[]): Pair | undefined {
  const parent = nodeAt(root, path.slice(0, -1));
  const name = path.at(-1);
  return isMap(parent) && name !== undefined ? pairOf(parent, name) : undefined;
}

/** The keys of a map, or the indexes of a list. */
export function childrenOf(node: YAMLMap | YAMLSeq): readonly (string | number)[] {
  if (isSeq(node)) return [...node.items.keys()];
  return node.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
}

function pairOf(
  { items }: { readonly items: readonly Pair[] },
  name: PropertyKey,
): Pair | undefined {
  // `80: x` has a number for its key, which the value that the schema sees has as a text.
  return items.find(({ key }) => isScalar(key) && String(key.value) === String(name));
}
