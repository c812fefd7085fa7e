import { QclockError } from "../../../error.ts";
import type { Store } from "../../../store/store.ts";

/** The newest revision that was seen of each repository, and the newest that was signed. */
const [SEEN, SEEN_SIGNED] = ["repomd-revision", "repomd-revision-signed"];

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
 * since. Undefined when it is no older; else a sentence for the user. Anybody could write another
 * revision into metadata that nobody signed, so that this decides nothing: what is older than such
 * is told, whoever signed it.
 *
 * Throws `signature-invalid` for signed metadata that is older than other signed metadata was.
 */
export async function compareRevision(seen: SeenRevision): Promise<string | undefined> {
  const { revision, key, isSigned, store } = seen;
  const now = toNumber(revision);
  if (now === undefined) return undefined;
  if (isSigned) {
    const signed = toNumber(await store.readNote(SEEN_SIGNED, key));
    if (signed !== undefined && now < signed) {
      throw new QclockError("signature-invalid", `${olderThan(seen, signed)}.`, {
        hint: "The mirror lags, or somebody holds back updates: try again or take another mirror. To go back on purpose, use a store of its own with QCLOCK_STORE.",
      });
    }
    if (now !== signed) await store.writeNote(SEEN_SIGNED, key, String(now));
  }
  const newest = toNumber(await store.readNote(SEEN, key));
  if (newest !== undefined && now < newest) {
    return `${olderThan(seen, newest)}: the mirror lags, or somebody holds back updates.`;
  }
  if (now !== newest) await store.writeNote(SEEN, key, String(now));
  return undefined;
}

function olderThan({ url, revision }: SeenRevision, newest: number): string {
  return `${url} is of revision ${Number(revision)}, older than ${newest}, which was seen before`;
}

/** Other texts than numbers cannot be compared, nor can the store's note that was cut short. */
function toNumber(revision: unknown): number | undefined {
  return typeof revision === "string" && /^\d{1,15}$/.test(revision) ? Number(revision) : undefined;
}
