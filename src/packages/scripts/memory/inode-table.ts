import { LimitReached, type ScriptLimits } from "../limits.ts";
import type { NodeKind } from "../root.ts";
import { contentOf, type Inode } from "./inode.ts";
import { Journal } from "./journal.ts";

/** The nodes of a root: made, counted, and changed so that all of it can be taken back. */
export class InodeTable {
  readonly #journal = new Journal();
  readonly #limits: Pick<ScriptLimits, "fileBytes" | "nodes">;
  readonly #now: number;
  #nextId = 1;
  #bytes = 0;
  #nodes = 0;
  /** Who changes what is changed from now on. */
  changer: unknown;

  /** `now` is the time of what is changed, in seconds since 1970. */
  constructor(now: number, limits: Pick<ScriptLimits, "fileBytes" | "nodes">) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Whether what is changed may still be taken back. */
  get isInTransaction(): boolean {
    return this.#journal.transaction !== 0;
  }

  begin(): void {
    const bytes = this.#bytes;
    const nodes = this.#nodes;
    const nextId = this.#nextId;
    this.#journal.begin();
    this.#journal.note(() => {
      this.#bytes = bytes;
      this.#nodes = nodes;
      this.#nextId = nextId;
    });
  }

  commit(): void {
    this.#journal.commit();
  }

  rollback(): void {
    this.#journal.rollback();
  }

  /** Notes how a change is taken back. */
  note(undo: () => void): void {
    this.#journal.note(undo);
  }

  /** A node that is in no folder yet. */
  make(
    kind: NodeKind,
    options: {
      readonly mode: number;
      readonly isAdded: boolean;
      readonly target?: string | undefined;
      readonly isVirtual?: boolean;
    },
  ): Inode {
    const { mode, isAdded, target, isVirtual } = options;
    return {
      kind,
      id: this.#nextId++,
      mode,
      uid: 0,
      gid: 0,
      mtime: this.#now,
      links: 0,
      ...(kind === "directory" && { children: new Map<string, Inode>() }),
      ...(target !== undefined && { target }),
      content: new Uint8Array(),
      size: 0,
      contentOf: -1,
      charged: 0,
      isAdded,
      ...(isVirtual !== undefined && { isVirtual }),
    };
  }

  /** Writes into a file; a device takes it and keeps nothing. */
  writeAt(node: Inode, offset: number, bytes: Uint8Array): void {
    if (node.kind === "device" || bytes.length === 0) return;
    const end = offset + bytes.length;
    node.onUse?.();
    const before = contentOf(node);
    const { transaction } = this.#journal;
    const buffer = typeof node.content === "function" ? before : node.content;
    const isOwn = transaction !== 0 && node.contentOf === transaction && buffer.length >= end;
    const size = Math.max(end, node.size);
    if (isOwn) {
      buffer.set(bytes, offset);
      this.#charge(node, size);
      node.size = size;
      return;
    }
    this.#charge(node, size);
    const grown = new Uint8Array(node.contentOf === transaction ? Math.max(2 * size, 256) : size);
    grown.set(before);
    grown.set(bytes, offset);
    this.setContent(node, grown, size);
  }

  /** Gives a file another content, of which the first `size` bytes count. */
  setContent(node: Inode, content: Uint8Array, size: number): void {
    this.#charge(node, size);
    const { transaction } = this.#journal;
    if (node.contentOf !== transaction || transaction === 0) {
      const { content: before, size: sizeBefore, contentOf: owner, charged, origin } = node;
      this.#journal.note(() => {
        Object.assign(node, { content: before, size: sizeBefore, contentOf: owner, charged });
        node.origin = origin;
      });
    }
    Object.assign(node, { content, size, contentOf: transaction, origin: undefined });
    if (size > 0) node.onRead = undefined;
    this.touch(node, this.#now);
    this.noteChange(node);
  }

  /** Notes who changes it. */
  noteChange(node: Inode): void {
    const { changedBy: before } = node;
    if (before === this.changer) return;
    this.#journal.note(() => (node.changedBy = before));
    node.changedBy = this.changer;
  }

  /** Gives it a time, in seconds since 1970. */
  touch(node: Inode, mtime: number): void {
    const { mtime: before } = node;
    if (before === mtime) return;
    this.#journal.note(() => (node.mtime = before));
    node.mtime = mtime;
  }

  /** Counts nodes that scripts make. Throws `LimitReached`. */
  count(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#limits.nodes) throw new LimitReached("nodes");
  }

  /**
   * Puts a node that a script made into a folder. A folder with a set-group-id bit hands its group
   * on, and the bit to folders, as the kernel does. Source: inode(7).
   */
  create(parent: Inode, name: string, node: Inode): void {
    this.count(1);
    if ((parent.mode & 0o2000) !== 0) {
      node.gid = parent.gid;
      if (node.kind === "directory") node.mode |= 0o2000;
    }
    node.changedBy = this.changer;
    this.attach(parent, name, node);
  }

  /** Puts a node into a folder by a name. */
  attach(parent: Inode, name: string, node: Inode): void {
    const { parent: above, name: before, links } = node;
    this.#journal.note(() => {
      parent.children?.delete(name);
      node.links = links;
      if (above === undefined || before === undefined) {
        delete node.parent;
        delete node.name;
      } else Object.assign(node, { parent: above, name: before });
    });
    parent.children?.set(name, node);
    node.links++;
    if (node.kind === "directory") Object.assign(node, { parent, name });
    this.touch(parent, this.#now);
  }

  /** Takes a node out of a folder; the last name takes its content along. */
  detach(parent: Inode, name: string, node: Inode): void {
    this.#journal.note(() => {
      parent.children?.set(name, node);
      node.links++;
    });
    parent.children?.delete(name);
    node.links--;
    this.touch(parent, this.#now);
    if (node.links > 0) return;
    if (node.isAdded) this.#nodes--;
    const { charged } = node;
    this.#journal.note(() => (node.charged = charged));
    this.#bytes -= charged;
    node.charged = 0;
  }

  #charge(node: Inode, size: number): void {
    this.#bytes += size - node.charged;
    node.charged = size;
    if (this.#bytes > this.#limits.fileBytes) throw new LimitReached("fileBytes");
  }
}
