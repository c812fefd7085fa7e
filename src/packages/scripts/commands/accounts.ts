import { fromBytes } from "../bytes.ts";
import type { ScriptRoot } from "../root.ts";

/** A line of /etc/passwd. */
export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
  readonly line: string;
}

/** A line of /etc/group. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
  readonly line: string;
}

export function usersOf(root: ScriptRoot): readonly UserEntry[] {
  return linesOf(root, "/etc/passwd").map((line) => {
    const [name = "", , uid = "", gid = "", gecos = "", home = "", shell = ""] = line.split(":");
    return { name, uid: Number(uid), gid: Number(gid), gecos, home, shell, line };
  });
}

export function groupsOf(root: ScriptRoot): readonly GroupEntry[] {
  return linesOf(root, "/etc/group").map((line) => {
    const [name = "", , gid = "", members = ""] = line.split(":");
    const list = members.split(",").filter((member) => member !== "");
    return { name, gid: Number(gid), members: list, line };
  });
}

/** A user by name, or by number as commands accept it; undefined when there is none. */
export function findUser(root: ScriptRoot, name: string): UserEntry | undefined {
  const users = usersOf(root);
  return (
    users.find((user) => user.name === name) ??
    (/^\d+$/.test(name) ? users.find(({ uid }) => uid === Number(name)) : undefined)
  );
}

export function findGroup(root: ScriptRoot, name: string): GroupEntry | undefined {
  const groups = groupsOf(root);
  return (
    groups.find((group) => group.name === name) ??
    (/^\d+$/.test(name) ? groups.find(({ gid }) => gid === Number(name)) : undefined)
  );
}

/** The number of a user by name; a number stands for itself unless a user is so called. */
export function userId(root: ScriptRoot, name: string): number | undefined {
  const named = usersOf(root).find((user) => user.name === name)?.uid;
  return named ?? (/^\+?\d+$/.test(name) ? Number(name) : undefined);
}

export function groupId(root: ScriptRoot, name: string): number | undefined {
  const named = groupsOf(root).find((group) => group.name === name)?.gid;
  return named ?? (/^\+?\d+$/.test(name) ? Number(name) : undefined);
}

function linesOf(root: ScriptRoot, path: string): readonly string[] {
  if (root.stat(path)?.kind !== "file") return [];
  return fromBytes(root.read(path))
    .split("\n")
    .filter((line) => line !== "");
}
