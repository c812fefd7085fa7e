import { Alias, Document, isMap, isScalar, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { AliasOf, Anchored, type ManifestMap, type ManifestValue } from "./manifest-value.ts";

/** Longest line of a comment, without its indentation. */
const WIDTH = 94;
/** Longest list that is written in one line. */
const LIST_WIDTH = 70;

/** A text of YAML that is put together. */
export interface YamlText {
  /** The comment that it begins with. */
  readonly head: string;
  /** Keys and values of the outermost map, in order. */
  readonly entries: readonly (readonly [key: string, value: ManifestValue])[];
  /** Comments before keys; one for a key that is not there goes to the nearest one above it. */
  readonly comments: readonly { readonly at: readonly string[]; readonly text: string }[];
  /** Keys of the outermost map between whose entries an empty line stands. */
  readonly spaced: ReadonlySet<string>;
}

/** The text, ending in a line end. */
export function writeYaml({ head, entries, comments, spaced }: YamlText): string {
  const root = new YAMLMap();
  for (const [name, value] of entries) {
    const key = new Scalar(name);
    key.spaceBefore = root.items.length > 0;
    const node = toNode(value);
    if (spaced.has(name)) spaceOut(node);
    root.items.push(new Pair(key, node));
  }
  const document = new Document(root);
  document.commentBefore = wrap(head).join("\n");
  for (const [place, some] of Map.groupBy(comments, ({ at }) => nearestPath(root, at)))
    comment(
      root,
      place,
      some.map(({ text }) => text),
    );
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** An empty line between the entries of a map. */
function spaceOut(map: unknown): void {
  if (!isMap(map)) return;
  for (const { key } of map.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
}

function toNode(value: ManifestValue): Node {
  if (value instanceof AliasOf) return new Alias(value.anchor);
  if (value instanceof Anchored) {
    const node = toNode(value.value);
    if (node instanceof Scalar || node instanceof YAMLMap || node instanceof YAMLSeq)
      node.anchor = value.anchor;
    return node;
  }
  if (isList(value)) return listNode(value);
  if (typeof value !== "object" || value === null) return scalarNode(value);
  return mapNode(value);
}

function mapNode(value: ManifestMap): YAMLMap {
  const map = new YAMLMap();
  for (const [name, each] of Object.entries(value))
    map.items.push(new Pair(keyNode(name), toNode(each)));
  map.flow = map.items.length === 0;
  return map;
}

function scalarNode(value: string | number | boolean | null): Scalar {
  const scalar = new Scalar(value);
  if (typeof value === "string" && otherInYaml11.test(value)) scalar.type = "QUOTE_DOUBLE";
  return scalar;
}

/**
 * What readers of YAML 1.1 take for something else than a text: `yes` for true, `1:30` for 90,
 * `2024_11_29` and `0b101` for numbers. Source: yaml.org/type, bool, int and float of YAML 1.1.
 */
const otherInYaml11 =
  /^(?:y|n|yes|no|on|off|[\d:]+|[-+]?0b[01_]+|[-+]?0x[\da-f_]+|[-+]?[\d._:]+(?:e[-+]?\d+)?)$/i;

function keyNode(name: string): Scalar {
  const key = new Scalar(name);
  if (name === "<<") key.type = "PLAIN";
  return key;
}

function listNode(value: readonly ManifestValue[]): YAMLSeq {
  const list = new YAMLSeq();
  list.items = value.map(toNode);
  const isOfValues = value.every((item) => typeof item !== "object" || item === null);
  list.flow = isOfValues && value.join(", ").length <= LIST_WIDTH;
  return list;
}

function isList(value: ManifestValue): value is readonly ManifestValue[] {
  return Array.isArray(value);
}

/** The path of the nearest key that is there, as JSON: paths are compared by it. */
function nearestPath(root: YAMLMap, at: readonly string[]): string {
  let map: unknown = root;
  const found: string[] = [];
  for (const name of at) {
    const pair = isMap(map) ? pairOf(map, name) : undefined;
    if (pair === undefined) break;
    found.push(name);
    map = pair.value;
  }
  return JSON.stringify(found);
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

function comment(root: YAMLMap, place: string, texts: readonly string[]): void {
  const at: unknown = JSON.parse(place);
  let map: unknown = root;
  let key: unknown = root.items[0]?.key;
  for (const name of Array.isArray(at) ? at : []) {
    const pair = isMap(map) ? pairOf(map, String(name)) : undefined;
    key = pair?.key;
    map = pair?.value;
  }
  if (isScalar(key)) key.commentBefore = texts.flatMap(wrap).join("\n");
}

/** Lines of a comment, each with a space after its sign. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.replaceAll(/\s+/g, " ").split(" ")) {
    if (line !== "" && line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = "";
    }
    line += `${line === "" ? "" : " "}${word}`;
  }
  return [...lines, line].map((each) => ` ${each}`);
}
