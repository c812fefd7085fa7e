import type { ImageRecords } from "../../plan/images/built-images.ts";
import type { Store } from "../../store/store.ts";

const NOTE = "built-images";

/**
 * How many ids are kept of one fingerprint: a Dockerfile may give another image each time, on each
 * Engine.
 */
const KEPT = 16;

/**
 * Remember under which ids an Engine may have the image that was made from the inputs of a
 * fingerprint.
 */
export async function recordImage(
  store: Pick<Store, "readNote" | "writeNote">,
  fingerprint: string,
  ids: readonly string[],
): Promise<void> {
  const known = await readIds(store, fingerprint);
  if (ids.every((id) => known.includes(id))) return;
  await store.writeNote(NOTE, fingerprint, [...new Set([...ids, ...known])].slice(0, KEPT));
}

/**
 * What is recorded of these fingerprints. The values come from labels, so that any text may be
 * among them.
 */
export async function readImageRecords(
  store: Pick<Store, "readNote">,
  fingerprints: Iterable<string>,
): Promise<ImageRecords> {
  const wanted = new Set(fingerprints);
  const read = await Promise.all(
    Array.from(wanted, async (fingerprint) => {
      const ids = await readIds(store, fingerprint);
      return [fingerprint, new Set(ids)] as const;
    }),
  );
  return new Map(read.filter(([, ids]) => ids.size > 0));
}

async function readIds(
  store: Pick<Store, "readNote">,
  fingerprint: string,
): Promise<readonly string[]> {
  // A fingerprint names a file of the store.
  if (!/^sha256:[0-9a-f]{64}$/u.test(fingerprint)) return [];
  const note = await store.readNote(NOTE, fingerprint);
  return Array.isArray(note) ? note.filter((id) => typeof id === "string") : [];
}
