import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** What a path of a root is. Times are left out on purpose: nobody compares them. */
export interface RootNode {
  readonly type: "file" | "directory" | "symlink" | "character" | "block" | "fifo";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a regular file: the digest of its bytes, and where they can be read again. */
  readonly content?: { readonly digest: string; readonly size: number; readonly at: Place };
  /** The value of `security.capability`, in hex. */
  readonly capability?: string;
  /** The first path, in order of bytes, of those that are one file. */
  readonly linkedTo?: string;
}

interface Place {
  readonly file: string;
  readonly offset: number;
}

/** Paths from `/`, each with what it is. */
export type Root = ReadonlyMap<string, RootNode>;

type HeldNode = Omit<RootNode, "linkedTo"> & { inode: object };

/**
 * The root that tars make when they are laid over each other, lowest first, with the whiteouts of
 * image layers applied. Written for this purpose and not with the reader under test.
 */
export function readRoot(files: readonly string[]): Root {
  // A layer need not hold the root itself, which is the Engine's then.
  const root: HeldNode = { type: "directory", mode: 0o755, uid: 0, gid: 0, inode: {} };
  const merged = new Map([["/", root]]);
  for (const file of files) {
    const layer = readLayer(file, merged);
    for (const path of layer.removed) removeBelow(merged, path);
    for (const [path, node] of layer.nodes) {
      // What replaces a folder by something else hides what the folder held.
      if (node.type !== "directory" && merged.get(path)?.type === "directory")
        removeBelow(merged, path);
      merged.set(path, node);
    }
  }
  return withHardLinks(merged);
}

/** The bytes of a regular file. */
export function readContent({ content }: RootNode): Buffer {
  if (content === undefined) return Buffer.alloc(0);
  const handle = openSync(content.at.file, "r");
  try {
    return readAt(handle, content.at.offset, content.size);
  } finally {
    closeSync(handle);
  }
}

interface Layer {
  readonly nodes: ReadonlyMap<string, HeldNode>;
  readonly removed: readonly string[];
}

function readLayer(file: string, below: ReadonlyMap<string, HeldNode>): Layer {
  const nodes = new Map<string, HeldNode>();
  const removed: string[] = [];
  for (const item of readTar(file)) {
    const path = `/${item.path.replace(/^\.?\/+/, "").replace(/\/+$/, "")}`.replace(/^\/\.$/, "/");
    const slash = path.lastIndexOf("/");
    const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (name === ".wh..wh..opq") {
      const inside = below.keys().filter((each) => each.startsWith(`${folder}/`));
      removed.push(...inside);
    } else if (name.startsWith(".wh.")) removed.push(`${folder}/${name.slice(4)}`);
    else if (item.flag === "1") {
      const target = `/${item.target.replace(/^\.?\/+/, "")}`;
      const held = nodes.get(target) ?? below.get(target);
      if (held === undefined) throw new Error(`${path} is linked to ${target}, which is not there`);
      nodes.set(path, held);
    } else nodes.set(path, nodeOf(item));
  }
  return { nodes, removed };
}

function removeBelow(merged: Map<string, HeldNode>, path: string): void {
  for (const each of merged.keys())
    if (each === path || each.startsWith(`${path}/`)) merged.delete(each);
}

function withHardLinks(merged: ReadonlyMap<string, HeldNode>): Root {
  const names = new Map<object, string[]>();
  for (const [path, { inode }] of merged) {
    const paths = names.get(inode);
    if (paths === undefined) names.set(inode, [path]);
    else paths.push(path);
  }
  return new Map(
    [...merged].map(([path, { inode, ...node }]) => {
      const paths = names.get(inode) ?? [];
      const [first] = paths.length > 1 ? paths.toSorted() : [];
      return [path, first === undefined ? node : { ...node, linkedTo: first }];
    }),
  );
}

interface TarItem {
  readonly path: string;
  readonly flag: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target: string;
  readonly content?: { readonly digest: string; readonly size: number; readonly at: Place };
  readonly capability?: string;
}

