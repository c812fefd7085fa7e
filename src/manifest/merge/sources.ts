import { isMap, isNode, isPair, isSeq, type Node } from "yaml";
import type { Location } from "../../diagnostic.ts";
import { createLocator, type Locator, type TextPlaces } from "../text/locate.ts";
import type { Source } from "../text/source.ts";
import type { Inherit } from "./forms.ts";
import { mergeTrees } from "./merge.ts";
import { dropReset } from "./tags.ts";

/** The tree of all texts of a manifest; each of its nodes keeps its place. */
export interface MergedSources {
  readonly root: Node;
  readonly locator: Locator;
  readonly placeOf: (node: Node) => Location;
}

/** Lay each text over those before it. Undefined where none of them says anything. */
export function mergeSources(sources: readonly Source[]): MergedSources | undefined {
  const [main] = sources;
  if (main === undefined) return undefined;
  const owners = new Map<Node, TextPlaces>();
  const ownerOf = (node: Node): TextPlaces => owners.get(node) ?? main.places;
  const inherit: Inherit = (made, from) => {
    const owner = owners.get(from);
    if (owner !== undefined) owners.set(made, owner);
    if (from.range) made.range = from.range;
    return made;
  };
  let root = main.root;
  for (const { root: later, places } of sources.slice(1)) {
    if (later === undefined) continue;
    own(later, places, owners);
    root = root === undefined ? later : mergeTrees(root, later, inherit);
  }
  if (root === undefined) return undefined;
  dropReset(root);
  const files = sources.map(({ places }) => places);
  return {
    root,
    locator: createLocator({ root, files, ownerOf }),
    placeOf: (node) => ownerOf(node).range(node.range?.[0] ?? 0, node.range?.[1] ?? 1),
  };
}

/** Note of which text the nodes of a tree are. */
function own(node: unknown, places: TextPlaces, owners: Map<Node, TextPlaces>): void {
  if (isPair(node)) {
    own(node.key, places, owners);
    own(node.value, places, owners);
    return;
  }
  if (!isNode(node) || owners.has(node)) return;
  owners.set(node, places);
  if (isMap(node) || isSeq(node)) for (const item of node.items) own(item, places, owners);
}
