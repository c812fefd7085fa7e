import { Alias, Document, isMap, isScalar, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { AliasOf, Anchored, type ManifestMap, type ManifestValue } from "../manifest-value.ts";
import type { Note } from "../notes.ts";
import { sharedService } from "./hardening.ts";
import { anchors, decide, engineCapabilities } from "./imported.ts";

/** Longest line of a comment. */
const WIDTH = 94;
/** Longest list that is written in one line. */
const LIST_WIDTH = 70;

/** What a manifest is written from. */
export interface WrittenManifest {
  readonly name: string;
  readonly source: string;
  readonly extensions: ManifestMap;
  /** In the order of the manifest; an empty one is left out. */
  readonly sections: ReadonlyMap<string, ManifestValue>;
  readonly notes: readonly Note[];
}

/** The text of an imported manifest, each note in a comment before what it is nearest to. */
export function writeManifest(manifest: WrittenManifest): string {
  const root = new YAMLMap();
  const add = (name: string, value: ManifestValue, spaceBefore = true): void => {
    const key = new Scalar(name);
    key.spaceBefore = spaceBefore;
    root.items.push(new Pair(key, toNode(value)));
  };
  add("name", manifest.name, false);
  for (const [name, value] of Object.entries(manifest.extensions)) add(name, value);
  add(freeName("x-imported", manifest.extensions), sharedParts(manifest.source));
  for (const [name, value] of manifest.sections) {
    if (typeof value !== "object" || value === null || Object.keys(value).length === 0) continue;
    add(name, value);
    if (name === "services") spaceOut(root.items.at(-1)?.value);
  }
  const document = new Document(root);
  document.commentBefore = wrap(headOf(manifest)).join("\n");
  for (const [place, notes] of Map.groupBy(manifest.notes, ({ at }) => nearestPath(root, at)))
    comment(root, place, notes);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** An empty line between the entries of a map. */
function spaceOut(map: unknown): void {
  if (!isMap(map)) return;
  for (const { key } of map.items.slice(1)) if (isScalar(key)) key.spaceBefore = true;
}

function headOf({ source, notes }: WrittenManifest): string {
  const lost = notes.filter(({ kind }) => kind === "lost").length;
  return `Made by \`qclock import\` from ${source}. ${
    notes.length === 0
      ? "Everything has a counterpart."
      : `What is said in another way, or not at all (${lost}), stands in comments with its place there.`
  } Every \`policy\` below is weaker than qclock's defaults since compose allows it: take it away where the service runs without it, or give its reason.`;
}

function sharedParts(source: string): ManifestMap {
  return {
    reason: new Anchored(anchors.reason, `imported from ${source}, decide whether it is needed`),
    capabilities: new Anchored(anchors.capabilities, engineCapabilities),
    reasons: new Anchored(
      anchors.reasons,
      Object.fromEntries(engineCapabilities.map((capability) => [capability, decide()])),
    ),
    service: new Anchored(anchors.service, sharedService()),
  };
}

function freeName(wanted: string, others: ManifestMap): string {
  return Object.hasOwn(others, wanted) ? freeName(`${wanted}-service`, others) : wanted;
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
  const map = new YAMLMap();
  for (const [name, each] of Object.entries(value))
    map.items.push(new Pair(keyNode(name), toNode(each)));
  map.flow = map.items.length === 0;
  return map;
}

function scalarNode(value: string | number | boolean | null): Scalar {
  const scalar = new Scalar(value);
  // Readers of YAML 1.1 take these words for true and false, and `1:30` for 90.
  if (typeof value === "string" && /^(?:y|n|yes|no|on|off|[\d:]+)$/i.test(value))
    scalar.type = "QUOTE_DOUBLE";
  return scalar;
}

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

/** The path of the nearest key that the manifest has, as JSON: paths are compared by it. */
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

function comment(root: YAMLMap, place: string, notes: readonly Note[]): void {
  const at: unknown = JSON.parse(place);
  let map: unknown = root;
  let key: unknown = root.items[0]?.key;
  for (const name of Array.isArray(at) ? at : []) {
    const pair = isMap(map) ? pairOf(map, String(name)) : undefined;
    key = pair?.key;
    map = pair?.value;
  }
  if (!isScalar(key)) return;
  key.commentBefore = notes.flatMap((note) => wrap(textOf(note))).join("\n");
}

function textOf({ place, message, hint }: Note): string {
  const told = hint === undefined ? message : `${message} ${hint}`;
  return `${place.file}:${place.line}:${place.column}: ${told}`;
}

/** Lines of a comment, each after its sign with a space. */
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
