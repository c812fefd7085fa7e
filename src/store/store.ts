import { stat } from "node:fs/promises";
import type { Digest } from "../digest.ts";

/**
 * Content-addressed files on the user's disk, shared by all stacks of the user and safe for several
 * processes at once. A cache: it may be deleted at any time, and what is read from it is checked or
 * was checked when it came in.
 */
export interface Store {
  /** Absolute path of the store's folder. */
  readonly directory: string;
  /**
   * Path of the blob when the store holds it whole, else undefined. Cheap, one stat, where the file
   * is this user's alone; one that another user may have written is read and compared with its
   * digest.
   */
  find(digest: Digest): Promise<string | undefined>;
  /**
   * Take a stream in under its digest: written to a temporary name, hashed, fsynced, renamed.
   * Throws `digest-mismatch` and keeps nothing when it differs.
   */
  put(digest: Digest, content: AsyncIterable<Uint8Array>): Promise<string>;
  /** Drop a blob, such as one that was found damaged. */
  remove(digest: Digest): Promise<void>;
  /**
   * A file to write whose digest is known only at the end; `commit` moves it to its digest,
   * disposal without it removes the file.
   */
  createTemporary(): Promise<TemporaryBlob>;
  /**
   * Small derived facts by key (a digest of inputs), such as which layer some inputs gave.
   * Undefined when absent, unreadable, or written by another user.
   */
  readNote(kind: string, key: string): Promise<unknown>;
  /**
   * Keep such a fact. A note only saves time, so that one that cannot be written (a full disk, a
   * store that is closed to us) is left out: a command that has nothing else to write still does
   * its work.
   */
  writeNote(kind: string, key: string, value: unknown): Promise<void>;
  /**
   * The keys of a kind that have a note, such as `sha256_0123…`: what cannot be in a file's name is
   * `_`.
   */
  noteKeys(kind: string): Promise<ReadonlySet<string>>;
  /**
   * As `readNote`, of what `writeNoteBytes` kept: facts on so many things that their JSON would
   * fill the memory. Undefined also when it is damaged.
   */
  readNoteBytes(kind: string, key: string): Promise<Buffer | undefined>;
  /** As `writeNote`. A piece may change when the next is asked for. */
  writeNoteBytes(kind: string, key: string, pieces: Iterable<Uint8Array>): Promise<void>;
}

export interface TemporaryBlob extends AsyncDisposable {
  readonly path: string;
  /**
   * Rename the finished file to its digest; the caller vouches for the digest. Returns the final
   * path.
   */
  commit(digest: Digest): Promise<string>;
}

/**
 * Whether the store has a blob at its full size; one that was damaged since it came in is as good
 * as absent.
 */
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
