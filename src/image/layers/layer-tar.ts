import { open } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";
import { toStoreError } from "../../store/store-error.ts";
import type { Store } from "../../store/store.ts";
import { Turns } from "../../turns.ts";
import type { DraftEntry } from "./draft.ts";
import { EntryTable } from "./entry-table.ts";
import type { Layer } from "./layer.ts";
import { LayerSources } from "./layer-sources.ts";
import { contentRoom, headerRoom, TarWriter } from "./tar-writer.ts";

/**
 * Write entries as one uncompressed tar into the store, with no times but the one second-precise
 * mtime. The same entries give the same bytes on every machine. Entries must be sorted; each is
 * asked for when the one before it is written, so that very many need not be there together.
 */
export async function writeLayer(request: {
  readonly entries: Iterable<DraftEntry>;
  readonly kind: Layer["kind"];
  /** Newest mtime that an entry may have, seconds since 1970. */
  readonly epoch: number;
  readonly store: Store;
  readonly signal: AbortSignal;
}): Promise<Layer> {
  const { entries, kind, epoch, store, signal } = request;
  await using temporary = await store.createTemporary();
  const written = new EntryTable();
  let diffId: Digest;
  let sizeBytes: number;
  try {
    await using file = await open(temporary.path, "w");
    // `writeFile` goes on after a short write, as a disk that is nearly full gives; `write` does
    // not.
    const tar = new TarWriter((bytes) => file.writeFile(bytes));
    using sources = new LayerSources();
    const turns = new Turns();
    for (const entry of entries) {
      if (turns.isOver()) await turns.next();
      signal.throwIfAborted();
      const mtime = Math.min(entry.mtime, epoch);
      if (entry.isImplied === true) {
        written.add({ ...entry, mtime });
        continue;
      }
      if (!tar.hasRoom(headerRoom(entry))) await tar.makeRoom(headerRoom(entry));
      tar.putHeader(entry, mtime);
      if (entry.type !== "file") {
        written.add({ ...entry, mtime });
        continue;
      }
      const { offset } = tar;
      const digest = await putContent(tar, sources, entry);
      // The inputs' digest has been told as the layer's key, so other bytes must not go by it.
      if (entry.digest !== undefined && entry.digest !== digest) throw changedContent(entry);
      written.add({ ...entry, mtime, offset, digest });
    }
    ({ diffId, sizeBytes } = await tar.end());
  } catch (error) {
    throw toStoreError(error, store.directory);
  }
  const path = await temporary.commit(diffId);
  return { diffId, sizeBytes, path, kind, entries: written };
}

/** Returns the digest of an entry's content. Throws when that is not as long as its header says. */
async function putContent(
  tar: TarWriter,
  sources: LayerSources,
  entry: DraftEntry,
): Promise<Digest> {
  const bytes = sources.readAtOnce(entry);
  if (bytes !== undefined) {
    if (bytes.length !== entry.size) throw changedContent(entry);
    const room = contentRoom(entry.size);
    if (!tar.hasRoom(room)) await tar.makeRoom(room);
    return tar.putContent(bytes);
  }
  const { digest, sizeBytes } = await tar.writeContent(sources.read(entry));
  if (sizeBytes !== entry.size) throw changedContent(entry);
  tar.pad(entry.size);
  return digest;
}

/** The content of an entry is not what its digest says, or not as long. */
export function changedContent({
  path,
  content,
}: Pick<DraftEntry, "path" | "content">): QclockError {
  if (content?.type === "file") {
    return new QclockError("store-damaged", `What the store keeps of /${path} is damaged.`, {
      hint: "Build again: it is made anew. Have the disk checked.",
    });
  }
  return new QclockError("build-failed", `/${path} changed while it was read.`, {
    hint: "Build again when nothing writes to it.",
  });
}
