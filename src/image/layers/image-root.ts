import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { shown } from "../../archive/name.ts";
import { comparePaths } from "../../archive/path-order.ts";
import { QclockError } from "../../error.ts";
import { whiteoutIn } from "../../whiteout.ts";
import { fromText } from "../../packages/scripts/bytes.ts";
import { MemoryRoot } from "../../packages/scripts/memory/memory-root.ts";
import type { RootEntry } from "../../packages/scripts/memory/root-entry.ts";
import { LONGEST_PATH } from "../../packages/scripts/memory/walk.ts";
import { seenOf } from "./below.ts";
import type { ContentSource, DraftEntry } from "./draft.ts";
import { isOfPackages, type Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { changedContent } from "./layer-tar.ts";
import { describeOrigin, type Origin } from "./origin.ts";

/** What is at a path as a layer below or a package has it. */
class Placed {
  readonly entry: DraftEntry;
  readonly isBelow: boolean;

  constructor(entry: DraftEntry, isBelow: boolean) {
    this.entry = entry;
    this.isBelow = isBelow;
  }
}

/**
 * An image while its packages are laid down: the layers below, and over them what packages, steps
 * and scripts put there. What differs from the layers below is the new layer.
 */
export class ImageRoot {
  readonly root: MemoryRoot;
  readonly #epoch: number;
  readonly #below: readonly Layer[];
  readonly #reads: Map<string, string>;
  /** The last folder of which it is known where it is: most paths have that of the one before. */
  #folder: { readonly written: string; readonly real: string } | undefined;

  /**
   * `reads` gets what was seen of the project's files that a script looked at: what it made may
   * depend on them.
   */
  constructor(options: {
    readonly below: readonly Layer[];
    readonly epoch: number;
    readonly reads: Map<string, string>;
  }) {
    const { below, epoch, reads } = options;
    this.root = new MemoryRoot({ now: epoch });
    this.#epoch = epoch;
    this.#below = below;
    this.#reads = reads;
    for (const layer of below) this.#addLayer(layer);
  }

  /** The entry of a package or a layer below at a resolved path, and what a script made of it. */
  find(path: string): DraftEntry | undefined {
    const found = this.root.entryAt(toRoot(path));
    return found === undefined ? undefined : this.#toDraft(found, path);
  }

  /** Where a path is when the folders on the way that are links are followed. */
  resolve(path: string): string {
    const slash = path.lastIndexOf("/");
    const written = path.slice(0, Math.max(0, slash));
    const name = path.slice(slash + 1);
    if (/^\.{0,2}$/.test(name)) return this.#placeOf(path);
    if (written === "") return name;
    if (this.#folder?.written !== written) {
      const real = this.#placeOf(`${written}/.`);
      this.#folder = { written, real };
    }
    const { real } = this.#folder;
    return real === "" ? name : `${real}/${name}`;
  }

  /** Forget what is known of folders: something may have been moved. */
  refresh(): void {
    this.#folder = undefined;
  }

  /**
   * Put an entry at its path, which has to be resolved; folders that are missing are made. A link
   * that leads to a folder stays where the entry is a folder. Throws `file-conflict` where a file
   * is in a folder's place.
   */
  place(entry: DraftEntry): void {
    const { path, type, linkTarget } = entry;
    if (type === "symlink") this.#folder = undefined;
    if (type === "directory" && this.#leadsToFolder(path)) return;
    this.#addFolders(path, entry.origin);
    const target = linkTarget === undefined ? undefined : toRoot(this.resolve(linkTarget));
    if (type === "hardlink" && target !== undefined && this.root.entryAt(target) !== undefined) {
      this.root.addLink(toRoot(path), target);
      return;
    }
    this.#add(new Placed(entry, false));
  }

  /** What differs from the layers below, with the folders above it, sorted by path. */
  changes(): readonly DraftEntry[] {
    const changed = new Map<string, DraftEntry>();
    const inodes = new Map<string, number>();
    const above: RootEntry[] = [];
    for (const found of this.root.entries()) {
      if (found.path === "/") continue;
      const { kind, inode } = found.status;
      while (above.length > 0 && !found.path.startsWith(`${above.at(-1)?.path}/`)) above.pop();
      const path = fromRoot(found);
      if (!this.#isAsBelow(found, path)) {
        for (const folder of above) {
          const at = fromRoot(folder);
          if (!changed.has(at)) changed.set(at, this.#toDraft(folder, at));
        }
        changed.set(path, this.#toDraft(found, path));
        if (kind === "file") inodes.set(path, inode);
      }
      if (kind === "directory") above.push(found);
    }
    if (this.root.hasRemoved) this.#addWhiteouts(changed);
    return linked(
      [...changed.values()].toSorted((a, b) => comparePaths(a.path, b.path)),
      inodes,
    );
  }

  #addLayer(layer: Layer): void {
    for (const entry of layer.entries) {
      const { path, type, linkTarget, offset, digest } = entry;
      if (type === "whiteout") {
        this.root.drop(toRoot(path));
        continue;
      }
      if (type === "hardlink") {
        this.root.addLink(toRoot(path), toRoot(linkTarget ?? ""));
        continue;
      }
      const content: ContentSource | undefined =
        offset === undefined ? undefined : { type: "file", file: layer.path, offset };
      const { offset: _, ...known } = entry;
      const isProjects = !isOfPackages(layer) && type === "file" && digest !== undefined;
      this.#add(
        new Placed({ ...known, ...(content === undefined ? {} : { content }) }, true),
        isProjects ? () => this.#reads.set(path, seenOf(entry)) : undefined,
      );
    }
  }

  #add(placed: Placed, onUse?: () => void): void {
    const { path, type, mode, uid, gid, mtime, size, content, linkTarget } = placed.entry;
    this.root.add(toRoot(path), {
      kind: type === "directory" || type === "symlink" ? type : "file",
      mode,
      uid,
      gid,
      mtime: Math.min(mtime, this.#epoch),
      size,
      origin: placed,
      ...(linkTarget === undefined ? {} : { target: fromText(linkTarget) }),
      ...(content === undefined ? {} : { content: () => readContent(placed.entry) }),
      ...(onUse === undefined ? {} : { onUse }),
    });
  }

  #leadsToFolder(path: string): boolean {
    const found = this.root.entryAt(toRoot(path));
    return (
      found?.status.kind === "symlink" && this.root.stat(`/${toRoot(path)}`)?.kind === "directory"
    );
  }

  #addFolders(path: string, origin: Origin): void {
    const slash = path.lastIndexOf("/");
    if (slash <= 0) return;
    const folder = path.slice(0, slash);
    const present = this.find(folder);
    if (present?.type === "directory") return;
    if (present !== undefined) throw conflictBelow(present, origin);
    this.#addFolders(folder, origin);
    const owner = { uid: 0, gid: 0, mtime: this.#epoch };
    const made = { path: folder, type: "directory", mode: 0o755, size: 0, origin } as const;
    this.#add(new Placed({ ...made, ...owner }, false));
  }

  #placeOf(path: string): string {
    return Buffer.from(this.root.placeOf(`/${toRoot(path)}`), "latin1")
      .toString("utf8")
      .slice(1);
  }

  #isAsBelow({ status, origin }: RootEntry, path: string): boolean {
    if (!(origin instanceof Placed) || !origin.isBelow) return false;
    const { mode, uid, gid } = origin.entry;
    const isMoved = origin.entry.path !== path;
    if (isMoved && !this.#isLinkBelow(path, origin.entry.path)) return false;
    return mode === status.mode && uid === status.uid && gid === status.gid;
  }

  /** Whether a layer below has the path as another name of a file. */
  #isLinkBelow(path: string, target: string): boolean {
    const found = this.#findBelow(path);
    return found?.type === "hardlink" && found.linkTarget === target;
  }

  #findBelow(path: string): LayerEntry | undefined {
    for (const layer of this.#below.toReversed()) {
      const found = layer.entries.find(path);
      if (found !== undefined) return found.type === "whiteout" ? undefined : found;
    }
    return undefined;
  }

  #toDraft({ status, target, origin, changedBy }: RootEntry, path: string): DraftEntry {
    const { kind, mode, uid, gid, mtime } = status;
    if (origin instanceof Placed) return { ...origin.entry, path, mode, uid, gid };
    const base = { path, mode, uid, gid, mtime, origin: originOf(changedBy) };
    if (kind === "symlink") {
      const linkTarget = asText(target ?? "", () =>
        refusal(changedBy, "makes a link to a name that is not UTF-8", path),
      );
      return { ...base, type: "symlink", size: 0, linkTarget };
    }
    if (kind === "directory") return { ...base, type: "directory", size: 0 };
    const bytes = this.root.read(`/${toRoot(path)}`);
    return { ...base, type: "file", size: bytes.length, content: { type: "bytes", bytes } };
  }

  /** For each path that the layers below have and the image no longer has. */
  #addWhiteouts(changed: Map<string, DraftEntry>): void {
    const gone = new Set<string>();
    for (const { entries } of this.#below) {
      for (const { path, type } of entries) {
        if (type === "whiteout" || this.root.entryAt(toRoot(path)) !== undefined) continue;
        if (this.#findBelow(path) !== undefined) gone.add(path);
      }
    }
    for (const path of gone) {
      const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
      const above = changed.get(folder) ?? this.find(folder);
      const isImplied = folder !== "" && (gone.has(folder) || above?.type !== "directory");
      if (!isImplied && above !== undefined) this.#keepFolders(folder, changed);
      changed.set(path, {
        path,
        type: "whiteout",
        mode: 0,
        uid: 0,
        gid: 0,
        mtime: 0,
        size: 0,
        origin: { type: "step", step: "scripts" },
        ...(isImplied ? { isImplied } : {}),
      });
    }
  }

  #keepFolders(path: string, changed: Map<string, DraftEntry>): void {
    for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      const folder = this.find(at);
      if (!changed.has(at) && folder !== undefined) changed.set(at, folder);
    }
  }
}

