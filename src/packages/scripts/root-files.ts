import { fromText } from "./bytes.ts";
import { makeFolders } from "./commands/mkdir.ts";
import { folderOf } from "./commands/paths.ts";
import type { Owner, ScriptRoot } from "./root.ts";

/** Of folders that are made on the way. */
const umask = 0o022;

/** A file's mode and owner: 0o644 and root where they are absent. */
export interface Attributes extends Pick<Owner, "uid" | "gid"> {
  readonly mode?: number;
}

/** The text of a file; undefined when a path leads to none. */
export function readText(root: ScriptRoot, path: string): string | undefined {
  if (root.stat(path)?.kind !== "file") return undefined;
  return Buffer.from(root.read(path)).toString("utf8");
}

/** Write a file with all folders above it. What is at its path is replaced, a link itself, too. */
export function putFile(
  root: ScriptRoot,
  path: string,
  content: string | Uint8Array,
  { mode = 0o644, uid = 0, gid = 0 }: Attributes = {},
): void {
  const at = fromText(path);
  makeFolders({ root, umask }, folderOf(at));
  if (root.lstat(at)?.kind === "symlink") root.remove(at);
  root.write(at, typeof content === "string" ? Buffer.from(content) : content, mode);
  root.chmod(at, mode);
  root.chown(at, { uid, gid });
}

/** Make a folder with all above it; one that is there gets the mode and the owner. */
export function putFolder(
  root: ScriptRoot,
  path: string,
  { mode = 0o755, uid = 0, gid = 0 }: Attributes = {},
): void {
  makeFolders({ root, umask }, path);
  root.chmod(path, mode);
  root.chown(path, { uid, gid });
}

/** Make a link, unless something is at its path. */
export function putLink(root: ScriptRoot, path: string, target: string): void {
  if (root.lstat(path) !== undefined) return;
  makeFolders({ root, umask }, folderOf(path));
  root.symlink(target, path);
}
