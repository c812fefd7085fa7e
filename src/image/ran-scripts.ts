import type { Digest } from "../digest.ts";
import type { ScriptToRun } from "../packages/script-run.ts";
import type { Store } from "../store/store.ts";

/** A script of a package that was run when an image was made. */
export type RanScript = Pick<ScriptToRun, "package" | "script">;

/** Which scripts made a layer by being run: a note in the store. */
const RAN_SCRIPTS = "ran-scripts";

export async function rememberRanScripts(
  layer: Digest,
  ran: readonly RanScript[],
  store: Pick<Store, "writeNote">,
): Promise<void> {
  const scripts = ran.map(({ package: name, script }) => ({ package: name, script }));
  await store.writeNote(RAN_SCRIPTS, layer, scripts);
}

/** Undefined for every other layer, and for one that was not made here. */
export async function recallRanScripts(
  layer: Digest,
  store: Pick<Store, "readNote">,
): Promise<readonly RanScript[] | undefined> {
  const note = await store.readNote(RAN_SCRIPTS, layer);
  // The store is the user's own; its notes' shape alone is looked at.
  return Array.isArray(note) ? (note as readonly RanScript[]) : undefined;
}

/** Their packages, each once. */
export function packagesOf(ran: readonly Pick<RanScript, "package">[]): string {
  return [...new Set(ran.map((script) => script.package))].toSorted().join(", ");
}
