import { isMap, isNode, isPair, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { Location } from "../../diagnostic.ts";
import { plainValue } from "../../manifest/text/plain.ts";
import type { ComposeFile } from "./compose-file.ts";

/** Which file each node of a tree comes from; nodes of several files meet in one tree. */
export type Owners = Map<Node, ComposeFile>;

/** A key of a map, and what is written for it. */
export interface WrittenEntry {
  readonly name: string;
  /** The place of the key. */
  readonly place: Location;
  readonly value: Written;
}

/** A value of a compose file with its place, whichever of the files that is. */
export class Written {
  /** Absent: nothing is written, as in `key:`. */
  readonly node: Node | undefined;
  readonly #owners: Owners;
  /** The node that stands for the place where there is no node of its own. */
  readonly #near: Node;

  constructor(node: unknown, owners: Owners, near?: Node) {
    this.node = isNode(node) ? node : undefined;
    this.#owners = owners;
    const place = this.node ?? near;
    if (place === undefined) throw new Error("a value without a node needs one near to it");
    this.#near = place;
  }

  /** The file that it is written in: paths are relative to that file's folder. */
  get file(): ComposeFile {
    const file = this.#owners.get(this.#near);
    if (file === undefined) throw new Error("the node is of no file");
    return file;
  }

  get place(): Location {
    return this.file.places.range(this.#near.range?.[0] ?? 0, this.#near.range?.[1] ?? 1);
  }

  /** Whether nothing is written, or `null`. */
  get isEmpty(): boolean {
    return this.node === undefined || (isScalar(this.node) && this.node.value === null);
  }

  get kind(): "nothing" | "map" | "list" | "value" {
    if (this.isEmpty) return "nothing";
    return isMap(this.node) ? "map" : isSeq(this.node) ? "list" : "value";
  }

  /** A single value as a text; of a number its digits as they are written. */
  get text(): string | undefined {
    if (!isScalar(this.node) || this.node.value === null) return undefined;
    const { value, source, type } = this.node;
    if (typeof value === "string") return value;
    if (type === "PLAIN" && source !== undefined) return source;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
  }

  /** The single value with its own type: a number, true or false, or a text. */
  get value(): unknown {
    return isScalar(this.node) ? this.node.value : undefined;
  }

  /** Keys and values of a map, in order; none for anything else. */
  get entries(): readonly WrittenEntry[] {
    return this.#pairs.map(({ name, key, value }) => {
      const written = new Written(value, this.#owners, key);
      return { name, place: new Written(key, this.#owners, this.#near).place, value: written };
    });
  }

  /** Items of a list, in order; none for anything else. */
  get items(): readonly Written[] {
    if (!isSeq(this.node)) return [];
    return this.node.items.map((item) => new Written(item, this.#owners, this.#near));
  }

  /** What is written for a key of a map; undefined where the key is missing or has nothing. */
  get(name: string): Written | undefined {
    const found = this.#pairs.find((pair) => pair.name === name);
    if (found === undefined) return undefined;
    const written = new Written(found.value, this.#owners, found.key);
    return written.isEmpty ? undefined : written;
  }

  /** The place of a key of a map; its own place where the key is missing. */
  keyPlace(name: string): Location {
    return this.entries.find((entry) => entry.name === name)?.place ?? this.place;
  }

  /** The value without its places. */
  plain(): unknown {
    return this.node === undefined ? null : plainValue(this.node);
  }

  get #pairs(): readonly {
    readonly name: string;
    readonly key: Node | undefined;
    readonly value: unknown;
  }[] {
    return isMap(this.node) ? pairsOf(this.node) : [];
  }
}

function pairsOf(
  map: YAMLMap,
): readonly { readonly name: string; readonly key: Node | undefined; readonly value: unknown }[] {
  return map.items.map(({ key, value }) => ({
    name: isScalar(key) ? String(key.value) : "",
    key: isNode(key) ? key : undefined,
    value,
  }));
}

/** Note which file the nodes of a tree come from. A node that is known already keeps its file. */
export function ownTree(node: unknown, file: ComposeFile, owners: Owners): void {
  if (isPair(node)) {
    ownTree(node.key, file, owners);
    ownTree(node.value, file, owners);
    return;
  }
  if (!isNode(node) || owners.has(node)) return;
  owners.set(node, file);
  if (isMap(node) || isSeq(node)) for (const item of node.items) ownTree(item, file, owners);
}
