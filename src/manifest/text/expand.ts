import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { type Diagnostic, errorAt } from "../../diagnostic.ts";
import { limits } from "./guard.ts";
import type { TextPlaces } from "./locate.ts";
import { show } from "../keys/wording.ts";

/**
 * Put in place of each alias what it names, and in place of each merge key (`<<`) the pairs that it
 * brings. Afterwards a value may stand at several places of the tree and is still one node. The
 * document has passed `inspectDocument`: each alias names something before it and outside of it.
 *
 * Source: the merge key of YAML 1.1, https://yaml.org/type/merge.html: keys that are written out go
 * before those that are brought, and of several maps the first goes before the next.
 */
export function expandDocument(
  document: Document.Parsed,
  places: TextPlaces,
): readonly Diagnostic[] {
  const expansion: Expansion = { places, problems: [], anchors: new Map(), pairs: 0 };
  if (isNode(document.contents)) expand(document.contents, expansion);
  return expansion.problems;
}

/** Whether a key is the merge key: `<<` without quotes. In quotes it is a key like any other. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

interface Expansion {
  readonly places: TextPlaces;
  readonly problems: Diagnostic[];
  readonly anchors: Map<string, Node>;
  /**
   * Pairs of the maps that merge keys name: a thousand aliases of a large map would fill the
   * memory.
   */
  pairs: number;
}

/**
 * What stands for a node once its aliases are followed. Each node is looked at once, in the order
 * of the text.
 */
function expand(node: Node, expansion: Expansion): Node {
  if (isAlias(node)) return expansion.anchors.get(node.source) ?? node;
  if (node.anchor !== undefined && node.anchor !== "") expansion.anchors.set(node.anchor, node);
  if (isMap(node)) {
    for (const pair of node.items) expandValue(pair, expansion);
    if (node.items.some(({ key }) => isMergeKey(key))) mergeInto(node, expansion);
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      if (isPair(item)) expandValue(item, expansion);
      else if (isNode(item)) node.items[index] = expand(item, expansion);
    }
  }
  return node;
}

function expandValue(pair: Pair, expansion: Expansion): void {
  if (isNode(pair.value)) pair.value = expand(pair.value, expansion);
}

function mergeInto(map: YAMLMap, expansion: Expansion): void {
  const known = new Set(map.items.flatMap(({ key }) => (isMergeKey(key) ? [] : [nameOf(key)])));
  map.items = map.items.flatMap((pair) => {
    if (!isMergeKey(pair.key)) return [pair];
    const brought: Pair[] = [];
    for (const each of mapsOf(pair, expansion)) {
      if (!isWithinLimit(each, pair, expansion)) break;
      for (const item of each.items) {
        if (known.has(nameOf(item.key))) continue;
        known.add(nameOf(item.key));
        brought.push(item);
      }
    }
    return brought;
  });
}

/**
 * Counts the pairs that merge keys have looked at. One report is enough: what follows is too much
 * as well.
 */
function isWithinLimit({ items }: YAMLMap, { key }: Pair, expansion: Expansion): boolean {
  const isFirst = expansion.pairs <= limits.values;
  expansion.pairs += items.length;
  if (expansion.pairs <= limits.values) return true;
  if (isFirst) {
    report(expansion, key, "yaml-alias", {
      message: `The merge keys bring more than ${limits.values} values.`,
    });
  }
  return false;
}

/** The maps that a merge key names; what is none is a problem. */
function mapsOf({ key, value }: Pair, expansion: Expansion): readonly YAMLMap[] {
  const named: readonly unknown[] = isSeq(value) ? value.items : [value];
  return named.flatMap((each) => {
    if (isMap(each)) return [each];
    report(expansion, isNode(each) ? each : key, "wrong-type", {
      message: `A merge key takes a map or a list of maps, but here is ${show(isScalar(each) ? each.value : each)}.`,
      hint: "Write `<<: *name`, where `&name` stands before a map.",
    });
    return [];
  });
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : "";
}

function report(
  { places, problems }: Expansion,
  at: unknown,
  code: Diagnostic["code"],
  parts: { readonly message: string; readonly hint?: string },
): void {
  if (problems.length >= limits.problems) return;
  const range = isNode(at) ? at.range : undefined;
  problems.push(errorAt(places.range(range?.[0] ?? 0, range?.[1] ?? 1), code, parts));
}
