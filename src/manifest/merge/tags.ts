import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Tags,
  visit,
} from "yaml";

/** Takes a key away, whatever earlier files say of it. */
const reset = "!reset";
/** Puts a value in place of what earlier files say, where it would be merged with that. */
const override = "!override";

/**
 * The tags of override files, as compose has them, for the parser: they change how a value is
 * merged and not what it is.
 */
export const mergeTags: Tags = [reset, override].flatMap((tag): Tags => [
  { tag, collection: "map" },
  { tag, collection: "seq" },
  { tag, resolve: (text: string) => text },
]);

/** Read the single values behind a tag as what they look like: the parser takes them for texts. */
export function readTagged({ contents, schema, options }: Document.Parsed): void {
  visit(contents, {
    Scalar(_, scalar) {
      const { source = "" } = scalar;
      if (!hasMergeTag(scalar) || scalar.type !== "PLAIN") return;
      const tag = schema.tags.find(
        (each) => each.default === true && each.collection === undefined && each.test?.test(source),
      );
      if (tag === undefined || tag.collection !== undefined) return;
      scalar.value = tag.resolve(source, () => undefined, options);
    },
  });
}

/** Whether a key is taken away. */
export function isReset(node: unknown): boolean {
  return isNode(node) && node.tag === reset;
}

/** Whether a value takes the place of what it would be merged with. */
export function isOverride(node: unknown): boolean {
  return isNode(node) && node.tag === override;
}

/** Whether a value has one of the tags, which stand before the values of keys and nowhere else. */
export function hasMergeTag(node: unknown): boolean {
  return isReset(node) || isOverride(node);
}

/**
 * Take the keys away that are reset, in place. A value may stand at several places: it is looked at
 * once.
 */
export function dropReset(root: Node): void {
  const seen = new Set<Node>();
  const drop = (node: unknown): void => {
    if (!isNode(node) || isScalar(node) || seen.has(node)) return;
    seen.add(node);
    if (isMap(node)) {
      node.items = node.items.filter(({ value }: Pair) => !isReset(value));
      for (const { value } of node.items) drop(value);
    } else if (isSeq(node)) for (const item of node.items) drop(item);
  };
  drop(root);
}
