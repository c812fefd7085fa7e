import { by } from "../../order.ts";
import path from "node:path";
import {
  BUNDLE_SCHEMA,
  type BundleDocument,
  isFileEntry,
  LOCK_NAME,
} from "../../image/bundle/document.ts";
import { describeImage, imageMembers } from "../../image/bundle/images.ts";
import {
  type BundleMember,
  bytesMember,
  storedMember,
  writeBundle,
} from "../../image/bundle/write.ts";
import { targetKey } from "../../packages/lock/lock-packages.ts";
import type { RunContext } from "../context.ts";
import { prepareImages } from "../images/prepare-images.ts";
import {
  gatherEvidence,
  gatherImages,
  gatherLocked,
  gatherRunLayers,
  type Sources,
  type Targets,
} from "./gather.ts";
import { countedInPhase } from "../execution/phase.ts";
import { collectProject } from "./project.ts";

export interface SaveOptions extends Sources {
  /** Also the images, assembled. */
  readonly images: boolean;
  /** Also the manifest and what it points at. */
  readonly manifest: boolean;
  /** Every target of the lock instead of the stack's own. */
  readonly allTargets: boolean;
}

/** A bundle that is ready to be written: everything that goes into it is at hand. */
export interface PreparedBundle {
  readonly document: Omit<BundleDocument, "entries">;
  /** How many files are in it, and their bytes. */
  readonly files: number;
  readonly sizeBytes: number;
  /** Packages that no signature in the bundle vouches for, as `name version`. */
  readonly unproved: readonly string[];
  /** Its bytes. That they go out is told as a phase. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

/**
 * Everything that a machine without a network needs of a stack, as one stream of bytes that depend
 * on the stack, its lock and the options alone. What the store lacks is fetched first.
 *
 * Throws what locking, fetching and assembling throw.
 */
export async function prepareBundle(
  context: RunContext,
  options: SaveOptions,
): Promise<PreparedBundle> {
  const { stack, store } = context;
  const prepared = await prepareImages(context);
  const own = targetKey(stack);
  const targets: Targets = new Map(
    [...prepared.lock.targets].filter(([name]) => options.allTargets || name === own),
  );
  const locked = await gatherLocked(context, options, targets);
  const evidence = await gatherEvidence(context, options, targets);
  warnOfUnproved(context, evidence.unproved);
  const { images, lock } = options.images
    ? await gatherImages(context, prepared)
    : { images: [], lock: prepared.lock };
  const project = options.manifest ? await gatherProject(context) : [];

  // Loaded here: with a fresh lock nothing else needs it.
  const { formatLock } = await import("../../packages/lock/file.ts");
  const first = bytesMember(LOCK_NAME, Buffer.from(formatLock(lock)));
  const run = await gatherRunLayers(context, lock, targets);
  const blobs = new Set([...locked, ...run, ...evidence.blobs]);
  const stored = await Promise.all([...blobs].map((blob) => storedMember(store, blob)));
  const members = [
    first,
    ...sorted([...stored, ...(await imageMembers(images, store))]),
    ...project,
  ];
  const sizeBytes = members.reduce((sum, { entry }) => sum + sizeOf(entry), 0);
  const document: PreparedBundle["document"] = {
    schema: BUNDLE_SCHEMA,
    version: context.version,
    stack: stack.name,
    lock: `sha256:${first.entry.sha256}`,
    targets: evidence.targets,
    images: images.map((image) => describeImage(image, own)),
    ...(options.manifest ? { manifest: path.basename(stack.manifestPath) } : {}),
  };
  const phase = { phase: "bundle:write", title: "Writing the bundle", total: sizeBytes };
  return {
    document,
    files: members.length,
    sizeBytes,
    unproved: evidence.unproved,
    content: () => countedInPhase(context, phase, writeBundle(document, members)),
  };
}

async function gatherProject({ stack, emit }: RunContext): Promise<readonly BundleMember[]> {
  const { members, leftOut } = await collectProject(stack);
  if (leftOut.length > 0) {
    const message = `Not in the bundle, to be brought another way: ${leftOut.join(", ")}.`;
    emit({ type: "notice", level: "info", message });
  }
  return members;
}

function warnOfUnproved({ emit }: RunContext, unproved: readonly string[]): void {
  if (unproved.length === 0) return;
  emit({
    type: "notice",
    level: "warning",
    message: `Nothing in the bundle proves that these are the distribution's: ${unproved.join(", ")}.`,
    hint: "The other machine takes them with --allow-unsigned alone. `qclock lock --update` moves them to versions that the mirror lists.",
  });
}

/** Each path once, by path: blobs before the files of the layout, which name them. */
function sorted(members: readonly BundleMember[]): readonly BundleMember[] {
  const byPath = new Map(members.map((member) => [member.entry.path, member]));
  return [...byPath.values()].toSorted(by(({ entry }) => entry.path));
}

function sizeOf(entry: BundleMember["entry"]): number {
  return isFileEntry(entry) ? entry.size : 0;
}
