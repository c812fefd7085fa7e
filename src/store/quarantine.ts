import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Digest } from "../digest.ts";
import { openStore } from "./disk-store.ts";
import { toStoreError } from "./store-error.ts";
import type { Store } from "./store.ts";

/**
 * A store for what is not believed yet, over one that finds what it has. What is not accepted goes
 * when it is disposed of.
 */
export interface Quarantine extends Store, AsyncDisposable {
  /**
   * Move what came in into the store below; of these digests what that has already stays as it is.
   */
  accept(digests: Iterable<Digest>): Promise<void>;
}

/** Open a quarantine on the disk of a store, in a folder of its own. */
export async function openQuarantine(store: Store): Promise<Quarantine> {
  const folder = path.join(store.directory, "tmp", `quarantine-${randomUUID()}`);
  const inner = await openStore(folder);
  return {
    directory: folder,
    find: async (digest) => (await inner.find(digest)) ?? (await store.find(digest)),
    put: (digest, content) => inner.put(digest, content),
    remove: (digest) => inner.remove(digest),
    createTemporary: () => inner.createTemporary(),
    readNote: (kind, key) => inner.readNote(kind, key),
    noteKeys: (kind) => inner.noteKeys(kind),
    writeNote: (kind, key, value) => inner.writeNote(kind, key, value),
    readNoteBytes: (kind, key) => inner.readNoteBytes(kind, key),
    writeNoteBytes: (kind, key, pieces) => inner.writeNoteBytes(kind, key, pieces),
    async accept(digests) {
      for (const digest of digests) {
        const file = await inner.find(digest);
        if (file === undefined) continue;
        await using place = await store.createTemporary();
        await rename(file, place.path).catch((error: unknown) => {
          throw toStoreError(error, store.directory);
        });
        await place.commit(digest);
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
