import type { LayerEntry } from "./layer-entry.ts";

/** The part of an entry that resolving a path needs. */
export interface TreeEntry {
  readonly type: LayerEntry["type"];
  readonly linkTarget?: string;
}

const MAXIMUM_LINKS = 40;

/**
 * Where a path really leads: each folder on the way that is a symbolic link is followed, as the
 * kernel would; the last part is not. Without this a child's `lib/foo` would replace its parent's
 * link `/lib`. Paths have no leading slash. Throws when links go round in a circle or lead out of
 * the image.
 */
export function resolvePath(path: string, find: (path: string) => TreeEntry | undefined): string {
  let parts = path.split("/");
  const resolved: string[] = [];
  let links = 0;
  while (parts.length > 0) {
    const [part = "", ...rest] = parts;
    parts = rest;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      resolved.pop();
      continue;
    }
    resolved.push(part);
    if (rest.length === 0) break;
    const entry = find(resolved.join("/"));
    if (entry?.type !== "symlink") continue;
    if (++links > MAXIMUM_LINKS)
      throw new Error(`the links on the way to /${path} go round in a circle`);
    resolved.pop();
    const target = entry.linkTarget ?? "";
    if (target.startsWith("/")) resolved.length = 0;
    parts = [...target.split("/"), ...parts];
  }
  const real = resolved.join("/");
  // The same string rather than an equal one: there may be many paths.
  return real === path ? path : real;
}

/** Where a path leads when its last part is followed as well. */
export function followPath(path: string, find: (path: string) => TreeEntry | undefined): string {
  let current = resolvePath(path, find);
  for (let links = 0; links < MAXIMUM_LINKS; links++) {
    const entry = find(current);
    if (entry?.type !== "symlink") return current;
    const target = entry.linkTarget ?? "";
    const folder = current.slice(0, Math.max(0, current.lastIndexOf("/")));
    current = resolvePath(target.startsWith("/") ? target.slice(1) : `${folder}/${target}`, find);
  }
  throw new Error(`the links on the way to /${path} go round in a circle`);
}
