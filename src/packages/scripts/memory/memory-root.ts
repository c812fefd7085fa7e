import { type ScriptLimits, scriptLimits } from "../limits.ts";
import {
  type JournaledRoot,
  type NodeStatus,
  type OpenFile,
  type OpenOptions,
  type Owner,
  RootError,
  type RootErrorCode,
} from "../root.ts";
import { contentOf, type Inode, type LoadContent, statusOf } from "./inode.ts";
import { InodeTable } from "./inode-table.ts";
import { entriesBelow, entryOf, type RootEntry } from "./root-entry.ts";
import { type Place, walk } from "./walk.ts";

/** A node as the layers below have it. */
export interface AddedNode {
  readonly kind: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970; the root's own time when absent. */
  readonly mtime?: number;
  /** Of a symbolic link. */
  readonly target?: string;
  /** Of a file; with a function the size must be given. */
  readonly content?: Uint8Array | LoadContent;
  readonly size?: number;
  /** Handed back by `entries` for as long as the content stays what it was. */
  readonly origin?: unknown;
  /** Called whenever somebody asks for its status or its content. */
  readonly onUse?: () => void;
}

/**
 * A root that lies in memory; contents of the layers below are loaded when they are read. Folders
 * get a new time when something in them changes, as the kernel gives it.
 */
export class MemoryRoot implements JournaledRoot {
  readonly #root: Inode;
  readonly #nodes: InodeTable;
  readonly #now: number;
  #hasRemoved = false;

  constructor(options: {
    /** The time of what scripts change, in seconds since 1970. */
    readonly now: number;
    readonly limits?: Pick<ScriptLimits, "fileBytes" | "nodes">;
  }) {
    this.#now = options.now;
    this.#nodes = new InodeTable(options.now, options.limits ?? scriptLimits);
    this.#root = this.#nodes.make("directory", { mode: 0o755, isAdded: false });
    this.#root.links = 1;
    const dev = this.#nodes.make("directory", { mode: 0o755, isAdded: false, isVirtual: true });
    const nothing = this.#nodes.make("device", { mode: 0o666, isAdded: false, isVirtual: true });
    this.#nodes.attach(this.#root, "dev", dev);
    this.#nodes.attach(dev, "null", nothing);
  }

