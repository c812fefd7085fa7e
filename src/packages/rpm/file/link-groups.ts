import type { ListedFile } from "../header/listed-files.ts";

/** Names of one file of a package, in the order of its header: one, or several hard links. */
export type LinkGroup = readonly [first: ListedFile, ...others: ListedFile[]];

/**
 * The regular files of a package by their places in the header; hard links to one file have the
 * same group. Throws an `Error` for links that are described as different files.
 */
export function linkGroupsOf(files: readonly ListedFile[]): ReadonlyMap<number, LinkGroup> {
  const byInode = new Map<string, [ListedFile, ...ListedFile[]]>();
  const groups = new Map<number, LinkGroup>();
  for (const file of files) {
    if (file.type !== "file") continue;
    const group = byInode.get(file.inode);
    if (group === undefined) byInode.set(file.inode, [file]);
    else {
      const [first] = group;
      if (first.size !== file.size || first.digest !== file.digest) {
        throw new Error(`the hard links "${first.path}" and "${file.path}" are different files`);
      }
      group.push(file);
    }
    const found = byInode.get(file.inode);
    if (found !== undefined) groups.set(file.index, found);
  }
  return groups;
}
