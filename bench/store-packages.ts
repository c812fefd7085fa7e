import { readdir, rm } from "node:fs/promises";
import path from "node:path";

/**
 * Remove the layers from a store of qclock's, and what it knows about them; downloaded packages
 * stay. A store that does not exist has none.
 */
export async function dropLayers(store: string): Promise<void> {
  const entries = path.join(store, "notes", "layer-entries");
  const notes = await readdir(entries).catch(() => []);
  for (const note of notes) {
    // Named after the layer's digest: sha256_<hex>.json
    const hex = /([0-9a-f]{64})\.json$/.exec(note)?.[1];
    if (hex === undefined) continue;
    await rm(path.join(store, "blobs", "sha256", hex.slice(0, 2), hex), { force: true });
  }
  await rm(entries, { recursive: true, force: true });
  await rm(path.join(store, "notes", "layer-by-inputs"), { recursive: true, force: true });
}