  /**
   * Put in what the layers below have. Folders on the way are made; what is there is replaced, but
   * a folder keeps what it holds.
   */
  add(path: string, node: AddedNode): void {
    const { parent, name, node: present } = this.#placeToAdd(path);
    const { kind, mode, uid = 0, gid = 0, mtime = this.#now } = node;
    if (present?.kind === "directory" && kind === "directory") {
      const isReal = present.isVirtual !== true;
      Object.assign(present, { mode, uid, gid, mtime, origin: node.origin });
      if (!isReal) Object.assign(present, { isVirtual: false });
      return;
    }
    const { content = new Uint8Array() } = node;
    const inode = this.#nodes.make(kind, { mode, isAdded: false, target: node.target });
    const size = node.size ?? (typeof content === "function" ? 0 : content.length);
    const { origin, onUse } = node;
    Object.assign(inode, { uid, gid, mtime, content, size, origin, onUse });
    if (present !== undefined) this.#nodes.detach(parent, name, present);
    this.#nodes.attach(parent, name, inode);
  }

  /** Put in a second name for a file of the layers below. Throws `EPERM` for that of a folder. */
  addLink(path: string, to: string): void {
    const target = this.#there(to, "keep");
    if (target.kind === "directory") throw new RootError("EPERM", path);
    const { parent, name, node } = this.#placeToAdd(path);
    if (node !== undefined) this.#nodes.detach(parent, name, node);
    this.#nodes.attach(parent, name, target);
  }

  /** Take out what the layers below have at a path, with all that is in it. */
  drop(path: string): void {
    if (this.entryAt(path) === undefined) return;
    const { parent, name, node } = this.#placeToAdd(path);
    if (node !== undefined && name !== "") this.#nodes.detach(parent, name, node);
  }

  /**
   * What `entries` gives with a path, which is followed nowhere: its folders are folders. Undefined
   * when nothing is there.
   */
  entryAt(path: string): RootEntry | undefined {
    let node: Inode | undefined = this.#root;
    for (const step of path.split("/")) {
      if (step !== "") node = node?.children?.get(step);
    }
    return node === undefined || node.isVirtual === true ? undefined : entryOf(path, node);
  }

  /**
   * Where a path is when links in its folders are followed, its last step excepted. Folders that
   * are missing stay as they are written. Throws `ELOOP`.
   */
  placeOf(path: string): string {
    const bare = path.replace(/\/+$/, "");
    const slash = bare.lastIndexOf("/");
    const name = bare.slice(slash + 1);
    if (slash <= 0 && name !== "..") return `/${name}`;
    if (/^\.{0,2}$/.test(name)) return this.#folderOf(bare);
    const folder = this.#folderOf(bare.slice(0, slash));
    return folder === "/" ? `/${name}` : `${folder}/${name}`;
  }

  #folderOf(path: string): string {
    const place = walk(this.#root, path, "follow");
    if (place === "ELOOP") throw new RootError(place, path);
    if (typeof place !== "string") {
      const { parent, name, node } = place;
      if (node?.kind === "directory") return pathOf(node);
      const above = pathOf(parent);
      return `${above === "/" ? "" : above}/${name}`;
    }
    // What is missing cannot be followed, so its dots are taken as they are written.
    const [, above = "", dots = ""] = /^(.*?)\/*\/(\.{1,2})$/.exec(path) ?? [];
    if (dots === ".") return this.#folderOf(above === "" ? "/" : above);
    if (dots === "..") {
      const folder = this.#folderOf(above === "" ? "/" : above);
      return folder.slice(0, Math.max(1, folder.lastIndexOf("/")));
    }
    return this.placeOf(path);
  }

  /** Whether anything was removed or moved by a script; what was added does not count. */
  get hasRemoved(): boolean {
    return this.#hasRemoved;
  }

  changeAs(changer: unknown): void {
    this.#nodes.changer = changer;
  }

  /**
   * Everything, each folder before what it holds, names sorted by bytes. What was moved deeper than
   * paths can be long is given as far as the first path that is too long.
   */
  *entries(): Generator<RootEntry> {
    yield* entriesBelow(this.#root, "");
  }

  begin(): void {
    this.#nodes.begin();
  }

  commit(): void {
    this.#nodes.commit();
  }

  rollback(): void {
    this.#nodes.rollback();
  }

  stat(path: string): NodeStatus | undefined {
    return statusAt(walk(this.#root, path, "follow"));
  }

  lstat(path: string): NodeStatus | undefined {
    return statusAt(walk(this.#root, path, "keep"));
  }

  readlink(path: string): string {
    const { target } = this.#there(path, "keep");
    if (target === undefined) throw new RootError("EINVAL", path);
    return target;
  }

  realpath(path: string): string {
    const { parent, name, node } = this.#place(path, "follow");
    if (node === undefined) throw new RootError("ENOENT", path);
    const folder = pathOf(parent);
    return folder === "/" ? `/${name}` : `${folder}/${name}`;
  }

  list(path: string): readonly string[] {
    const { children } = this.#there(path, "follow");
    if (children === undefined) throw new RootError("ENOTDIR", path);
    // Names are strings of bytes, so that code units sort as bytes do.
    return [...children.keys()].toSorted();
  }

  read(path: string): Uint8Array {
    const node = this.#there(path, "follow");
    if (node.kind === "directory") throw new RootError("EISDIR", path);
    node.onRead?.();
    node.onUse?.();
    return contentOf(node);
  }

  watchReads(path: string, onRead: () => void): void {
    const node = this.#there(path, "follow");
    const { onRead: before } = node;
    this.#nodes.note(() => {
      node.onRead = before;
    });
    node.onRead = onRead;
  }

  write(path: string, content: Uint8Array, mode = 0o644): void {
    const node = this.#toWrite(path, mode, false);
    if (node.kind === "device") return;
    this.#nodes.setContent(node, new Uint8Array(content), content.length);
  }

  append(path: string, content: Uint8Array, mode = 0o644): void {
    const node = this.#toWrite(path, mode, false);
    this.#nodes.writeAt(node, node.size, content);
  }

  open(path: string, { access, mode = 0o644, isExclusive = false }: OpenOptions): OpenFile {
    const node =
      access === "read" ? this.#there(path, "follow") : this.#toWrite(path, mode, isExclusive);
    if (access === "write" && node.kind === "file" && node.size > 0) {
      this.#nodes.setContent(node, new Uint8Array(), 0);
    }
    return {
      get status() {
        node.onUse?.();
        return statusOf(node);
      },
      readAt: (offset, length) => {
        if (node.kind === "directory") throw new RootError("EISDIR", path);
        node.onRead?.();
        node.onUse?.();
        return contentOf(node).subarray(offset, offset + length);
      },
      writeAt: (offset, bytes) => this.#nodes.writeAt(node, offset, bytes),
    };
  }

  mkdir(path: string, mode: number): void {
    const { parent, name } = this.#free(path);
    this.#nodes.create(
      parent,
      name,
      this.#nodes.make("directory", { mode: mode & 0o7777, isAdded: true }),
    );
  }

  symlink(target: string, path: string): void {
    if (target === "") throw new RootError("ENOENT", path);
    const { parent, name, isFolderName } = this.#free(path);
    if (isFolderName) throw new RootError("ENOENT", path);
    this.#nodes.create(
      parent,
      name,
      this.#nodes.make("symlink", { mode: 0o777, isAdded: true, target }),
    );
  }

  link(from: string, to: string): void {
    const node = this.#there(from, "keep");
    if (node.kind === "directory") throw new RootError("EPERM", from);
    const { parent, name, isFolderName } = this.#free(to);
    if (isFolderName) throw new RootError("ENOENT", to);
    this.#nodes.count(1);
    this.#nodes.attach(parent, name, node);
  }

  rename(from: string, to: string): void {
    const source = this.#place(from, "keep");
    this.#refuseLinkAsFolder(from);
    const goal = this.#place(to, "keep");
    const { node } = source;
    if (node === undefined) throw new RootError("ENOENT", from);
    if (/(?:^|\/)\.{1,2}\/*$/.test(from) || source.name === "") throw new RootError("EBUSY", from);
    if (/(?:^|\/)\.{1,2}\/*$/.test(to) || goal.name === "") throw new RootError("EBUSY", to);
    for (let at: Inode | undefined = goal.parent; at !== undefined; at = at.parent) {
      if (at === node) throw new RootError("EINVAL", to);
    }
    if (goal.node === node) return;
    if (goal.node === undefined) {
      if (goal.isFolderName && node.kind !== "directory") throw new RootError("ENOTDIR", to);
    } else {
      if (node.kind === "directory") {
        if (goal.node.kind !== "directory") throw new RootError("ENOTDIR", to);
        if ((goal.node.children?.size ?? 0) > 0) throw new RootError("ENOTEMPTY", to);
      } else if (goal.node.kind === "directory") throw new RootError("EISDIR", to);
      this.#nodes.detach(goal.parent, goal.name, goal.node);
    }
    this.#hasRemoved = true;
    this.#nodes.detach(source.parent, source.name, node);
    this.#nodes.attach(goal.parent, goal.name, node);
    this.#nodes.noteChange(node);
  }

  remove(path: string): void {
    const { parent, name, node } = this.#place(path, "keep");
    this.#refuseLinkAsFolder(path);
    if (node === undefined) throw new RootError("ENOENT", path);
    if (name === "" || node.isVirtual === true) throw new RootError("EBUSY", path);
    if (/(?:^|\/)\.{1,2}\/*$/.test(path)) throw new RootError("EINVAL", path);
    if (node.children !== undefined && node.children.size > 0) {
      throw new RootError("ENOTEMPTY", path);
    }
    this.#hasRemoved = true;
    this.#nodes.detach(parent, name, node);
  }

  /**
   * `link/` names the folder that a link leads to, and the kernel takes away neither by it. Asked
   * once the path is known to be no longer than paths are.
   */
  #refuseLinkAsFolder(path: string): void {
    const bare = path.replace(/\/+$/, "");
    if (bare !== path && this.lstat(bare)?.kind === "symlink") throw new RootError("ENOTDIR", path);
  }

  chmod(path: string, mode: number): void {
    const node = this.#there(path, "follow");
    const { mode: before } = node;
    this.#nodes.note(() => (node.mode = before));
    node.mode = mode & 0o7777;
    this.#nodes.noteChange(node);
  }

  chown(path: string, { uid, gid, isLinkItself = false }: Owner): void {
    const node = this.#there(path, isLinkItself ? "keep" : "follow");
    const before = { uid: node.uid, gid: node.gid, mode: node.mode };
    this.#nodes.note(() => Object.assign(node, before));
    node.uid = uid ?? node.uid;
    node.gid = gid ?? node.gid;
    // The kernel keeps a set-group-id bit without execution by the group, which means locking.
    if (node.kind === "file") node.mode &= (node.mode & 0o010) === 0 ? ~0o4000 : ~0o6000;
    this.#nodes.noteChange(node);
  }

  setTime(path: string, mtime = this.#now): void {
    this.#nodes.touch(this.#there(path, "follow"), mtime);
  }

  #place(path: string, lastLink: "follow" | "keep"): Place {
    const place = walk(this.#root, path, lastLink);
    if (typeof place === "string") throw new RootError(place, path);
    return place;
  }

  #there(path: string, lastLink: "follow" | "keep"): Inode {
    const { node } = this.#place(path, lastLink);
    if (node === undefined) throw new RootError("ENOENT", path);
    return node;
  }

  /** A place for a new node. */
  #free(path: string): Place {
    // The kernel does not follow a link here, not even by a slash at the end.
    const place = this.#place(path.replace(/(?<=[^/])\/+$/, ""), "keep");
    if (place.node !== undefined) throw new RootError("EEXIST", path);
    return { ...place, isFolderName: /[^/]\/+$/.test(path) };
  }

  /** A file to write into, made when it is not there; also by a dangling link. */
  #toWrite(path: string, mode: number, isExclusive: boolean): Inode {
    const { parent, name, node, isFolderName } = this.#place(path, isExclusive ? "keep" : "follow");
    if (node !== undefined) {
      let code: RootErrorCode | undefined;
      if (isExclusive) code = "EEXIST";
      else if (node.kind === "directory") code = "EISDIR";
      if (code !== undefined) throw new RootError(code, path);
      return node;
    }
    if (isFolderName) throw new RootError("EISDIR", path);
    const made = this.#nodes.make("file", { mode: mode & 0o7777, isAdded: true });
    this.#nodes.create(parent, name, made);
    return made;
  }

  #placeToAdd(path: string): Place {
    if (this.#nodes.isInTransaction) throw new Error("the layers below are complete by now");
    const names = path.split("/").filter((name) => name !== "");
    const name = names.pop() ?? "";
    let parent = this.#root;
    for (const each of names) {
      let folder = parent.children?.get(each);
      if (folder === undefined) {
        folder = this.#nodes.make("directory", { mode: 0o755, isAdded: false });
        this.#nodes.attach(parent, each, folder);
      }
      parent = folder;
    }
    const node = name === "" ? this.#root : parent.children?.get(name);
    return { parent, name, node, isFolderName: false };
  }
}

function statusAt(place: ReturnType<typeof walk>): NodeStatus | undefined {
  if (typeof place === "string" || place.node === undefined) return undefined;
  place.node.onUse?.();
  return statusOf(place.node);
}

/** Of a folder. */
function pathOf(folder: Inode): string {
  const names: string[] = [];
  for (let at: Inode | undefined = folder; at?.name !== undefined; at = at.parent) {
    names.push(at.name);
  }
  return `/${names.toReversed().join("/")}`;
}
