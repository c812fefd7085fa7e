import type { NodeKind, NodeStatus } from "../root.ts";

/** Content that lies elsewhere and is read when somebody wants it. */
export type LoadContent = () => Uint8Array;

/** A node of the tree. Names belong to folders, so that a file may have several. */
export interface Inode {
  readonly kind: NodeKind;
  readonly id: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  /** Names that lead to it; 0 once it is removed. */
  links: number;
  /** Of a folder: what is in it. */
  readonly children?: Map<string, Inode>;
  /** Of a folder: what `..` leads to. */
  parent?: Inode;
  /** Of a folder: what it is called there. */
  name?: string;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a file; may be longer than its size, to let it grow. */
  content: Uint8Array | LoadContent;
  /** What was loaded, for as long as somebody holds it: libraries are many and large. */
  loaded?: WeakRef<Uint8Array>;
  size: number;
  /** The transaction whose own copy the content is, which may be changed in place. */
  contentOf: number;
  /** Bytes that count against the limit. */
  charged: number;
  /** What the layer below gave with the node, until its content changes. */
  origin?: unknown;
  /** Who changed it last; undefined for what is as it was added. */
  changedBy?: unknown;
  /** Called when its status or its content is asked for. */
  readonly onUse?: (() => void) | undefined;
  /** Called before its content is read, for as long as nothing is written to it. */
  onRead?: (() => void) | undefined;
  /** Whether scripts made it. */
  readonly isAdded: boolean;
  /** Whether it is there for scripts only, as `/dev/null` is. */
  readonly isVirtual?: boolean;
}

export function statusOf(inode: Inode): NodeStatus {
  const { kind, mode, uid, gid, mtime, id } = inode;
  const size = kind === "symlink" ? (inode.target ?? "").length : inode.size;
  return {
    kind,
    mode,
    uid,
    gid,
    size,
    mtime,
    inode: id,
    // Counted when it is asked for: of a folder that takes a look at all that is in it.
    get links() {
      return linksOf(inode);
    },
  };
}

/** The whole content of a file, loaded when nobody holds it. */
export function contentOf(inode: Inode): Uint8Array {
  if (typeof inode.content === "function") {
    const held = inode.loaded?.deref();
    if (held !== undefined) return held;
    const loaded = inode.content();
    inode.loaded = new WeakRef(loaded);
    inode.size = loaded.length;
    return loaded;
  }
  return inode.content.length === inode.size
    ? inode.content
    : inode.content.subarray(0, inode.size);
}

/** A folder has its own name, its `.` and the `..` of each folder in it. */
function linksOf(inode: Inode): number {
  const { links } = inode;
  if (inode.children === undefined || links === 0) return links;
  let folders = 2;
  for (const child of inode.children.values()) if (child.kind === "directory") folders++;
  return folders;
}