/**
 * Of a file with several names the lowest one holds it, since the file has to come before its links
 * in a tar; the others are links to that.
 */
function linked(
  sorted: readonly DraftEntry[],
  inodes: ReadonlyMap<string, number>,
): readonly DraftEntry[] {
  const firstNames = new Map<number, string>();
  return sorted.map((entry) => {
    const inode = entry.type === "file" ? inodes.get(entry.path) : undefined;
    if (inode === undefined) return entry;
    const first = firstNames.get(inode);
    if (first === undefined) {
      firstNames.set(inode, entry.path);
      return entry;
    }
    const { content: _, digest: __, ...rest } = entry;
    return { ...rest, type: "hardlink", size: 0, linkTarget: first };
  });
}

/**
 * Waits for the disk: scripts are interpreted without a pause. What a script makes of a content is
 * compared with nothing later, so that the content is compared here. Throws `store-damaged`.
 */
function readContent(entry: DraftEntry): Uint8Array {
  const { content, size, digest } = entry;
  if (content?.type === "bytes") return content.bytes;
  if (content?.type !== "file") throw new Error("a file of the project is read by its own room");
  const buffer = Buffer.alloc(size);
  const descriptor = openSync(content.file, "r");
  try {
    for (let at = 0; at < size;) {
      const length = readSync(descriptor, buffer, at, size - at, content.offset + at);
      if (length === 0) throw changedContent(entry);
      at += length;
    }
  } finally {
    closeSync(descriptor);
  }
  if (digest !== undefined && digest !== `sha256:${hash("sha256", buffer, "hex")}`)
    throw changedContent(entry);
  return buffer;
}

