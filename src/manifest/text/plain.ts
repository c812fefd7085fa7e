import { isMap, isPair, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";

/**
 * The value of a tree of nodes. A node that stands at several places, as behind aliases, becomes
 * one value that stands there, so that what a short text means with them stays short.
 */
export function plainValue(root: Node): unknown {
  return plain(root, { isOfTexts: false, known: new Map(), knownOfTexts: new Map() });
}

/**
 * Maps whose values are texts, however they look: `VERSION: 1.10` means the text 1.10, and not 1.1.
 */
const textMaps: ReadonlySet<string> = new Set(["environment", "labels", "args"]);

interface Conversion {
  /** Whether the node is one of `textMaps`. */
  readonly isOfTexts: boolean;
  readonly known: Map<Node, unknown>;
  readonly knownOfTexts: Map<Node, unknown>;
}

function plain(node: unknown, conversion: Conversion): unknown {
  if (isScalar(node)) return node.value;
  if (isPair(node)) return plainMap([node], conversion);
  if (!isMap(node) && !isSeq(node)) return null;
  const known = conversion.isOfTexts && isMap(node) ? conversion.knownOfTexts : conversion.known;
  if (known.has(node)) return known.get(node);
  const value = isMap(node)
    ? plainMap(node.items, conversion)
    : node.items.map((item) => plain(item, { ...conversion, isOfTexts: false }));
  known.set(node, value);
  return value;
}

function plainMap(pairs: readonly Pair[], conversion: Conversion): object {
  const { isOfTexts } = conversion;
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : "";
      if (isOfTexts && isScalar(value)) return [name, textOf(value)];
      return [name, plain(value, { ...conversion, isOfTexts: textMaps.has(name) })];
    }),
  );
}

function textOf({ value, source }: Scalar): unknown {
  const isReadAsOther = typeof value === "number" || typeof value === "boolean";
  // What came from a variable has the variable's name for its source.
  return isReadAsOther && source?.includes("$") === false ? source : value;
}
