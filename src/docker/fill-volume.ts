import type { Engine } from "./engine.ts";

/** The volume's own root, as an entry of an archive. */
export interface VolumeRoot {
  /** Name of the folder: `volume`, or `.`. */
  readonly folder: string;
  readonly mode: number;
}

export interface FillVolumeRequest {
  /** A container that was never started, and has the volume mounted. */
  readonly containerId: string;
  /** The mount point: a folder of the container's root, such as `/volume`. */
  readonly target: string;
  /** Makes the archive: the volume's root with its owner, and what is to be in it. */
  readonly pack: (root: VolumeRoot) => Uint8Array;
  readonly signal: AbortSignal;
}

/**
 * Put files into a volume, whose root gets the archive's owner and mode. The Engine does not touch
 * the folder that an archive is put into, so there it goes to the mount point's parent. podman
 * follows a mount only where the path of the call leads into it: put to the parent, the files would
 * be lost with the container. And podman 5 leaves the root to root, so that everybody may look into
 * it there; the files have owners and modes of their own.
 */
export async function fillVolume(
  engine: Pick<Engine, "info" | "putArchive">,
  { containerId, target, pack, signal }: FillVolumeRequest,
): Promise<void> {
  const { isPodman } = await engine.info(signal);
  const [path, root] = isPodman
    ? [target, { folder: ".", mode: 0o555 }]
    : ["/", { folder: target.slice(1), mode: 0o550 }];
  await engine.putArchive(containerId, path, pack(root), signal);
}