/** As the root writes paths: bytes, and no slash before them is needed. */
function toRoot(path: string): string {
  // oxlint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(path) ? path : fromText(path);
}

/** A path as layers write it. Throws `package-corrupt` for a name that no layer can hold. */
function fromRoot({ path, changedBy }: RootEntry): string {
  if (path.length > LONGEST_PATH) {
    throw refusal(changedBy, "makes a file in more folders than a path can name", path);
  }
  const text = asText(path, () => refusal(changedBy, "makes a file whose name is not UTF-8", path));
  if (whiteoutIn(text) !== undefined) {
    throw refusal(changedBy, "makes a file by whose name the Engine would remove another", path);
  }
  return text.slice(1);
}

/** The text that bytes of the root stand for. Throws what `refuse` makes when they are none. */
function asText(bytes: string, refuse: () => Error): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  const text = Buffer.from(bytes, "latin1").toString("utf8");
  if (fromText(text) !== bytes) throw refuse();
  return text;
}

function refusal(changer: unknown, what: string, path: string): QclockError {
  const origin = originOf(changer);
  const who = origin.type === "script" ? `A script of package ${origin.package}` : "A step";
  const name = shown(Buffer.from(path, "latin1").toString("utf8"));
  return new QclockError("package-corrupt", `${who} ${what}: "${name}".`, {
    hint: "Set `scripts: none` for this image, or leave the package out.",
  });
}

function conflictBelow(present: DraftEntry, origin: Origin): QclockError {
  const [one, other] = [present.origin, origin].map(describeOrigin);
  return new QclockError(
    "file-conflict",
    `For ${one} /${present.path} is a file, and ${other} installs files below it.`,
    { hint: "Leave one of the two out of the image's packages." },
  );
}

function originOf(changer: unknown): Origin {
  if (isOrigin(changer)) return changer;
  throw new Error("nobody said who changes the image");
}

/** Those who change the root are given by the rooms that do. */
function isOrigin(changer: unknown): changer is Origin {
  return typeof changer === "object" && changer !== null && "type" in changer;
}
