import { createHash, hash } from "node:crypto";
import type { Digest } from "../../digest.ts";
import type { FileTree } from "../../stack/stack.ts";
import { RowColumn } from "../columns/row-column.ts";
import { TextColumn } from "../columns/text-column.ts";
import type { FoundFile } from "./file-tree.ts";
import { identityOf } from "./file-identity.ts";
import type { ScannedFile } from "./scanned-file.ts";

/** What most files have in common with others. */
type Attributes = Pick<FoundFile, "type" | "mode" | "uid" | "gid"> & { readonly tree: number };

/**
 * Where things are in a row: number of its attributes, size, stamp and digest side by side as the
 * store keeps them, identity.
 */
const SIZE = 4;
const STAMP = 12;
const DIGEST = 28;
const IDENTITY = 60;
const ROW_BYTES = 92;

/**
 * The files of an image, sorted by path. There may be very many, so that each is a row of some 140
 * bytes, its path included; objects are made while one goes over them.
 */
export class FileTable implements Iterable<ScannedFile> {
  readonly #trees: readonly Pick<FileTree, "source" | "target">[];
  readonly #paths = new TextColumn();
  readonly #rows = new RowColumn(ROW_BYTES);
  readonly #attributes: Attributes[] = [];
  readonly #attributeNumbers = new Map<string, number>();
  readonly #linkTargets = new Map<number, string>();
  readonly #inodes = new Map<number, string>();
  /** Of files that are another name of an earlier one, that one's row. */
  readonly #leaders = new Map<number, number>();
  /** The rows that count, by path. */
  #order: readonly number[] = [];

  constructor(trees: readonly Pick<FileTree, "source" | "target">[]) {
    this.#trees = trees;
  }

  /** A file of the tree with this number. Those of later trees are added later. */
  add(tree: number, file: FoundFile): void {
    const number = this.#paths.add(file.path);
    const row = this.#rows.add();
    row.writeUInt32LE(this.#attributesOf({ ...file, tree }), 0);
    row.writeDoubleLE(file.size, SIZE);
    if (file.stamp !== undefined) {
      const stamp = hash("sha256", `${file.stamp}\0${file.source}`, "binary");
      row.write(stamp.slice(0, DIGEST - STAMP), STAMP, "latin1");
    }
    if (file.linkTarget !== undefined) this.#linkTargets.set(number, file.linkTarget);
    if (file.inode !== undefined) this.#inodes.set(number, file.inode);
  }

  /**
   * Once all are added: sort them; of files at one path the last counts; names of one file know
   * each other.
   */
  arrange(): void {
    const all = Array.from({ length: this.#rows.length }, (_, row) => row);
    const compare = (one: number, other: number): number =>
      this.#paths.compareRows(one, other) || one - other;
    const isSorted = all.every((row) => row === 0 || this.#paths.compareRows(row - 1, row) < 0);
    if (!isSorted) all.sort(compare);
    this.#order = all.filter((row, at) => {
      const next = all[at + 1];
      return next === undefined || this.#paths.compareRows(row, next) !== 0;
    });
    const leaders = new Map<string, number>();
    for (const row of this.#inodes.size === 0 ? [] : this.#order) {
      const inode = this.#inodes.get(row);
      if (inode === undefined) continue;
      const leader = leaders.get(inode);
      if (leader === undefined) leaders.set(inode, row);
      else this.#leaders.set(row, leader);
    }
  }

  get length(): number {
    return this.#order.length;
  }

  *[Symbol.iterator](): Generator<ScannedFile> {
    for (const row of this.#order) yield this.at(row);
  }

  /** Numbers of the files, by path. */
  rows(): readonly number[] {
    return this.#order;
  }

  at(row: number): ScannedFile {
    const bytes = this.#rows.at(row);
    const { type, mode, uid, gid, tree } = this.#attributes[bytes.readUInt32LE(0)] ?? missing(row);
    const path = this.#paths.at(row);
    const linkTarget = this.#linkTargets.get(row);
    const leader = this.#leaders.get(row);
    return {
      path,
      type,
      mode,
      uid,
      gid,
      size: bytes.readDoubleLE(SIZE),
      source: sourceOf(this.#trees[tree] ?? missing(row), path),
      ...(type === "file" ? { digest: toDigest(bytes, DIGEST) } : {}),
      ...(linkTarget === undefined ? {} : { linkTarget }),
      ...(leader === undefined ? {} : { linkedTo: this.#paths.at(leader) }),
    };
  }

  /** The files that have other names in the image, each by the first of them. */
  *leaders(): Generator<ScannedFile> {
    for (const row of new Set(this.#leaders.values())) yield this.at(row);
  }

  isRegular(row: number): boolean {
    const number = this.#rows.at(row).readUInt32LE(0);
    return this.#attributes[number]?.type === "file";
  }

  /** What tells a regular file, where it lies, with its size and times from every other: bytes. */
  stampOf(row: number): Buffer {
    return this.#rows.at(row).subarray(STAMP, DIGEST);
  }

  /**
   * Say what a file is made of, a regular one with its content's digest in bytes; after that it is
   * complete.
   */
  complete(row: number, digest?: Uint8Array): void {
    const bytes = this.#rows.at(row);
    if (digest !== undefined) bytes.set(digest, DIGEST);
    bytes.set(identityOf(this.at(row)), IDENTITY);
  }

  /** Of each regular file its stamp and its content's digest side by side. */
  *records(): Generator<Uint8Array> {
    for (const row of this.#order)
      if (this.isRegular(row)) yield this.#rows.at(row).subarray(STAMP, IDENTITY);
  }

  /** Of each path the digest of everything that shows in the image. */
  get identities(): Iterable<readonly [path: string, identity: Digest]> {
    return { [Symbol.iterator]: () => this.#identities() };
  }

  /** One digest for all that shows in the image. */
  identity(): Digest {
    const all = createHash("sha256");
    for (const row of this.#order) all.update(this.#rows.at(row).subarray(IDENTITY));
    return `sha256:${all.digest("hex")}`;
  }

  *#identities(): Generator<readonly [path: string, identity: Digest]> {
    for (const row of this.#order)
      yield [this.#paths.at(row), toDigest(this.#rows.at(row), IDENTITY)];
  }

  #attributesOf({ type, mode, uid, gid, tree }: Attributes): number {
    const key = `${type} ${mode} ${uid} ${gid} ${tree}`;
    const known = this.#attributeNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.#attributes.push({ type, mode, uid, gid, tree }) - 1;
    this.#attributeNumbers.set(key, number);
    return number;
  }
}

/** Where a path of the image lies on the host. */
export function sourceOf(
  { source, target }: Pick<FileTree, "source" | "target">,
  path: string,
): string {
  const root = target.replace(/^\/+|\/+$/g, "");
  if (path === root) return source;
  const inside = root === "" ? path : path.slice(root.length + 1);
  return source === "/" ? `/${inside}` : `${source}/${inside}`;
}

function toDigest(row: Buffer, start: number): Digest {
  return `sha256:${row.toString("hex", start, start + 32)}`;
}

function missing(row: number): never {
  throw new Error(`there is no file ${row}`);
}
