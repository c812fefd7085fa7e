import { filePathsOf } from "../header/file-paths.ts";
import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";

/** A path of a package as its header has it. */
export interface HeaderFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly user: string;
  readonly group: string;
}

/** The paths of a package, in the order of its header. Throws as `filePathsOf` does. */
export function filesOf(header: RpmHeader): readonly HeaderFile[] {
  const users = header.texts(tags.fileUserNames);
  const groups = header.texts(tags.fileGroupNames);
  return filePathsOf(header).map((path, index) => ({
    path: path.replace(/^\/+/, ""),
    user: users[index] ?? "root",
    group: groups[index] ?? "root",
  }));
}
