import type { Engine } from "./engine.ts";

export interface FillVolumeRequest {
  /** A container that was never started, and has the volume mounted. */
  readonly containerId: string;
  /** The mount point: a folder of the container's root, such as `/volume`. */
  readonly target: string;
  /**
   * Makes the archive: a folder of the given name, which is the volume's own root with its owner
   * and mode, and what is to be in it.
   */
  readonly pack: (folder: string) => Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Put files into a volume, whose root gets the archive's owner and mode. The Engine does not touch
 * the folder that an archive is put into, so there it goes to the mount point's parent. podman
 * follows a mount only where the path of the call leads into it: put to the parent, the files would
 * be lost with the container.
 */
export async function fillVolume(
  engine: Pick<Engine, "info" | "putArchive">,
  { containerId, target, pack, signal }: FillVolumeRequest,
): Promise<void> {
  const { isPodman } = await engine.info(signal);
  if (isPodman) await engine.putArchive(containerId, target, pack("."), signal);
  else await engine.putArchive(containerId, "/", pack(target.slice(1)), signal);
}
