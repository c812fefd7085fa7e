import { lstat, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import type { Pack } from "tar-fs";
import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { QclockError } from "../../error.ts";
import type { Service } from "../../stack/stack.ts";
import type { Owner } from "../services/user.ts";
import { meansContent } from "./place.ts";

/** The container that something is copied into. */
export interface CopyTarget {
  readonly engine: Engine;
  readonly containerId: string;
  readonly service: Service;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Copy a file or folder of this machine into a container, owned by the user that it runs as. */
export async function copyIn(
  target: CopyTarget,
  source: { readonly path: string; readonly followLink: boolean; readonly owner: Owner },
): Promise<void> {
  // A link with a slash behind it is what it leads to. The name is the link's own in any case.
  const isFollowed = source.followLink || /\/\.?$/.test(source.path);
  const plain = isFollowed
    ? await realpath(source.path).catch(() => "")
    : path.resolve(source.path);
  const found = await lstat(plain).catch(() => undefined);
  if (found === undefined) throw new QclockError("copy-failed", `There is no ${source.path}.`);
  const place = await placeFor(target, { source: source.path, isFolder: found.isDirectory() });
  const { pack } = (await import("tar-fs")).default;
  const base = path.basename(plain);
  const archive =
    place.name === undefined
      ? pack(plain, { entries: await readdir(plain), map: (header) => owned(header, source.owner) })
      : pack(path.dirname(plain), {
          entries: [base],
          map: (header) => ({
            ...owned(header, source.owner),
            name: `${place.name}${header.name.slice(base.length)}`,
          }),
        });
  await send(target, place.folder, readable(archive, source.path));
}

/** Unpack a tar in a folder of a container; its owners and modes are the tar's own. */
export async function unpackIn(
  target: CopyTarget,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { folder, name } = await placeFor(target, { source: ".", isFolder: true });
  if (name !== undefined)
    throw new QclockError("copy-failed", `There is no folder ${target.path} in the container.`);
  await send(target, folder, archive);
}

async function send(
  { engine, containerId, service, signal }: CopyTarget,
  folder: string,
  archive: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    await engine.putArchive(containerId, folder, archive, signal);
  } catch (error) {
    // The Engine has a status of its own for everything else, and says this with any.
    if (engineStatus(error) === undefined || !isReadOnlyAt(service, folder)) throw error;
    throw new QclockError("copy-failed", `Service "${service.name}" may only read ${folder}.`, {
      cause: error,
      hint: "Copy into one of its volumes; into a tmpfs: qclock exec -T SERVICE sh -c 'cat > FILE' < FILE.",
    });
  }
}

/**
 * A file that cannot be read is not the Engine's fault. An archive reads as soon as it is there, so
 * that it may have failed before the Engine takes any of it.
 */
function readable(archive: Pack, source: string): AsyncIterable<Uint8Array> {
  let failure: Error | undefined;
  archive.once("error", (error) => void (failure = error));
  const read = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (failure !== undefined) throw failure;
      for await (const chunk of archive) if (chunk instanceof Uint8Array) yield chunk;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new QclockError("copy-failed", `${source} cannot be read: ${reason}.`, {
        cause: error,
      });
    }
  };
  return read();
}

function owned<Header extends object>(header: Header, { uid, gid }: Owner): Header {
  return { ...header, uid, gid, uname: "", gname: "" };
}

/**
 * The folder of the container that is unpacked in, and the name that the source gets there; none
 * for what a folder holds. By the rules of docker cp.
 */
async function placeFor(
  { engine, containerId, path: asked, signal }: CopyTarget,
  { source, isFolder }: { readonly source: string; readonly isFolder: boolean },
): Promise<{ readonly folder: string; readonly name?: string }> {
  let at = asked;
  let present = await engine.statPath(containerId, at, signal);
  if (present?.type === "symlink") {
    at = present.linkTarget ?? at;
    present = await engine.statPath(containerId, at, signal);
  }
  const isContent = isFolder && meansContent(source);
  if (present?.type === "directory")
    return isContent ? { folder: at } : { folder: at, name: path.basename(path.resolve(source)) };
  if (present !== undefined && isFolder)
    throw new QclockError("copy-failed", `${asked} is a file, and ${source} a folder.`);
  if (present === undefined && asked.endsWith("/") && !isFolder) throw noFolder(asked);
  const bare = at.replace(/\/+$/, "");
  const folder = path.posix.dirname(bare);
  if (present === undefined) {
    const above = await engine.statPath(containerId, `${folder}/`, signal);
    if (above?.type !== "directory") throw noFolder(folder);
  }
  return { folder, name: path.posix.basename(bare) };
}

function noFolder(folder: string): QclockError {
  return new QclockError("copy-failed", `There is no folder ${folder} in the container.`);
}

/** Whether nothing can be written at a path, by what the service's container was made with. */
export function isReadOnlyAt(
  { mounts, hardening }: Pick<Service, "mounts" | "hardening">,
  folder: string,
): boolean {
  const [deepest] = mounts
    .filter(({ target }) => `${folder}/`.startsWith(`${target}/`))
    .toSorted((one, other) => other.target.length - one.target.length);
  return deepest?.readOnly ?? hardening.readOnlyRoot;
}
