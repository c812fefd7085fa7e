import { fromBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { findGroup, groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { baseName, readOptions } from "../../scripts/commands/options.ts";
import { chfn } from "../../commands/accounts/chfn.ts";
import {
  addGroup,
  addUser,
  firstFree,
  setFields,
  setMember,
  takenGids,
  takenUids,
} from "../../commands/accounts/files.ts";

/** Numbers of the system, by adduser.conf as Debian ships it. */
const [FIRST_SYSTEM, LAST_SYSTEM] = [100, 999];
const NO_GROUP = 65_534;

/** `adduser` and `addgroup` of Debian 12, for accounts of the system. It prints nothing. */
export const adduser: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    system: "--system",
    group: "--group",
    home: "--home=",
    shell: "--shell=",
    uid: "--uid=",
    gid: "--gid=",
    inGroup: "--ingroup=",
    comment: "--gecos= --comment=",
    noHome: "--no-create-home",
    noLogin: "--disabled-login",
    noPassword: "--disabled-password",
    quiet: "-q --quiet",
    badName: "--force-badname --allow-badname --allow-bad-names --allow-all-names",
    verbose: "--verbose",
    debug: "--debug",
    first: "--firstuid=",
    last: "--lastuid=",
  });
  const [name, group] = operands;
  if (name === undefined) return fail("Only one or two names allowed.");
  const isGroupTool = baseName(call.name) === "addgroup";
  if (group !== undefined)
    return isGroupTool ? fail("Only one name allowed.") : join(call, name, group);
  if (isGroupTool || (has("group") && !has("system"))) return makeGroup();
  if (!has("system")) return call.unsupported("adduser for a person");
  return makeUser();

  function makeGroup(): number {
    const known = findGroup(call.root, name ?? "");
    if (known !== undefined && known.name === name) {
      if (!has("system")) return fail(`The group \`${name}' already exists.`);
      const isSystem = known.gid >= FIRST_SYSTEM && known.gid <= LAST_SYSTEM;
      return isSystem
        ? 0
        : fail(`The group \`${name}' already exists and is not a system group. Exiting.`);
    }
    const [from, to] = has("system") ? [FIRST_SYSTEM, LAST_SYSTEM] : [1000, 59_999];
    const gid =
      value("gid") === undefined ? firstFree(takenGids(call), from, to) : Number(value("gid"));
    if (gid === undefined) return fail("No GID is available.");
    if (takenGids(call).has(gid)) return fail(`The GID \`${gid}' is already in use.`);
    addGroup(call, { name: name ?? "", gid });
    return 0;
  }

  function makeUser(): number {
    const user = name ?? "";
    const known = usersOf(call.root).find((each) => each.name === user);
    if (known !== undefined) {
      const isSystem = known.uid >= FIRST_SYSTEM && known.uid <= LAST_SYSTEM;
      const isOther = value("uid") !== undefined && Number(value("uid")) !== known.uid;
      if (isOther) return fail(`The user \`${user}' already exists with a different UID.`);
      return isSystem
        ? 0
        : fail(`The user \`${user}' already exists, but is not a system user. Exiting.`);
    }
    const from = Number(value("first") ?? FIRST_SYSTEM);
    const to = Number(value("last") ?? LAST_SYSTEM);
    const uid =
      value("uid") === undefined ? firstFree(takenUids(call), from, to) : Number(value("uid"));
    if (uid === undefined) return fail("No UID is available.");
    if (takenUids(call).has(uid)) return fail(`The UID ${uid} is already in use.`);
    const gid = primaryGroup(user, uid);
    if (gid === undefined) return fail(`The group \`${value("inGroup") ?? ""}' does not exist.`);
    const home = value("home") ?? "/nonexistent";
    const shell = value("shell") ?? "/usr/sbin/nologin";
    addUser(call, { name: user, uid, gid, gecos: "", home, shell, isSystem: true, locked: "!" });
    const comment = value("comment");
    if (comment !== undefined) setComment(call, user, comment);
    const isNowhere = /^\/+nonexistent(?:\/|$)/.test(home);
    if (!isNowhere && !has("noHome") && call.root.stat(home) === undefined) {
      makeFolders({ ...call, umask: 0o022 }, home);
      call.root.chown(home, { uid, gid });
      call.root.chmod(home, 0o755);
    }
    return 0;
  }

  /** With `--group`, the group gets the first number that no group has, not that of the user. */
  function primaryGroup(user: string, uid: number): number | undefined {
    const groups = groupsOf(call.root);
    if (has("group")) {
      const known = groups.find((each) => each.name === user);
      if (known !== undefined) return known.gid;
      const gid =
        value("uid") === undefined ? firstFree(takenGids(call), FIRST_SYSTEM, LAST_SYSTEM) : uid;
      if (gid !== undefined) addGroup(call, { name: user, gid });
      return gid;
    }
    const inGroup = value("inGroup");
    if (inGroup !== undefined) return groups.find((each) => each.name === inGroup)?.gid;
    return value("gid") === undefined ? NO_GROUP : Number(value("gid"));
  }

  function fail(text: string): number {
    call.stderr.write(`${baseName(call.name)}: ${text}\n`);
    return 1;
  }
};

/** By usermod, or by chfn, which adduser called up to Debian 12 and which keeps five parts. */
function setComment(call: CommandCall, user: string, comment: string): void {
  const program = "/usr/sbin/adduser";
  const isThere = call.root.stat(program)?.kind === "file";
  const text = isThere ? fromBytes(call.root.read(program)) : "";
  call.countSteps(1 + (text.length >> 12));
  const at = text.search(/^sub ch_comment \{/m);
  const [body = ""] = at === -1 ? [] : text.slice(at).split("}", 1);
  if (body.includes("&which('usermod')")) {
    setFields(call, "passwd", user, new Map([[4, comment]]));
    return;
  }
  const parts = comment.split(",").slice(0, 5);
  const options = parts.flatMap((part, index) => [`-${"frwho"[index] ?? ""}`, part]);
  chfn({ ...call, args: [...options, user] });
}

/** `adduser USER GROUP`. */
function join(call: CommandCall, user: string, group: string): number {
  const isUser = usersOf(call.root).some((each) => each.name === user);
  const isGroup = groupsOf(call.root).some((each) => each.name === group);
  if (!isUser || !isGroup) {
    const what = isUser ? `group \`${group}'` : `user \`${user}'`;
    call.stderr.write(`adduser: The ${what} does not exist.\n`);
    return 1;
  }
  setMember(call, { user, group, isMember: true });
  return 0;
}

/** `deluser` and `delgroup`; the files of the account stay. */
export const deluser: Command = (call) => {
  const { has, operands } = readOptions(call, {
    system: "--system",
    group: "--group",
    quiet: "-q --quiet",
    onlyIfEmpty: "--only-if-empty",
    removeHome: "--remove-home",
  });
  if (has("removeHome") || has("onlyIfEmpty")) return call.unsupported("deluser --remove-home");
  const [name = "", group] = operands;
  if (group !== undefined) {
    setMember(call, { user: name, group, isMember: false });
    return 0;
  }
  const isGroup = baseName(call.name) === "delgroup" || has("group");
  const tool = isGroup ? "groupdel" : "userdel";
  const known = isGroup ? groupsOf(call.root) : usersOf(call.root);
  const missing = isGroup ? 3 : 2;
  if (!known.some((each) => each.name === name)) return has("system") ? 0 : missing;
  return call.run([tool, name]) === 0 ? 0 : 1;
};
