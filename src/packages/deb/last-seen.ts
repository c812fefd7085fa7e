import { QclockError } from "../../error.ts";
import type { Store } from "../../store/store.ts";
import type { ReleaseFile } from "./release-file.ts";

/**
 * The newest date that was seen of each suite, so that nobody can serve an older state with its old
 * signature.
 */
const NOTE = "release-date";

/**
 * Refuse a release file that is older than one of the same suite that was seen before, else
 * remember its date. Without a limit such as Valid-Until, an old file with a good signature would
 * hold back every security update since.
 *
 * Throws `signature-invalid`.
 */
export async function refuseOlder(
  { date }: Pick<ReleaseFile, "date">,
  at: { readonly suite: string; readonly url: string; readonly store: Store },
): Promise<void> {
  const { suite, url, store } = at;
  const seen = toSeen(await store.readNote(NOTE, suite));
  if (seen !== undefined && date < seen) {
    throw new QclockError(
      "signature-invalid",
      `${url} is of ${date.toISOString()}, older than the one of ${seen.toISOString()} that was seen before.`,
      {
        hint: "The mirror lags, or somebody holds back updates: try again or take another mirror. To go back on purpose, use a store of its own with QCLOCK_STORE.",
      },
    );
  }
  if (seen?.getTime() === date.getTime()) return;
  await store.writeNote(NOTE, suite, date.toISOString());
}

/** The store's own note; one that was cut short does not parse. */
function toSeen(note: unknown): Date | undefined {
  const date = new Date(typeof note === "string" ? note : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
