import path from "node:path";
import { shown } from "../../archive/name.ts";
import { toDigest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import { loadFamily } from "../../packages/families.ts";
import type { LeftScript, PlacementRules, ScriptTime } from "../../packages/installation.ts";
import type { LockTarget } from "../../packages/package.ts";
import { LimitReached } from "../../packages/scripts/limits.ts";
import { RootError } from "../../packages/scripts/root.ts";
import type { InstalledPackage, UnpackedEntry } from "../../packages/unpacked.ts";
import type { AssembledImage } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";
import { addAccounts } from "../accounts.ts";
import type { UnpackedPackages } from "../unpack/unpack-packages.ts";
import type { DraftEntry } from "./draft.ts";
import { ImageRoot } from "./image-root.ts";
import type { Layer } from "./layer.ts";
import type { MadeLayer } from "./layer-cache.ts";
import { writeLayer } from "./layer-tar.ts";
import { describeOrigin, type Origin } from "./origin.ts";

export interface PackagesLayerRequest {
  /** The packages are of its operating system, for its architecture. */
  readonly target: Pick<LockTarget, "os" | "architecture">;
  readonly image: AssembledImage;
  readonly parentLayers: readonly Layer[];
  readonly epoch: number;
  readonly unpacked: UnpackedPackages;
  readonly store: Store;
  /** Called after each script that was interpreted. */
  readonly onScript?: (script: ScriptTime) => void;
  readonly signal: AbortSignal;
}

export interface PackagesLayer extends MadeLayer {
  /** Scripts of packages that did not run to their end, and of which nothing is in the layer. */
  readonly left: readonly LeftScript[];
}

/**
 * The layer of an image's packages: their files, the accounts, what their scripts do, and the
 * package database. Scripts are interpreted, and nothing of any package is run. `reads` tells which
 * contents of the layers below had a part in it.
 *
 * Throws `file-conflict`, `package-corrupt`, `disk-full`.
 */
export async function buildPackagesLayer(request: PackagesLayerRequest): Promise<PackagesLayer> {
  const { target, image, epoch, parentLayers, unpacked, store, onScript, signal } = request;
  const reads = new Map<string, string>();
  const root = new ImageRoot({ below: parentLayers, epoch, reads });
  const family = await loadFamily(target.os);
  const laid = async (): Promise<Pick<PackagesLayer, "left"> & { entries: DraftEntry[] }> => {
    const left = await family.install({
      packages: unpacked.installed,
      isFirst: parentLayers.length === 0,
      architecture: target.architecture,
      root: root.root,
      resolve: (at) => root.resolve(at),
      scripts: image.scripts,
      answers: image.debconf,
      now: epoch,
      place: (item, rules) => addPackage(root, item, { rules, spoolFolder: unpacked.spoolFolder }),
      addAccounts: (templates) => addAccounts(root.root, { image, templates }),
      ...(onScript === undefined ? {} : { onScript }),
      signal,
    });
    // Named as the package ships it or as it lies after the folders were merged.
    const allowed = new Set(image.setuid.map((at) => root.resolve(at.slice(1))));
    return { left, entries: root.changes().map((entry) => withoutSetuid(entry, allowed)) };
  };
  const { left, entries } = await laid().catch((error: unknown) => {
    throw refusalBy(error, image.name);
  });
  const layer = await writeLayer({ entries, kind: "packages", epoch, store, signal });
  return { layer, reads, left };
}

/** What is in the way of files, steps and the database; anything else as it is. */
function refusalBy(error: unknown, image: string): unknown {
  if (!(error instanceof RootError) && !(error instanceof LimitReached)) return error;
  const where = error instanceof RootError ? `"${shown(error.path)}": ` : "";
  return new QclockError(
    "package-corrupt",
    `The packages of image "${image}" cannot be laid down: ${where}${error.message}.`,
    {
      cause: error,
      hint: "A package or its script has put something in the way of another one: leave it out, or set `scripts: none`.",
    },
  );
}

/** Put the files of a package into an image, where the package database of its family allows it. */
export function addPackage(
  root: ImageRoot,
  { name, entries }: Pick<InstalledPackage, "name" | "entries">,
  { rules, spoolFolder }: { readonly rules: PlacementRules; readonly spoolFolder: string },
): void {
  const origin: Origin = { type: "package", name };
  const spool = path.join(spoolFolder, name);
  const place = (file: string): string => {
    const at = root.resolve(file);
    const other = rules.divertedTo(at, name);
    return other === undefined ? at : root.resolve(other);
  };
  // Scripts may have moved folders since the package before.
  root.refresh();
  for (const entry of entries) {
    if (entry.excluded || entry.path === "") continue;
    const at = entry.type === "directory" ? root.resolve(entry.path) : place(entry.path);
    const next = {
      ...toDraft(entry, origin, spool),
      path: at,
      ...(entry.type === "hardlink" ? { linkTarget: place(entry.linkTarget ?? "") } : {}),
    };
    const present = root.find(at);
    const owner = ownerOf(present, name);
    if (choose(present, next, { rules, owner, name }) === "next") root.place(next);
  }
}

/**
 * Which of two entries at one path stays. Throws `file-conflict` when the distribution allows
 * neither.
 */
function choose(
  present: DraftEntry | undefined,
  next: DraftEntry,
  options: {
    readonly rules: Pick<PlacementRules, "replaces">;
    /** The package that the present entry is from. */
    readonly owner: string | undefined;
    /** The package of the next one. */
    readonly name: string;
  },
): "present" | "next" {
  const { rules, owner, name } = options;
  if (present === undefined) return "next";
  if (present.type === "directory") {
    // A step made it so that links have something to lead to.
    if (next.type === "directory") return present.origin.type === "step" ? "next" : "present";
    // A folder stays where another package has a link.
    if (next.type === "symlink") return "present";
  } else if (present.type === "symlink" && next.type === "directory") {
    return "next";
  }
  const isFolder = present.type === "directory";
  if (isSame(present, next) || (owner === undefined && !isFolder)) return "next";
  if (owner !== undefined && !isFolder && next.type !== "directory") {
    if (rules.replaces(owner, name)) return "present";
    if (rules.replaces(name, owner)) return "next";
  }
  throw conflict(present.path, owner ?? describeOrigin(present.origin), name);
}

/**
 * The package that an entry is from; undefined for what a step, a script or the manifest made, and
 * for the package itself.
 */
function ownerOf(entry: DraftEntry | undefined, name: string): string | undefined {
  if (entry?.origin.type !== "package" || entry.origin.name === name) return undefined;
  return entry.origin.name;
}

function toDraft(entry: UnpackedEntry, origin: Origin, spool: string): DraftEntry {
  const { path: at, type, mode, uid, gid, mtime, size, linkTarget, spoolOffset, sha256 } = entry;
  const { capabilities } = entry;
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
    ...(capabilities === undefined ? {} : { capabilities }),
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
 * Privileges that a file gives by being run are taken away, but for those that the manifest names.
 */
function withoutSetuid(entry: DraftEntry, allowed: ReadonlySet<string>): DraftEntry {
  const { type, mode, capabilities, ...rest } = entry;
  const isPlain = (mode & 0o6000) === 0 && capabilities === undefined;
  if (type === "directory" || isPlain || allowed.has(entry.path)) return entry;
  return { ...rest, type, mode: mode & 0o1777 };
}
