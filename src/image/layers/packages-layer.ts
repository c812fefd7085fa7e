import path from "node:path";
import { type Digest, toDigest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import type { OsName } from "../../os.ts";
import { loadFamily } from "../../packages/families.ts";
import type { Installation } from "../../packages/installation.ts";
import type { UnpackedEntry } from "../../packages/unpacked.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { addAccounts } from "../accounts.ts";
import type { UnpackedPackages } from "../unpack/unpack-packages.ts";
import { type NoticeLevel, reportScripts } from "../unreplayed-scripts.ts";
import { type DraftEntry, LayerDraft } from "./draft.ts";
import { imageViews } from "./image-view.ts";
import type { Layer } from "./layer.ts";
import type { MadeLayer } from "./layer-cache.ts";
import { writeLayer } from "./layer-tar.ts";
import { MergedLayers } from "./merged-layers.ts";
import { describeOrigin, type Origin } from "./origin.ts";

export interface PackagesLayerRequest {
  /** The packages are of its family. */
  readonly os: OsName;
  readonly image: AssembledImage;
  readonly parentLayers: readonly Layer[];
  readonly epoch: number;
  readonly unpacked: UnpackedPackages;
  readonly store: Store;
  readonly onNotice: (message: string, level: NoticeLevel) => void;
  readonly signal: AbortSignal;
}

/**
 * The layer of an image's packages: their files, the accounts, the replayed effects of their
 * scripts and the package database. Nothing of any package is run. `reads` tells which contents of
 * the layers below had a part in it.
 *
 * Throws `file-conflict`, `disk-full`.
 */
export async function buildPackagesLayer(request: PackagesLayerRequest): Promise<MadeLayer> {
  const { os, image, epoch, parentLayers, unpacked, store, signal } = request;
  const draft = new LayerDraft(new MergedLayers(parentLayers), epoch);
  const reads = new Map<string, Digest>();
  const viewFor = imageViews(draft, parentLayers, reads);
  const family = await loadFamily(os);
  const installation = await family.install({
    packages: unpacked.installed,
    isFirst: parentLayers.length === 0,
    viewFor,
    resolve: (at) => draft.resolve(at),
  });
  addPackages(draft, installation, unpacked.spoolFolder);
  placeHardLinks(draft);
  await addAccounts(draft, viewFor("accounts"), { image, templates: installation.accounts });
  await installation.finish();
  reportScripts(image.name, installation.unreplayed(), request.onNotice);
  // Named as the package ships it or as it lies after the folders were merged.
  const allowed = new Set(image.setuid.map((at) => draft.resolve(at.slice(1))));
  const entries = draft.sorted().map((entry) => withoutSetuid(entry, allowed));
  return { layer: await writeLayer({ entries, kind: "packages", epoch, store, signal }), reads };
}

function addPackages(draft: LayerDraft, installation: Installation, spoolFolder: string): void {
  const owners = new Map<string, string>();
  for (const { name, entries } of installation.packages) {
    const origin: Origin = { type: "package", name };
    const spool = path.join(spoolFolder, name);
    const place = (file: string): string => installation.placeOf(file, name);
    for (const entry of entries) {
      if (entry.excluded || entry.path === "") continue;
      const at = entry.type === "directory" ? draft.resolve(entry.path) : place(entry.path);
      const next = {
        ...toDraft(entry, origin, spool),
        path: at,
        ...(entry.type === "hardlink" ? { linkTarget: place(entry.linkTarget ?? "") } : {}),
      };
      const present = draft.find(at);
      const owner = owners.get(at) ?? ownerBelow(present, installation);
      const isScaffold = draft.own(at)?.origin.type === "step";
      const chosen = choose(present, next, { installation, owner, name, isScaffold });
      if (chosen === "present") continue;
      draft.add(next);
      owners.set(at, name);
    }
  }
}

/**
 * Which of two entries at one path stays. Throws `file-conflict` when the distribution allows
 * neither.
 */
function choose(
  present: ReturnType<LayerDraft["find"]>,
  next: DraftEntry,
  options: {
    readonly installation: Pick<Installation, "replaces">;
    /** The package that the present entry is from. */
    readonly owner: string | undefined;
    /** The package of the next one. */
    readonly name: string;
    /** Made by a step of this layer so that links have something to lead to. */
    readonly isScaffold: boolean;
  },
): "present" | "next" {
  const { installation, owner, name, isScaffold } = options;
  if (present === undefined) return "next";
  if (present.type === "directory") {
    if (next.type === "directory") return isScaffold ? "next" : "present";
    // A folder stays where another package has a link.
    if (next.type === "symlink") return "present";
  } else if (present.type === "symlink" && next.type === "directory") {
    return "next";
  }
  const isFolder = present.type === "directory";
  if (isSame(present, next) || (owner === undefined && !isFolder)) return "next";
  if (owner !== undefined && !isFolder && next.type !== "directory") {
    if (installation.replaces(owner, name)) return "present";
    if (installation.replaces(name, owner)) return "next";
  }
  throw conflict(present.path, owner ?? describeOrigin(present.origin), name);
}

/**
 * The package of a layer below that an entry is from; undefined for what a step or the manifest
 * made.
 */
function ownerBelow(
  entry: ReturnType<LayerDraft["find"]>,
  { below }: Installation,
): string | undefined {
  if (entry?.origin.type !== "package") return undefined;
  return below.has(entry.origin.name) ? entry.origin.name : undefined;
}

function toDraft(entry: UnpackedEntry, origin: Origin, spool: string): DraftEntry {
  const { path: at, type, mode, uid, gid, mtime, size, linkTarget, spoolOffset, sha256 } = entry;
  return {
    path: at,
    type,
    mode,
    uid,
    gid,
    mtime,
    size,
    origin,
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(sha256 === undefined ? {} : { digest: toDigest(sha256) }),
    ...(spoolOffset === undefined
      ? {}
      : { content: { type: "file", file: spool, offset: spoolOffset } }),
  };
}

function isSame(a: Omit<DraftEntry, "content">, b: DraftEntry): boolean {
  return (
    a.type === b.type && a.mode === b.mode && a.digest === b.digest && a.linkTarget === b.linkTarget
  );
}

function conflict(at: string, first: string, second: string): QclockError {
  return new QclockError(
    "file-conflict",
    `Both ${first} and ${second} install /${at}, with different content.`,
    {
      hint: "Leave one of the two out of the image's packages.",
    },
  );
}

/**
 * In a sorted tar the file itself must come before its hard links, so the lowest path becomes the
 * file.
 */
function placeHardLinks(draft: LayerDraft): void {
  const groups = new Map<string, DraftEntry[]>();
  for (const entry of draft.sorted()) {
    if (entry.type !== "hardlink" || entry.linkTarget === undefined) continue;
    const target = draft.resolve(entry.linkTarget);
    groups.set(target, [...(groups.get(target) ?? []), entry]);
  }
  for (const [target, links] of groups) {
    const file = draft.own(target);
    if (file === undefined) continue;
    const [lowest, ...others] = [file, ...links].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    if (lowest === undefined) continue;
    draft.add({ ...file, path: lowest.path });
    for (const other of others) {
      const { content: _, digest: __, ...rest } = file;
      draft.add({ ...rest, path: other.path, type: "hardlink", size: 0, linkTarget: lowest.path });
    }
  }
}

/**
 * Privileges that a file gives by being run are taken away, but for those that the manifest names.
 */
function withoutSetuid(entry: DraftEntry, allowed: ReadonlySet<string>): DraftEntry {
  if (entry.type === "directory" || (entry.mode & 0o6000) === 0) return entry;
  return allowed.has(entry.path) ? entry : { ...entry, mode: entry.mode & 0o1777 };
}
