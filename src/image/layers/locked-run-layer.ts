import { firstOf } from "../../count.ts";
import type { Digest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import type { Store } from "../../store/store.ts";
import { byPath, compareFiles } from "../compare-files.ts";
import { recallEntries } from "./layer-cache.ts";
import type { Layer } from "./layer.ts";

const SHOWN = 10;
const NAMES = ["in the lock's layer", "now"] as const;

/**
 * What scripts make that are run may be another thing each time, and the lock says which one was
 * looked at. Throws `digest-mismatch` for another one, with the paths that differ where the store
 * knows the former.
 */
export async function refuseOtherRunLayer(
  image: string,
  { locked, made, store }: { readonly locked: Digest; readonly made: Layer; readonly store: Store },
): Promise<void> {
  if (locked === made.diffId) return;
  const before = await recallEntries(locked, store);
  const differences =
    before === undefined ? [] : compareFiles(byPath(before), byPath(made.entries), NAMES);
  throw new QclockError(
    "digest-mismatch",
    `The scripts that were run for image "${image}" made ${made.diffId}, but the lock expects ${locked}.`,
    {
      details: firstOf(differences, SHOWN),
      hint: "Build again: a program may do the same only most of the time. To accept what it makes now, take the image's `run_layer` out of stack.lock.yaml.",
    },
  );
}
