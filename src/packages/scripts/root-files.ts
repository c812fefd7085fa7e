import { fromBytes, fromText } from "./bytes.ts";
import type { Owner, ScriptRoot } from "./root.ts";

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
  content: string,
  { mode = 0o644, uid = 0, gid = 0 }: Attributes = {},
): void {
  const at = fromText(path);
  makeFolders(root, folderOf(at));
  if (root.lstat(at)?.kind === "symlink") root.remove(at);
  root.write(at, Buffer.from(content), mode);
  root.chmod(at, mode);
  root.chown(at, { uid, gid });
}

/** Make a folder with all above it; one that is there gets the mode and the owner. */
export function putFolder(
  root: ScriptRoot,
  path: string,
  { mode = 0o755, uid = 0, gid = 0 }: Attributes = {},
): void {
  makeFolders(root, path);
  root.chmod(path, mode);
  root.chown(path, { uid, gid });
}

/** Make a link, unless something is at its path. */
export function putLink(root: ScriptRoot, path: string, target: string): void {
  if (root.lstat(path) !== undefined) return;
  makeFolders(root, folderOf(path));
  root.symlink(target, path);
}

/** The lines of a file; none when it is not there. */
export function readLines(root: ScriptRoot, path: string): readonly string[] {
  if (root.stat(path)?.kind !== "file") return [];
  return fromBytes(root.read(path))
    .split("\n")
    .filter((line) => line !== "");
}

function makeFolders(root: ScriptRoot, path: string): void {
  if (path === "" || root.stat(path) !== undefined) return;
  makeFolders(root, folderOf(path));
  root.mkdir(path, 0o755);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
