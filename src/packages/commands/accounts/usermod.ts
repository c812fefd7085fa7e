import type { Command, CommandCall } from "../../scripts/command.ts";
import { findGroup, groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { asOneChange, keepBefore, setFields, setMember } from "./files.ts";
import { lockPassword, unlockPassword } from "./passwords.ts";
import { refuse } from "./refuse.ts";

/** `usermod`, all but another number and a home that moves. */
export const usermod: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    append: "-a --append",
    comment: "-c= --comment=",
    home: "-d= --home=",
    expire: "-e= --expiredate=",
    group: "-g= --gid=",
    groups: "-G= --groups=",
    lock: "-L --lock",
    unlock: "-U --unlock",
    moveHome: "-m --move-home",
    same: "-o --non-unique",
    shell: "-s= --shell=",
    uid: "-u= --uid=",
    password: "-p= --password=",
  });
  const [name = ""] = operands;
  if (has("uid")) return call.unsupported("usermod -u");
  const account = usersOf(root).find((user) => user.name === name);
  if (account === undefined) return refuse(call, "not-there", `user '${name}' does not exist`);
  // A folder that is not there is not moved, and only named anew.
  if (has("moveHome") && root.stat(account.home)?.kind === "directory")
    return call.unsupported("usermod -m for a home that is there");
  const fields = new Map<number, string>();
  const group = value("group");
  if (group !== undefined) {
    const gid = findGroup(root, group)?.gid;
    if (gid === undefined) return refuse(call, "not-there", `group '${group}' does not exist`);
    fields.set(3, String(gid));
  }
  for (const [field, text] of [
    [4, value("comment")],
    [5, value("home")],
    [6, value("shell")],
  ] as const) {
    if (text?.includes(":") === true)
      return refuse(call, "bad-argument", `invalid field '${text}'`);
    if (text !== undefined) fields.set(field, text);
  }
  const wanted = value("groups")
    ?.split(",")
    .filter((each) => each !== "");
  for (const each of wanted ?? []) {
    if (findGroup(root, each) === undefined)
      return refuse(call, "not-there", `group '${each}' does not exist`);
  }
  const secrets = new Map<number, string>();
  const password = value("password");
  if (password !== undefined)
    secrets.set(1, password).set(2, String(Math.floor(call.now / 86_400)));
  const expire = value("expire");
  if (expire !== undefined) secrets.set(7, expiryDay(call, expire));
  asOneChange(call, () => {
    // The line of passwd is written again with a password.
    if (password !== undefined || has("lock") || has("unlock")) keepBefore(call, "/etc/passwd");
    setFields(call, "passwd", name, fields);
    if (wanted !== undefined) setGroups(call, name, { wanted, isAppended: has("append") });
    setFields(call, "shadow", name, secrets);
    if (has("lock")) lockPassword(call, name);
    if (has("unlock")) unlockPassword(call, name);
  });
  return 0;
};

/** Makes a user a member of groups, and of no others unless they are added to what it is in. */
function setGroups(
  call: CommandCall,
  user: string,
  { wanted, isAppended }: { readonly wanted: readonly string[]; readonly isAppended: boolean },
): void {
  for (const { name } of isAppended ? [] : groupsOf(call.root)) {
    if (!wanted.includes(name)) setMember(call, { user, group: name, isMember: false });
  }
  for (const group of wanted) setMember(call, { user, group, isMember: true });
}

/** Days since 1970 on which an account ends; none for one that never does. */
function expiryDay(call: CommandCall, date: string): string {
  if (date === "" || date === "-1") return "";
  if (/^-?\d+$/.test(date)) return date;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? call.unsupported(`usermod -e ${date}`) : String(time / 86_400_000);
}

/** `chsh -s`. */
export const chsh: Command = (call) => {
  const { value, operands } = readOptions(call, { shell: "-s= --shell=" });
  const shell = value("shell");
  if (shell === undefined) return call.unsupported("chsh without -s");
  setFields(call, "passwd", operands[0] ?? "root", new Map([[6, shell]]));
  return 0;
};
