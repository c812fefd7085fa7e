import { byKey } from "../../../order.ts";
import { toBytes } from "../../scripts/bytes.ts";
import { inGlibOrder } from "../glib/hash-table.ts";
import { inOrderOfMagic } from "./lists.ts";
import type { MagicMatch } from "./magic.ts";
import type { Glob, MediaTypes } from "./media-types.ts";
import { SuffixTree } from "./suffix-tree.ts";

const HEADER_SIZE = 44;
const VERSION = [1, 2] as const;

/**
 * `mime.cache`, which programs map into memory: texts, tables that point to them, a tree of
 * suffixes. Source: shared-mime-info 2.2, update-mime-database.c.
 */
export function formatMimeCache(media: MediaTypes): Uint8Array {
  const writer = new CacheWriter();
  writer.strings(stringsOf(media));
  const globs = (kind: GlobKind): readonly (readonly number[])[] =>
    [...media.globs.keys()]
      .filter((pattern) => kindOf(pattern) === kind)
      .toSorted()
      .flatMap((pattern) => media.globs.get(pattern) ?? [])
      .map((glob) => [writer.at(glob.pattern), writer.at(glob.type), weightOf(glob)]);
  const pairs = (map: ReadonlyMap<string, string>): readonly (readonly number[])[] =>
    [...map].toSorted(byKey).map(([key, value]) => [writer.at(key), writer.at(value)]);
  writer.section(() => writer.table(pairs(media.aliases)));
  writer.section(() => writer.parents(media.parents));
  writer.section(() => writer.table(globs("literal")));
  writer.section(() => {
    const tree = new SuffixTree();
    for (const pattern of inGlibOrder([...media.globs.keys()])) {
      if (kindOf(pattern) !== "suffix") continue;
      for (const glob of media.globs.get(pattern) ?? []) tree.add(pattern.slice(1), glob);
    }
    writer.suffixes(tree);
  });
  writer.section(() => writer.table(globs("full")));
  writer.section(() => writer.magic(media));
  writer.section(() =>
    writer.table(
      [...media.namespaces].toSorted(byKey).map(([key, type]) => {
        const [namespace = "", name = ""] = key.split(" ");
        return [writer.at(namespace), writer.at(name), writer.at(type)];
      }),
    ),
  );
  writer.section(() => writer.table(pairs(media.icons)));
  writer.section(() => writer.table(pairs(media.genericIcons)));
  // The original looks for each name with a newline behind it, and so finds none.
  writer.section(() => writer.table([...media.types].map(() => [0])));
  return writer.finish();
}

type GlobKind = "literal" | "suffix" | "full";

