import { fromText } from "../../scripts/bytes.ts";
import { groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import type { ScriptRoot } from "../../scripts/root.ts";
import type { UnpackedEntry } from "../../unpacked.ts";
import type { InstalledRpm } from "../installed.ts";
import { filesOf } from "./files.ts";

const SET_USER = 0o4000;
const SET_GROUP = 0o2000;

/**
 * The entries of a package with the numbers that its users and groups have in the root: a package
 * names them. One that is not there is root, and its file gets no set-id bit, as rpm has it.
 */
export function withOwners(
  { header, entries }: Pick<InstalledRpm, "header" | "entries">,
  root: ScriptRoot,
): readonly UnpackedEntry[] {
  const users = new Map(usersOf(root).map(({ name, uid }) => [name, uid]));
  const groups = new Map(groupsOf(root).map(({ name, gid }) => [name, gid]));
  const files = new Map(filesOf(header).map((file) => [file.path, file]));
  return entries.map((entry) => {
    const { user = "root", group = "root" } = files.get(entry.path) ?? {};
    const uid = user === "root" ? 0 : users.get(fromText(user));
    const gid = group === "root" ? 0 : groups.get(fromText(group));
    const lost = (uid === undefined ? SET_USER : 0) | (gid === undefined ? SET_GROUP : 0);
    return { ...entry, uid: uid ?? 0, gid: gid ?? 0, mode: entry.mode & ~lost };
  });
}
