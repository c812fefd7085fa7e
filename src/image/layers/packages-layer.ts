import path from "node:path";
import { QclockError } from "../../error.ts";
import { controlOf, parseControl } from "../../packages/deb/control.ts";
import type { InstalledPackage } from "../../packages/deb/dpkg-database.ts";
import type { FinishTarget } from "../../packages/deb/finish/finish.ts";
import { replayAlternatives } from "../../packages/deb/finish/script-alternatives.ts";
import { finishSteps } from "../../packages/deb/finish/steps.ts";
import { type FileOwner, replaces } from "../../packages/deb/replaces.ts";
import type { UnpackedEntry } from "../../packages/unpacked.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { addAccounts } from "../accounts.ts";
import { Diversions } from "./diverted.ts";
import { type DraftEntry, LayerDraft, mergeLayers } from "./draft.ts";
import { type Digest, toDigest } from "../../digest.ts";
import { finishTarget } from "./finish-view.ts";
import type { Layer } from "./layer.ts";
import type { MadeLayer } from "./layer-cache.ts";
import { writeLayer } from "./layer-tar.ts";
import { describeOrigin, type Origin } from "./origin.ts";
import { addDatabase } from "../package-database.ts";
import type { UnpackedPackages } from "../unpack/unpack-packages.ts";
import { type NoticeLevel, reportScripts } from "../unreplayed-scripts.ts";

export interface PackagesLayerRequest {
  readonly image: AssembledImage;
  readonly parentLayers: readonly Layer[];
  readonly epoch: number;
  readonly unpacked: UnpackedPackages;
  readonly store: Store;
  readonly onNotice: (message: string, level: NoticeLevel) => void;
  readonly signal: AbortSignal;
}

const DPKG = "var/lib/dpkg";
/** The top folders that Debian has merged into /usr; packages still ship files under the old names. */
const MERGED = ["bin", "sbin", "lib", "lib64"];

/**
 * The layer of an image's packages: their files, the accounts, the replayed effects of their scripts and
 * dpkg's database. Nothing of any package is run. `reads` tells which contents of the layers below had a part in it.
 *
 * Throws `file-conflict`, `disk-full`.
 */
export async function buildPackagesLayer(request: PackagesLayerRequest): Promise<MadeLayer> {
  const { image, epoch, store, signal } = request;
  const { spoolFolder } = request.unpacked;
  const installed = request.unpacked.installed.map((item) => ({
    name: item.name,
    control: controlOf(item),
    controlFiles: item.metadata,
    entries: item.entries,
  }));
  const draft = new LayerDraft(mergeLayers(request.parentLayers), epoch);
  if (request.parentLayers.length === 0 && installed.length > 0) addMergedFolders(draft);
  const reads = new Map<string, Digest>();
  const target = finishTarget(draft, request.parentLayers, reads);
  const below = await packagesBelow(target("dpkg"));
  addRunFolders(draft, installed);
  const diversions = new Diversions(installed, (at) => draft.resolve(at));
  addPackages(draft, installed, { spoolFolder, below, diversions });
  placeHardLinks(draft);
  await addAccounts(draft, target, image);
  for (const step of finishSteps) {
    // What a parent's packages needed is done, and may have been changed by its files since.
    if (installed.some(({ name }) => step.packages.includes(name))) {
      await step.apply(target(step.name));
    }
  }
  replayAlternatives(installed, target("alternatives"));
  await addDatabase(target, installed, diversions.toDatabase());
  const isPresent = (at: string): boolean => draft.find(draft.resolve(at)) !== undefined;
  reportScripts({ image: image.name, installed, isPresent }, request.onNotice);
  // Named as the package ships it or as it lies after the folders were merged.
  const allowed = new Set(image.setuid.map((at) => draft.resolve(at.slice(1))));
  const entries = draft.sorted().map((entry) => withoutSetuid(entry, allowed));
  return { layer: await writeLayer({ entries, kind: "packages", epoch, store, signal }), reads };
}

function addMergedFolders(draft: LayerDraft): void {
  const origin: Origin = { type: "step", step: "usr-merge" };
  for (const name of MERGED) {
    draft.addDirectory(origin, `usr/${name}`, { mode: 0o755 });
    draft.addLink(origin, name, `usr/${name}`);
  }
}

