import type { NodeStatus } from "../root.ts";
import { type Inode, statusOf } from "./inode.ts";
import { LONGEST_PATH } from "./walk.ts";

/** A node as it is in the end. */
export interface RootEntry {
  /** Absolute. */
  readonly path: string;
  readonly status: NodeStatus;
  readonly target?: string;
  readonly origin?: unknown;
  /** Who made it or changed it last; undefined for what is as it was added. */
  readonly changedBy?: unknown;
}

/**
 * A folder and everything in it, each folder before what it holds, names sorted by bytes. What was
 * moved deeper than paths can be long is given as far as the first path that is too long. The path
 * of the root is empty.
 */
export function* entriesBelow(folder: Inode, path: string): Generator<RootEntry> {
  if (folder.isVirtual !== true) yield entryOf(path === "" ? "/" : path, folder);
  for (const name of [...(folder.children?.keys() ?? [])].toSorted()) {
    const child = folder.children?.get(name);
    if (child === undefined) continue;
    const isTooDeep = path.length > LONGEST_PATH;
    if (child.kind === "directory" && !isTooDeep) yield* entriesBelow(child, `${path}/${name}`);
    else if (child.isVirtual !== true) yield entryOf(`${path}/${name}`, child);
  }
}

/** A node as it is at a path. */
export function entryOf(path: string, inode: Inode): RootEntry {
  const { target, origin, changedBy } = inode;
  return {
    path,
    status: statusOf(inode),
    ...(target !== undefined && { target }),
    ...(origin !== undefined && { origin }),
    ...(changedBy !== undefined && { changedBy }),
  };
}
