import { isMap, isNode, isScalar, isSeq, type Node, Pair, type YAMLMap } from "yaml";
import { plainValue } from "../text/plain.ts";
import { asList, asLongForm, asPairs, type Inherit, isEmpty, listOf, mapOf } from "./forms.ts";
import { type MergeRule, ruleAt } from "./rules.ts";
import { isOverride, isReset } from "./tags.ts";

/**
 * Lay the tree of a later file over that of an earlier one, by compose's rules: see `rules.ts`.
 * Neither is changed, so that a part that stands at several places of a tree is merged at one
 * alone.
 */
export function mergeTrees(earlier: Node, later: Node, inherit: Inherit): Node {
  return mergeAt(earlier, later, { path: [], inherit, ruleAt });
}

/** How two trees are merged. */
export interface Merging {
  /** Where both stand, from the root of a file. */
  readonly path: readonly string[];
  readonly inherit: Inherit;
  readonly ruleAt: (path: readonly string[]) => MergeRule | undefined;
}

/** Lay a part of a later tree over the part of an earlier one that stands at the same path. */
export function mergeAt(earlier: Node, later: Node, merging: Merging): Node {
  if (isReset(later) || isOverride(later) || isReset(earlier)) return later;
  const rule = merging.ruleAt(merging.path);
  if (rule?.type === "replace") return later;
  if (isEmpty(later)) return earlier;
  if (isEmpty(earlier)) return later;
  if (rule !== undefined) return mergeByRule(earlier, later, { ...merging, rule });
  if (isMap(earlier) && isMap(later)) return mergeMaps(earlier, later, merging);
  if (isSeq(earlier) && isSeq(later))
    return listOf([...earlier.items, ...later.items], earlier, merging.inherit);
  return later;
}

/**
 * A value that is in none of the forms that the rule knows is handed on: the schema tells what is
 * wrong with it.
 */
function mergeByRule(
  earlier: Node,
  later: Node,
  { rule, ...merging }: Merging & { readonly rule: Exclude<MergeRule, { type: "replace" }> },
): Node {
  const { inherit } = merging;
  switch (rule.type) {
    case "pairs": {
      const [one, other] = [earlier, later].map((node) => asPairs(node, rule.items, inherit));
      if (one === undefined) return earlier;
      return other === undefined ? later : mergeMaps(one, other, merging);
    }
    case "list": {
      const [one, other] = [earlier, later].map((node) => asList(node, rule, inherit));
      if (one === undefined) return earlier;
      if (other === undefined) return later;
      return listOf(mergeItems(one.items, other.items, rule.identityOf), earlier, inherit);
    }
    case "short-form": {
      const inLongForm = (node: Node): YAMLMap => asLongForm(node, rule.field, inherit);
      return mergeMaps(inLongForm(earlier), inLongForm(later), merging);
    }
    case "of-one-kind": {
      if (!isMap(earlier) || !isMap(later)) return later;
      const kinds = [earlier, later].map((map) => map.get(rule.field));
      const isSame = kinds[0] === kinds[1] || kinds.includes(undefined);
      return isSame ? mergeMaps(earlier, later, merging) : later;
    }
  }
}

function mergeMaps(earlier: YAMLMap, later: YAMLMap, merging: Merging): YAMLMap {
  const { path, inherit } = merging;
  const added = new Map(later.items.map((pair) => [nameOf(pair), pair]));
  const merged = earlier.items.map((pair) => {
    const name = nameOf(pair);
    const over = added.get(name);
    added.delete(name);
    if (over === undefined) return pair;
    if (!isNode(pair.value) || !isNode(over.value)) return isNode(over.value) ? over : pair;
    const value = mergeAt(pair.value, over.value, { ...merging, path: [...path, name] });
    return value === over.value ? over : new Pair(pair.key, value);
  });
  return mapOf([...merged, ...added.values()], earlier, inherit);
}

/** An item that has no identity, since it is not what the rule expects, is like no other. */
function mergeItems(
  earlier: readonly unknown[],
  later: readonly unknown[],
  identityOf: (item: unknown) => unknown,
): readonly unknown[] {
  const keyOf = (item: unknown): string | undefined =>
    JSON.stringify(identityOf(isNode(item) ? plainValue(item) : null));
  const left = new Set(later);
  const added = new Map(later.map((item) => [keyOf(item), item]));
  added.delete(undefined);
  const kept = earlier.flatMap((item) => {
    const over = added.get(keyOf(item));
    if (over === undefined) return [item];
    // Of several that are replaced by one, the first gives it its place.
    return left.delete(over) ? [over] : [];
  });
  return [...kept, ...later.filter((item) => left.has(item))];
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}
