import type { NodeStatus, ScriptRoot } from "../root.ts";
import { groupsOf, usersOf } from "./accounts.ts";

/** As `ls -l` writes a mode: `drwxr-xr-x`. */
export function modeString(status: NodeStatus): string {
  const { mode } = status;
  const letters = { file: "-", directory: "d", symlink: "l", device: "c" }[status.kind];
  const bit = (mask: number, letter: string): string => ((mode & mask) === 0 ? "-" : letter);
  const last = (execute: number, special: number, letter: string): string => {
    if ((mode & special) === 0) return bit(execute, "x");
    return (mode & execute) === 0 ? letter.toUpperCase() : letter;
  };
  return [
    letters,
    bit(0o400, "r") + bit(0o200, "w") + last(0o100, 0o4000, "s"),
    bit(0o040, "r") + bit(0o020, "w") + last(0o010, 0o2000, "s"),
    bit(0o004, "r") + bit(0o002, "w") + last(0o001, 0o1000, "t"),
  ].join("");
}

/** A user's name, or the number where there is none. */
export function userName(root: ScriptRoot, uid: number): string {
  return usersOf(root).find((user) => user.uid === uid)?.name ?? String(uid);
}

export function groupName(root: ScriptRoot, gid: number): string {
  return groupsOf(root).find((group) => group.gid === gid)?.name ?? String(gid);
}

/** A folder's size is that of a small one on most file systems; the root keeps none. */
export function sizeOf(status: NodeStatus): number {
  return status.kind === "directory" ? 4096 : status.size;
}

/** As `stat -c %F`. */
export function kindName(status: NodeStatus): string {
  if (status.kind === "file") return status.size === 0 ? "regular empty file" : "regular file";
  if (status.kind === "directory") return "directory";
  return status.kind === "symlink" ? "symbolic link" : "character special file";
}
