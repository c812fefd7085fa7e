import { firstOf } from "../../count.ts";
import type { Digest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import { visible } from "../../visible.ts";
import type { Store } from "../../store/store.ts";
import { recallEntries } from "./layer-cache.ts";
import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";

const SHOWN = 10;

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
  const differences = before === undefined ? [] : differencesOf(before, made.entries);
  throw new QclockError(
    "digest-mismatch",
    `The scripts that were run for image "${image}" made ${made.diffId}, but the lock expects ${locked}.`,
    {
      details: firstOf(differences, SHOWN),
      hint: "Build again: a program may do the same only most of the time. To accept what it makes now, take the image's `run_layer` out of stack.lock.yaml.",
    },
  );
}

function differencesOf(
  before: Iterable<LayerEntry>,
  after: Iterable<LayerEntry>,
): readonly string[] {
  const [first, second] = [byPath(before), byPath(after)];
  const paths = [...new Set([...first.keys(), ...second.keys()])].toSorted();
  return paths.flatMap((path) => {
    const [one, other] = [first.get(path), second.get(path)];
    const name = `/${visible(path)}`;
    if (one === undefined) return [`${name}: not in the lock's layer`];
    if (other === undefined) return [`${name}: in the lock's layer alone`];
    return one === other ? [] : [`${name}: ${one} in the lock's layer, ${other} now`];
  });
}

function byPath(entries: Iterable<LayerEntry>): ReadonlyMap<string, string> {
  return new Map(Iterator.from(entries).map((entry) => [entry.path, describe(entry)]));
}

function describe({ type, mode, uid, gid, size, mtime, linkTarget, digest }: LayerEntry): string {
  const what = digest?.slice("sha256:".length, "sha256:".length + 12) ?? linkTarget ?? "";
  const parts = [type, mode.toString(8).padStart(4, "0"), `${uid}:${gid}`, `${size} B`];
  return [...parts, `time ${mtime}`, ...(what === "" ? [] : [visible(what)])].join(" ");
}
