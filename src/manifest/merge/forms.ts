import { isMap, isNode, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { Node } from "yaml";
import type { MergeRule } from "./rules.ts";

/** Notes that a node that was made stands for one of a text, so that it has its place. */
export type Inherit = <Made extends Node>(made: Made, from: Node) => Made;

/** A value as a map, also where it is written as a list; undefined where it is neither. */
export function asPairs(
  node: Node,
  items: Extract<MergeRule, { readonly type: "pairs" }>["items"],
  inherit: Inherit,
): YAMLMap | undefined {
  if (isMap(node)) return node;
  if (!isSeq(node)) return undefined;
  const pairs = new Map<string, Pair>();
  for (const item of node.items) {
    if (!isScalar(item) || typeof item.value !== "string") return undefined;
    const equals = items === "assignments" ? item.value.indexOf("=") : -1;
    const name = equals === -1 ? item.value : item.value.slice(0, equals);
    const value =
      items === "named-maps"
        ? new YAMLMap()
        : new Scalar(equals === -1 ? null : item.value.slice(equals + 1));
    const pair = new Pair(inherit(new Scalar(name), item), inherit(value, item));
    // As in the list: of two values for one name the later counts, in its own place.
    pairs.delete(name);
    pairs.set(name, pair);
  }
  return mapOf([...pairs.values()], node, inherit);
}

/** A value as a list, also where it is a single item or, of pairs, a map. */
export function asList(
  node: Node,
  { isOfPairs = false }: Pick<Extract<MergeRule, { readonly type: "list" }>, "isOfPairs">,
  inherit: Inherit,
): YAMLSeq | undefined {
  if (isSeq(node)) return node;
  if (isMap(node) && isOfPairs) {
    const items = node.items.flatMap(({ key, value }) => {
      const values: readonly unknown[] = isSeq(value) ? value.items : [value];
      return values.flatMap((each) =>
        isScalar(key) && isScalar(each)
          ? [inherit(new Scalar(`${String(key.value)}=${String(each.value)}`), each)]
          : [],
      );
    });
    return listOf(items, node, inherit);
  }
  return isScalar(node) && node.value !== null ? listOf([node], node, inherit) : undefined;
}

/** A value as a map, also where it is the one field that its short form gives. */
export function asLongForm(node: Node, field: string, inherit: Inherit): YAMLMap {
  return isMap(node)
    ? node
    : mapOf([new Pair(inherit(new Scalar(field), node), node)], node, inherit);
}

export function mapOf(items: readonly Pair[], from: Node, inherit: Inherit): YAMLMap {
  const map = inherit(new YAMLMap(), from);
  map.items = [...items];
  return map;
}

export function listOf(items: readonly unknown[], from: Node, inherit: Inherit): YAMLSeq {
  const list = inherit(new YAMLSeq(), from);
  list.items = [...items];
  return list;
}

/** A node that stands for nothing: `key:` without a value. */
export function isEmpty(node: unknown): boolean {
  return !isNode(node) || (isScalar(node) && node.value === null);
}
