import { stat } from "node:fs/promises";
import { QclockError } from "../error.ts";
import type { Digest } from "../stack/stack.ts";

/**
 * Content-addressed files on the user's disk, shared by all stacks of the user and safe for several
 * processes at once. A cache: it may be deleted at any time, and what is read from it is checked or
 * was checked when it came in.
 */
export interface Store {
  /** Absolute path of the store's folder. */
  readonly directory: string;
  /** Path of the blob when the store holds it whole, else undefined. Cheap: one stat. */
  find(digest: Digest): Promise<string | undefined>;
  /** Take a stream in under its digest: written to a temporary name, hashed, fsynced, renamed. Throws `digest-mismatch` and keeps nothing when it differs. */
  put(digest: Digest, content: AsyncIterable<Uint8Array>): Promise<string>;
  /** Drop a blob, such as one that was found damaged. */
  remove(digest: Digest): Promise<void>;
  /** A file to write whose digest is known only at the end; `commit` moves it to its digest, disposal without it removes the file. */
  createTemporary(): Promise<TemporaryBlob>;
  /** Small derived facts by key (a digest of inputs), such as which layer some inputs gave. Undefined when absent or unreadable. */
  readNote(kind: string, key: string): Promise<unknown>;
  writeNote(kind: string, key: string, value: unknown): Promise<void>;
}

export interface TemporaryBlob extends AsyncDisposable {
  readonly path: string;
  /** Rename the finished file to its digest; the caller vouches for the digest. Returns the final path. */
  commit(digest: Digest): Promise<string>;
}

/**
 * Write a note that only saves time. A full disk must not stop a command that has nothing else to write: with it the user looks
 * at a stack and takes it down.
 */
export async function tryNote(
  store: Pick<Store, "writeNote">,
  ...note: Parameters<Store["writeNote"]>
): Promise<void> {
  try {
    await store.writeNote(...note);
  } catch (error) {
    const isStoreFull =
      error instanceof QclockError && ["disk-full", "store-unusable"].includes(error.code);
    if (!isStoreFull) throw error;
  }
}

/** Whether the store has a blob at its full size; one that was damaged since it came in is as good as absent. */
export async function holdsWhole(
  store: Pick<Store, "find">,
  digest: Digest,
  sizeBytes: number,
): Promise<boolean> {
  const file = await store.find(digest);
  if (file === undefined) return false;
  return stat(file).then(
    ({ size }) => size === sizeBytes,
    () => false,
  );
}
