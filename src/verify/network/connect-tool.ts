import { readTar } from "../../archive/read-members.ts";
import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { searchPath } from "../services/program.ts";
import type { ConnectTool } from "./reachability.ts";

/**
 * A program of a container that can open connections, by its place in the container's PATH. Asks
 * for one file after the other, of which only the header is read: reading the whole image back for
 * it took seconds.
 */
export async function connectTool(
  engine: Pick<Engine, "getArchive">,
  container: {
    readonly containerId: string;
    /** Of the image: `PATH=/usr/bin:/bin`. */
    readonly environment: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<ConnectTool | undefined> {
  for (const type of ["bash", "busybox"] as const) {
    for (const folder of searchPath(container.environment)) {
      const path = `${folder}/${type}`;
      if (await isProgram(engine, { ...container, path })) return { type, path };
    }
  }
  return undefined;
}

async function isProgram(
  engine: Pick<Engine, "getArchive">,
  file: { readonly containerId: string; readonly path: string; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    const archive = await engine.getArchive(file.containerId, file.path, file.signal);
    // Leaving the loop ends the transfer.
    for await (const { type, mode } of readTar(archive, () => 0))
      return type === "symlink" || (type === "file" && (mode & 0o111) !== 0);
    return false;
  } catch (error) {
    if (engineStatus(error) === 404) return false;
    throw error;
  }
}