const TYPES: Readonly<Record<string, RootNode["type"]>> = {
  "": "file",
  "0": "file",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};

function nodeOf(item: TarItem): HeldNode {
  const { flag, uid, gid, target, content, capability } = item;
  const type = TYPES[flag];
  if (type === undefined) throw new Error(`${item.path} is of the unknown kind "${flag}"`);
  return {
    type,
    // The mode of a symbolic link means nothing on Linux.
    mode: type === "symlink" ? 0o777 : item.mode & 0o7777,
    uid,
    gid,
    ...(type === "symlink" ? { target } : {}),
    ...(type === "file" && content !== undefined ? { content } : {}),
    ...(capability === undefined ? {} : { capability }),
    inode: {},
  };
}

function* readTar(file: string): Generator<TarItem> {
  const handle = openSync(file, "r");
  try {
    let pax = new Map<string, string>();
    let longName: string | undefined;
    let longTarget: string | undefined;
    for (let offset = 0; ;) {
      const block = readAt(handle, offset, 512);
      if (block.length < 512 || block[0] === 0) return;
      const text = (from: number, to: number): string =>
        block.toString("utf8", from, to).replace(/\0.*$/s, "");
      const size = Number(pax.get("size") ?? numberIn(block, 124, 12));
      const at = { file, offset: offset + 512 };
      offset = at.offset + Math.ceil(size / 512) * 512;
      const flag = text(156, 157);
      if (flag === "x") {
        pax = readPax(readAt(handle, at.offset, size));
        continue;
      }
      if (flag === "g") continue;
      if (flag === "L" || flag === "K") {
        const long = readAt(handle, at.offset, size).toString("utf8").replace(/\0.*$/s, "");
        if (flag === "L") longName = long;
        else longTarget = long;
        continue;
      }
      const prefix = text(257, 263) === "ustar" ? text(345, 500) : "";
      const name = prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
      const capability = pax.get("SCHILY.xattr.security.capability");
      yield {
        path: pax.get("path") ?? longName ?? name,
        flag,
        mode: numberIn(block, 100, 8),
        uid: Number(pax.get("uid") ?? numberIn(block, 108, 8)),
        gid: Number(pax.get("gid") ?? numberIn(block, 116, 8)),
        target: pax.get("linkpath") ?? longTarget ?? text(157, 257),
        content: { digest: digestOf(handle, at.offset, size), size, at },
        ...(capability === undefined
          ? {}
          : { capability: Buffer.from(capability, "latin1").toString("hex") }),
      };
      pax = new Map();
      longName = undefined;
      longTarget = undefined;
    }
  } finally {
    closeSync(handle);
  }
}

/** Names are UTF-8; the values of attributes are bytes, and stay so. */
function readPax(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = at + Number(bytes.toString("latin1", at, space));
    const equals = bytes.indexOf(0x3d, space);
    if (!(end > at) || equals === -1) throw new Error("a pax header is damaged");
    const key = bytes.toString("utf8", space + 1, equals);
    const encoding = key.startsWith("SCHILY.xattr.") ? "latin1" : "utf8";
    records.set(key, bytes.toString(encoding, equals + 1, end - 1));
    at = end;
  }
  return records;
}

function numberIn(block: Buffer, at: number, length: number): number {
  // GNU's form for what octal digits cannot hold.
  if (((block[at] ?? 0) & 0x80) !== 0)
    return Number(BigInt(`0x${block.toString("hex", at, at + length)}`) & ((1n << 56n) - 1n));
  const digits = block
    .toString("latin1", at, at + length)
    .replace(/\0.*$/s, "")
    .trim();
  return Number.parseInt(digits === "" ? "0" : digits, 8);
}

function digestOf(handle: number, offset: number, size: number): string {
  const hash = createHash("sha256");
  for (let at = 0; at < size; at += 1 << 20)
    hash.update(readAt(handle, offset + at, Math.min(1 << 20, size - at)));
  return hash.digest("hex");
}

function readAt(handle: number, offset: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  return buffer.subarray(0, readSync(handle, buffer, 0, size, offset));
}
