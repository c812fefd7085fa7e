import {
  type BundleDocument,
  type BundleFile,
  pathInProject,
} from "../../image/bundle/document.ts";
import type { BundledFile } from "../../image/bundle/read.ts";
import type { Digest } from "../../stack/stack.ts";
import { holdsWhole, type Store } from "../../store/store.ts";

/** What goes into the store: always what the lock and its signatures need; the rest when it was asked for. */
export function wantedFiles(
  document: BundleDocument,
  { images, manifest }: { readonly images: boolean; readonly manifest: boolean },
): (entry: BundleFile) => boolean {
  const ofImages = new Set(
    document.images.flatMap((image) => [
      image.config,
      image.manifest,
      ...image.layers.map(({ digest }) => digest),
    ]),
  );
  return (entry) => {
    if (pathInProject(entry) !== undefined) return manifest;
    if (!entry.path.startsWith("blobs/")) return false;
    return images || !ofImages.has(`sha256:${entry.sha256}`);
  };
}

/** Into the store, or past it when that has the file; read to the end either way, so that each byte is proved. */
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
