import type { RpmHeader } from "../header.ts";
import { tags } from "../tags.ts";

/** A path of a package as its header has it. */
export interface HeaderFile {
  /** Without a leading slash. */
  readonly path: string;
  readonly user: string;
  readonly group: string;
}

/** The paths of a package, in the order of its header. */
export function filesOf(header: RpmHeader): readonly HeaderFile[] {
  const folders = header.texts(tags.directoryNames);
  const indexes = header.numbers(tags.directoryIndexes);
  const users = header.texts(tags.fileUserNames);
  const groups = header.texts(tags.fileGroupNames);
  return header.texts(tags.baseNames).map((name, index) => ({
    path: `${folders[indexes[index] ?? 0] ?? ""}${name}`.replace(/^\/+/, ""),
    user: users[index] ?? "root",
    group: groups[index] ?? "root",
  }));
}
