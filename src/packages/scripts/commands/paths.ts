import type { ScriptRoot } from "../root.ts";

/** A path with a name below it. */
export function below(folder: string, name: string): string {
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

/** Without slashes at the end. What is in front of them keeps each run from being tried anew. */
function withoutSlashes(path: string): string {
  return path.replace(/(?<!\/)\/+$/, "");
}

/** The same, but for that of the root. */
export function withoutLastSlashes(path: string): string {
  return withoutSlashes(path) || path.slice(0, 1);
}

/** The part in front of the last name, as dirname(1). */
export function folderOf(path: string): string {
  const trimmed = withoutSlashes(path);
  if (trimmed === "") return path.startsWith("/") ? "/" : ".";
  const slash = trimmed.lastIndexOf("/");
  if (slash === -1) return ".";
  return withoutSlashes(trimmed.slice(0, slash)) || "/";
}

/** The last name, as basename(1). */
export function lastName(path: string): string {
  const trimmed = withoutSlashes(path);
  if (trimmed === "") return path === "" ? "" : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

export function isFolder(root: ScriptRoot, path: string): boolean {
  return root.stat(path)?.kind === "directory";
}

/** Without `.`, `..` and doubled slashes, by the text alone. */
export function normalized(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") names.pop();
    else names.push(name);
  }
  return `/${names.join("/")}`;
}

/** How `from`, a folder, is left to reach `to`; both absolute and normalized. */
export function relativePath(from: string, to: string): string {
  const left = from.split("/").filter((name) => name !== "");
  const right = to.split("/").filter((name) => name !== "");
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  const steps = [...left.slice(same).map(() => ".."), ...right.slice(same)];
  return steps.join("/") || ".";
}

/**
 * Paths below a folder and the folder itself, each folder before what it holds; no link followed.
 */
export function* tree(root: ScriptRoot, path: string): Generator<string> {
  yield path;
  if (root.lstat(path)?.kind !== "directory") return;
  for (const name of root.list(path)) yield* tree(root, below(path, name));
}
