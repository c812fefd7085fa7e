import {
  type BundleDocument,
  type BundleFile,
  blobPath,
  pathInProject,
} from "../../image/bundle/document.ts";
import type { BundledFile } from "../../image/bundle/read.ts";
import { lockedFiles, noSources } from "../../packages/lock/locked-files.ts";
import type { Lock } from "../../packages/package.ts";
import type { Digest } from "../../digest.ts";
import { holdsWhole, type Store } from "../../store/store.ts";

/**
 * Digests of what a bundle's lock, its signatures and, when they were asked for, its images name:
 * nothing else is taken in.
 */
export function neededBlobs(
  document: BundleDocument,
  lock: Lock,
  { images }: { readonly images: boolean },
): ReadonlySet<Digest> {
  const locked = document.targets.flatMap(({ target }) => {
    const found = lock.targets.get(target);
    return found === undefined ? [] : lockedFiles(found, noSources).map(({ digest }) => digest);
  });
  const evidence = document.targets.flatMap((target) =>
    target.evidence.flatMap(({ release, indexes }) => [release, ...Object.values(indexes)]),
  );
  const ofImages = document.images.flatMap((image) => [
    image.config,
    image.manifest,
    ...image.layers.map(({ digest }) => digest),
  ]);
  const run = runLayersIn(document, lock).map(({ digest }) => digest);
  return new Set([...locked, ...run, ...evidence, ...(images ? ofImages : [])]);
}

/** Layers of scripts that were run, which the lock names and the bundle holds. */
export function runLayersIn(
  document: BundleDocument,
  lock: Lock,
): readonly { readonly image: string; readonly digest: Digest }[] {
  const held = new Set(document.entries.map((entry) => entry.path));
  return document.targets.flatMap(({ target }) =>
    [...(lock.targets.get(target)?.images ?? [])].flatMap(([image, { runLayer }]) =>
      runLayer !== undefined && held.has(blobPath(runLayer)) ? [{ image, digest: runLayer }] : [],
    ),
  );
}

/**
 * Whether a file of a bundle is taken: one of the needed blobs, and, when it was asked for, one of
 * the project.
 */
export function isWanted(
  entry: BundleFile,
  needed: ReadonlySet<Digest>,
  { manifest }: { readonly manifest: boolean },
): boolean {
  if (pathInProject(entry) !== undefined) return manifest;
  return entry.path.startsWith("blobs/") && needed.has(`sha256:${entry.sha256}`);
}

/**
 * Into the store, or past it when that has the file; read to the end either way, so that each byte
 * is proved.
 */
export async function take(
  store: Store,
  { entry, content }: BundledFile,
): Promise<"added" | "held"> {
  const digest: Digest = `sha256:${entry.sha256}`;
  if (await holdsWhole(store, digest, entry.size)) {
    await drain(content);
    return "held";
  }
  await store.put(digest, content);
  return "added";
}

/** The same pieces, the size of each told. */
export async function* counting(
  content: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    onBytes(piece.length);
    yield piece;
  }
}

/** Read to the end, so that the content proves itself. */
export async function drain(content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of content);
}
