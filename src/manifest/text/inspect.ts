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
} from "yaml";
import type { Diagnostic, RelatedLocation } from "../../diagnostic.ts";
import { isMergeKey } from "./expand.ts";
import { limits } from "./guard.ts";
import type { TextPlaces } from "./locate.ts";
import { hasMergeTag } from "../merge/tags.ts";

/**
 * What is legal YAML and yet no manifest: aliases that name nothing, lie inside what they name or
 * multiply without end, keys given twice, keys that are no texts. Each alias counts as all that it
 * stands for, so that later walks over the values are bounded.
 */
export function inspectDocument(
  document: Document.Parsed,
  places: TextPlaces,
): readonly Diagnostic[] {
  const inspection: Inspection = {
    places,
    problems: [],
    anchors: new Map(),
    open: new Set(),
    sizes: new Map(),
    aliases: 0,
  };
  if (!isNode(document.contents)) return [];
  refuseTag(document.contents, inspection);
  sizeOf(document.contents, inspection);
  return inspection.problems;
}

interface Inspection {
  readonly places: TextPlaces;
  readonly problems: Diagnostic[];
  readonly anchors: Map<string, Node>;
  /** The ancestors of the node that is looked at. */
  readonly open: Set<Node>;
  readonly sizes: Map<Node, number>;
  aliases: number;
}

/** Number of values that a node is once its aliases are followed. */
function sizeOf(node: unknown, inspection: Inspection): number {
  if (!isNode(node)) return 1;
  if (isAlias(node)) return sizeOfAlias(node.source, node, inspection);
  if (node.anchor !== undefined && node.anchor !== "") inspection.anchors.set(node.anchor, node);
  inspection.open.add(node);
  let size = 1;
  if (isMap(node)) {
    inspectKeys(node.items, inspection);
    for (const { value } of node.items) size += sizeOf(value, inspection);
  } else if (isSeq(node)) {
    // `- ? a` makes a pair of its own in some flow lists; it counts as a map would.
    for (const item of node.items) {
      refuseTag(item, inspection);
      size += sizeOf(isPair(item) ? item.value : item, inspection);
    }
  }
  inspection.open.delete(node);
  inspection.sizes.set(node, size);
  return size;
}

function sizeOfAlias(name: string, alias: Node, inspection: Inspection): number {
  inspection.aliases++;
  if (inspection.aliases > limits.aliases) {
    if (inspection.aliases === limits.aliases + 1) {
      report(inspection, "yaml-alias", {
        node: alias,
        message: `The manifest holds more than ${limits.aliases} aliases.`,
      });
    }
    return 1;
  }
  const target = inspection.anchors.get(name);
  const isInside = target !== undefined && inspection.open.has(target);
  const size = target === undefined ? 1 : (inspection.sizes.get(target) ?? 1);
  const message =
    target === undefined
      ? `Alias *${name} names no anchor before it.`
      : isInside
        ? `Alias *${name} is inside what it names.`
        : size > limits.values
          ? `Alias *${name} stands for more than ${limits.values} values.`
          : undefined;
  // One explosion is enough: whatever stands on it explodes too.
  const isRepeated = size > limits.values && inspection.problems.some(isExplosion);
  if (message !== undefined && !isRepeated) {
    report(inspection, "yaml-alias", { node: alias, message });
  }
  return size;
}

function isExplosion({ message }: Diagnostic): boolean {
  return message.includes("stands for more than");
}

function inspectKeys(items: readonly Pair[], inspection: Inspection): void {
  const first = new Map<string, Node>();
  for (const { key } of items) {
    const value: unknown = isMergeKey(key) ? "<<" : isScalar(key) ? key.value : undefined;
    if (!isScalar(key) || (typeof value !== "string" && typeof value !== "number")) {
      if (isNode(key))
        report(inspection, "yaml-syntax", { node: key, message: "A key must be a text." });
      continue;
    }
    const name = String(value);
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, key);
    else {
      report(inspection, "duplicate-name", {
        node: key,
        message: `"${name}" is given twice.`,
        hint: "Rename one of the two, or merge them.",
        related: [{ message: "first given here", location: locationOf(earlier, inspection) }],
      });
    }
    if (name === "__proto__") {
      report(inspection, "unknown-key", { node: key, message: '"__proto__" is not a key.' });
    }
  }
}

/** What is merged with something is the value of a key; an item of a list stands for itself. */
function refuseTag(node: unknown, inspection: Inspection): void {
  if (!isNode(node) || !hasMergeTag(node)) return;
  report(inspection, "yaml-tag", {
    node,
    message: `\`${node.tag ?? ""}\` stands before the value of a key, and nowhere else.`,
    hint: "Write `key: !reset null` to take a key away, and `key: !override …` to replace its value.",
  });
}

interface ProblemParts {
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly RelatedLocation[];
}

function report(
  inspection: Inspection,
  code: Diagnostic["code"],
  { node, ...parts }: ProblemParts & { readonly node: Node },
): void {
  if (inspection.problems.length >= limits.problems) return;
  inspection.problems.push({
    severity: "error",
    code,
    location: locationOf(node, inspection),
    related: [],
    ...parts,
  });
}

function locationOf({ range }: Node, { places }: Inspection): Diagnostic["location"] {
  return places.range(range?.[0] ?? 0, range?.[1] ?? 1);
}