/** base-files' script turns these folders into links; done before any package puts something below them. */
function addRunFolders(draft: LayerDraft, installed: readonly InstalledPackage[]): void {
  if (!installed.some(({ name }) => name === "base-files")) return;
  const origin: Origin = { type: "step", step: "base-files" };
  draft.addDirectory(origin, "run/lock", { mode: 0o1777 });
  draft.addLink(origin, "var/run", "/run");
  draft.addLink(origin, "var/lock", "/run/lock");
}

/** The packages of the layers below, from their database. */
async function packagesBelow(view: FinishTarget): Promise<ReadonlyMap<string, FileOwner>> {
  const status = (await view.readText(`${DPKG}/status`)) ?? "";
  const paragraphs = status.split("\n\n").filter((text) => text.trim() !== "");
  return new Map(
    paragraphs.map((paragraph) => {
      const control = parseControl(paragraph.trim());
      const name = control.get("Package") ?? "";
      return [name, { name, control }];
    }),
  );
}

function addPackages(
  draft: LayerDraft,
  installed: readonly InstalledPackage[],
  options: {
    readonly spoolFolder: string;
    readonly below: ReadonlyMap<string, FileOwner>;
    readonly diversions: Diversions;
  },
): void {
  const { diversions } = options;
  const owners = new Map<string, FileOwner>();
  for (const item of basesFirst(installed)) {
    const origin: Origin = { type: "package", name: item.name };
    const spool = path.join(options.spoolFolder, item.name);
    for (const entry of item.entries) {
      if (entry.excluded || entry.path === "") continue;
      const place = (file: string): string => diversions.placeOf(file, item.name);
      const at = entry.type === "directory" ? draft.resolve(entry.path) : place(entry.path);
      const next = {
        ...toDraft(entry, origin, spool),
        path: at,
        ...(entry.type === "hardlink" ? { linkTarget: place(entry.linkTarget ?? "") } : {}),
      };
      const present = draft.find(at);
      const owner = owners.get(at) ?? options.below.get(ownerName(present));
      const isScaffold = draft.own(at)?.origin.type === "step";
      if (choose(present, next, { owner, item, isScaffold }) === "present") continue;
      draft.add(next);
      owners.set(at, item);
    }
  }
}

/** Which of two entries at one path stays. Throws `file-conflict` when the distribution allows neither. */
function choose(
  present: ReturnType<LayerDraft["find"]>,
  next: DraftEntry,
  options: {
    readonly owner: FileOwner | undefined;
    readonly item: FileOwner;
    /** Made by a step of this layer so that links have something to lead to. */
    readonly isScaffold: boolean;
  },
): "present" | "next" {
  const { owner, item, isScaffold } = options;
  if (present === undefined) return "next";
  if (present.type === "directory") {
    if (next.type === "directory") return isScaffold ? "next" : "present";
    // As dpkg does: a folder stays where another package has a link.
    if (next.type === "symlink") return "present";
  } else if (present.type === "symlink" && next.type === "directory") {
    return "next";
  }
  const isFolder = present.type === "directory";
  if (isSame(present, next) || (owner === undefined && !isFolder)) return "next";
  if (owner !== undefined && !isFolder && next.type !== "directory") {
    if (replaces(owner, item)) return "present";
    if (replaces(item, owner)) return "next";
  }
  throw conflict(present.path, owner?.name ?? describeOrigin(present.origin), item.name);
}

/** The package that an entry is from; empty for what a step or the manifest made. */
function ownerName(entry: ReturnType<LayerDraft["find"]>): string {
  return entry?.origin.type === "package" ? entry.origin.name : "";
}

/** base-files owns the skeleton; after it the order of names, so that the result does not depend on anything else. */
function basesFirst(installed: readonly InstalledPackage[]): readonly InstalledPackage[] {
  return installed.toSorted(
    (a, b) => Number(b.name === "base-files") - Number(a.name === "base-files"),
  );
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

/** In a sorted tar the file itself must come before its hard links, so the lowest path becomes the file. */
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

/** Privileges that a file gives by being run are taken away, but for those that the manifest names. */
function withoutSetuid(entry: DraftEntry, allowed: ReadonlySet<string>): DraftEntry {
  if (entry.type === "directory" || (entry.mode & 0o6000) === 0) return entry;
  return allowed.has(entry.path) ? entry : { ...entry, mode: entry.mode & 0o1777 };
}
