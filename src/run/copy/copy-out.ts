import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { Engine, PathStat } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import { meansContent } from "./place.ts";
import { unpackTree } from "./tree-writer.ts";

/** What of a container is copied. */
export interface CopySource {
  readonly engine: Engine;
  readonly containerId: string;
  readonly path: string;
  /** Copy what a link leads to, not the link. */
  readonly followLink: boolean;
  readonly signal: AbortSignal;
}

/** Copy a file or folder of a container to this machine. Resolves with the number of files. */
export async function copyOut(
  source: CopySource,
  { target, onLeftOut }: { readonly target: string; readonly onLeftOut: (text: string) => void },
): Promise<number> {
  const { engine, containerId, signal } = source;
  const found = await findSource(source);
  if (found.path === "/") {
    throw new QclockError("copy-failed", "A whole root is copied as a tar alone.", {
      hint: "qclock cp SERVICE:/ - > root.tar",
    });
  }
  const place = await placeFor(source.path, { isFolder: found.type === "directory", target });
  const archive = await engine.getArchive(containerId, found.path, signal);
  return await unpackTree({ archive, target: place, onLeftOut, signal });
}

/** The Engine's tar of a file or folder of a container, as it is. */
export async function openArchive(source: CopySource): Promise<AsyncIterable<Uint8Array>> {
  const found = await findSource(source);
  return await source.engine.getArchive(source.containerId, found.path, source.signal);
}

async function findSource({
  engine,
  containerId,
  path: asked,
  followLink,
  signal,
}: CopySource): Promise<PathStat & { readonly path: string }> {
  const bare = meansContent(asked) ? asked.replace(/\/+\.?$/, "") || "/" : asked;
  const found = await engine.statPath(containerId, bare, signal);
  if (found === undefined) throw missing(asked);
  // As here, a link with a slash behind it is what it leads to.
  if (found.type !== "symlink" || !(followLink || /\/\.?$/.test(asked)))
    return { ...found, path: bare };
  const linked = await engine.statPath(containerId, found.linkTarget ?? "", signal);
  if (linked === undefined) throw missing(found.linkTarget ?? "");
  return { ...linked, path: found.linkTarget ?? "" };
}

/**
 * Where on this machine a source goes, by the rules of docker cp: into a folder that is there, else
 * to a new name in one that is.
 */
async function placeFor(
  source: string,
  { isFolder, target }: { readonly isFolder: boolean; readonly target: string },
): Promise<string> {
  const present = await stat(target).catch(() => undefined);
  if (present?.isDirectory() === true) {
    const folder = await realpath(target);
    return meansContent(source) ? folder : path.join(folder, path.posix.basename(source));
  }
  if (present !== undefined) {
    if (isFolder) throw refused(`${target} is a file, and ${source} a folder.`);
    // A link that the user names is one to what it leads to.
    return await realpath(target);
  }
  if (target.endsWith("/") && !isFolder) throw refused(`There is no folder ${target}.`);
  const plain = path.resolve(target);
  const above = await stat(path.dirname(plain)).catch(() => undefined);
  if (above?.isDirectory() !== true) throw refused(`There is no folder ${path.dirname(plain)}.`);
  return path.join(await realpath(path.dirname(plain)), path.basename(plain));
}

function missing(name: string): QclockError {
  return new QclockError("copy-failed", `There is no ${name} in the container.`, {
    hint: "What a tmpfs holds is not seen by cp: qclock exec -T SERVICE cat FILE shows it.",
  });
}

function refused(message: string): QclockError {
  return new QclockError("copy-failed", message);
}
