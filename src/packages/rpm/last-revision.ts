import { QclockError } from "../../error.ts";
import type { Store } from "../../store/store.ts";

/** The newest revision that was seen of each repository. */
const NOTE = "repomd-revision";

/** A repository's metadata as it was just read. */
export interface SeenRevision {
  /** As `repomd.xml` says it: mostly seconds since 1970. */
  readonly revision: string;
  /** Tells the repository from others. */
  readonly key: string;
  readonly url: string;
  /** Whether a trusted key signed it. */
  readonly isSigned: boolean;
  readonly store: Store;
}

/**
 * Compare the revision of a repository's metadata with the newest one that was seen, and remember
 * it when it is newer: an old state with its old signature would hold back every security update
 * since. Undefined when it is no older; else a sentence for the user. He alone can tell a mirror
 * that lags, since anybody could write another revision into metadata that nobody signed.
 *
 * Throws `signature-invalid` for signed metadata that is older.
 */
export async function compareRevision(seen: SeenRevision): Promise<string | undefined> {
  const { revision, key, url, isSigned, store } = seen;
  const now = toNumber(revision);
  if (now === undefined) return undefined;
  const newest = toNumber(await store.readNote(NOTE, key));
  if (newest !== undefined && now < newest) {
    const message = `${url} is of revision ${now}, older than ${newest}, which was seen before`;
    if (!isSigned) return `${message}: the mirror lags, or somebody holds back updates.`;
    throw new QclockError("signature-invalid", `${message}.`, {
      hint: "The mirror lags, or somebody holds back updates: try again or take another mirror. To go back on purpose, use a store of its own with QCLOCK_STORE.",
    });
  }
  if (now !== newest) await store.writeNote(NOTE, key, String(now));
  return undefined;
}

/** Other texts than numbers cannot be compared, nor can the store's note that was cut short. */
function toNumber(revision: unknown): number | undefined {
  return typeof revision === "string" && /^\d{1,15}$/.test(revision) ? Number(revision) : undefined;
}
