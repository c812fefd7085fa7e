import type { Architecture } from "../../os.ts";
import { MACHINE_HEAD_BYTES, machineOf, runsOn } from "../machine.ts";
import type { Layer } from "./layer.ts";
import type { LayerEntry } from "./layer-entry.ts";
import { readHeads } from "./read-entry.ts";

/**
 * Programs and libraries of a layer that no machine of an architecture runs, as `/usr/bin/tool
 * (arm64)`. For layers of the project's own: what packages hold is for the architecture that their
 * signed index names.
 */
export async function findForeignPrograms(
  layer: Layer,
  architecture: Architecture,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const [{ path }, head] of readHeads(layer, MACHINE_HEAD_BYTES, mayRun)) {
    const machine = machineOf(head);
    if (machine !== undefined && !runsOn(machine, architecture))
      found.push(`/${path} (${machine})`);
  }
  return found;
}

function mayRun({ path, mode }: LayerEntry): boolean {
  return (mode & 0o111) !== 0 || /\.so(?:\.|$)/.test(path);
}