function kindOf(pattern: string): GlobKind {
  if (/[\\[?*]/.test(pattern.slice(1)) || /^[\\[?]/.test(pattern)) return "full";
  return pattern.startsWith("*") ? "suffix" : "literal";
}

function weightOf({ weight, isCaseSensitive }: Glob): number {
  return (weight & 0xff) | (isCaseSensitive ? 0x1_00 : 0);
}

/** Each text once, in the order in which the original's tables give them. */
function stringsOf(media: MediaTypes): readonly string[] {
  const strings = new Set<string>();
  const each = <Value>(
    map: ReadonlyMap<string, Value>,
    visit: (key: string, value: Value) => readonly string[],
  ): void => {
    for (const key of inGlibOrder([...map.keys()])) {
      const value = map.get(key);
      if (value !== undefined) for (const text of visit(key, value)) strings.add(text);
    }
  };
  each(media.aliases, (alias, type) => [alias, type]);
  each(media.parents, (type, parents) => [type, ...parents]);
  each(media.globs, (pattern, globs) => [
    ...(kindOf(pattern) === "suffix" ? [] : [pattern]),
    ...globs.map(({ type }) => type),
  ]);
  for (const { type } of inOrderOfMagic(media.magic)) strings.add(type);
  each(media.namespaces, (key, type) => [type, ...key.split(" ")]);
  each(media.genericIcons, (type, icon) => [type, icon]);
  each(media.icons, (type, icon) => [type, icon]);
  return inGlibOrder([...strings]);
}

class CacheWriter {
  readonly #pieces: Uint8Array[] = [];
  readonly #places = new Map<string, number>();
  readonly #sections: number[] = [];
  #offset = HEADER_SIZE;

  strings(texts: readonly string[]): void {
    for (const text of texts) {
      this.#places.set(text, this.#offset);
      this.#padded(toBytes(`${text}\0`));
    }
  }

  /** Where a text stands. */
  at(text: string): number {
    return this.#places.get(text) ?? 0;
  }

  section(write: () => void): void {
    this.#sections.push(this.#offset);
    write();
  }

  /** How many rows there are, and the rows. */
  table(rows: readonly (readonly number[])[]): void {
    this.#numbers([rows.length, ...rows.flat()]);
  }

  parents(map: ReadonlyMap<string, readonly string[]>): void {
    const sorted = [...map].toSorted(byKey);
    let list = this.#offset + 4 + 8 * sorted.length;
    const rows = sorted.map(([type, parents]) => {
      const row = [this.at(type), list];
      list += 4 + 4 * parents.length;
      return row;
    });
    this.table(rows);
    for (const [, parents] of sorted) this.table(parents.map((parent) => [this.at(parent)]));
  }

  suffixes(tree: SuffixTree): void {
    const first = this.#offset + 8;
    this.#numbers([tree.roots.length, first]);
    let next = first + 12 * tree.roots.length;
    for (let level = tree.roots; level.length > 0; level = level.flatMap((node) => node.children)) {
      for (const { character, type, flags, children } of level) {
        const isLeaf = type !== undefined;
        this.#numbers([character, isLeaf ? this.at(type) : children.length, isLeaf ? flags : next]);
        next += 12 * children.length;
      }
    }
  }

  magic(media: MediaTypes): void {
    const magic = inOrderOfMagic(media.magic);
    const matches: MagicMatch[] = [];
    const collect = (list: readonly MagicMatch[]): void => {
      matches.push(...list);
      for (const match of list) collect(match.matches);
    };
    for (const each of magic) collect(each.matches);
    const indexes = new Map(matches.map((match, index) => [match, index]));
    const farthest = matches.map(({ data, start, range }) => data.length + start + range);
    const first = this.#offset + 12;
    this.#numbers([magic.length, Math.max(0, ...farthest), first]);
    const base = first + 16 * magic.length;
    const placeOf = (list: readonly MagicMatch[]): number => {
      const [head] = list;
      return head === undefined ? 0 : base + 32 * (indexes.get(head) ?? 0);
    };
    for (const { priority, type, matches: list } of magic) {
      this.#numbers([priority, this.at(type), list.length, placeOf(list)]);
    }
    let data = base + 32 * matches.length;
    const take = (bytes: Uint8Array): number => {
      const place = data;
      data += Math.ceil(bytes.length / 4) * 4;
      return place;
    };
    for (const match of matches) {
      const { start, range, wordSize, mask, matches: inner } = match;
      const place = take(match.data);
      const maskPlace = mask === undefined ? 0 : take(mask);
      this.#numbers([
        start,
        range,
        wordSize,
        match.data.length,
        place,
        maskPlace,
        inner.length,
        placeOf(inner),
      ]);
    }
    for (const { data: bytes, mask } of matches) {
      this.#padded(bytes);
      if (mask !== undefined) this.#padded(mask);
    }
  }

  finish(): Uint8Array {
    const header = Buffer.alloc(HEADER_SIZE);
    header.writeUInt16BE(VERSION[0], 0);
    header.writeUInt16BE(VERSION[1], 2);
    for (const [index, place] of this.#sections.entries())
      header.writeUInt32BE(place, 4 + 4 * index);
    return Buffer.concat([header, ...this.#pieces]);
  }

  #numbers(values: readonly number[]): void {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
    this.#pieces.push(bytes);
    this.#offset += bytes.length;
  }

  #padded(content: Uint8Array): void {
    const bytes = Buffer.alloc(Math.ceil(content.length / 4) * 4);
    bytes.set(content);
    this.#pieces.push(bytes);
    this.#offset += bytes.length;
  }
}
