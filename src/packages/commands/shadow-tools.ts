import type { Command, CommandCall } from "../scripts/command.ts";
import { findGroup, groupsOf, usersOf } from "../scripts/commands/accounts.ts";
import { makeFolders } from "../scripts/commands/mkdir.ts";
import { baseName, readOptions } from "../scripts/commands/options.ts";
import {
  addGroup,
  addUser,
  asOneChange,
  editAccounts,
  loginSetting,
  type NewUser,
  nextNumber,
  removeAccount,
  setFields,
  setMember,
  takenGids,
  takenUids,
} from "./accounts/files.ts";

/** Statuses of the tools of shadow. */
const BAD_ARGUMENT = 3;
const IN_USE = 4;
const NOT_THERE = 6;
const NAME_IN_USE = 9;

export const groupadd: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    force: "-f --force",
    gid: "-g= --gid=",
    key: "-K= --key=",
    same: "-o --non-unique",
    system: "-r --system",
    password: "-p= --password=",
  });
  const [name = ""] = operands;
  if (has("key") || has("password")) return call.unsupported("groupadd -K or -p");
  if (groupsOf(call.root).some((group) => group.name === name)) {
    return has("force") ? 0 : fail(call, NAME_IN_USE, `group '${name}' already exists`);
  }
  const taken = takenGids(call);
  const asked = value("gid") === undefined ? undefined : Number(value("gid"));
  const isTaken = asked !== undefined && taken.has(asked) && !has("same");
  if (isTaken && !has("force")) return fail(call, IN_USE, `GID '${asked}' already exists`);
  const gid =
    isTaken || asked === undefined
      ? nextNumber(call, { kind: "GID", isSystem: has("system") })
      : asked;
  if (gid === undefined) return fail(call, IN_USE, "no more GIDs are available");
  addGroup(call, { name, gid });
  return 0;
};

/** How a distribution's `useradd` writes what differs between them. */
export type UseraddRules = Pick<NewUser, "locked">;

export function useradd(rules: UseraddRules): Command {
  return (call) => addAccount(call, rules);
}

function addAccount(call: CommandCall, { locked }: UseraddRules): number {
  const { root } = call;
  const { has, value, values, operands } = readOptions(call, {
    comment: "-c= --comment=",
    home: "-d= --home-dir= --home=",
    group: "-g= --gid=",
    groups: "-G= --groups=",
    key: "-K= --key=",
    makeHome: "-m --create-home",
    noHome: "-M --no-create-home",
    noUserGroup: "-N --no-user-group",
    noLog: "-l --no-log-init",
    same: "-o --non-unique",
    system: "-r --system",
    shell: "-s= --shell=",
    uid: "-u= --uid=",
    userGroup: "-U --user-group",
    password: "-p= --password=",
  });
  const [name = ""] = operands;
  if (has("password") || values("key").length > 0) return call.unsupported("useradd -p or -K");
  if (usersOf(root).some((user) => user.name === name)) {
    return fail(call, NAME_IN_USE, `user '${name}' already exists`);
  }
  const isSystem = has("system");
  const taken = takenUids(call);
  const uid =
    value("uid") === undefined ? nextNumber(call, { kind: "UID", isSystem }) : Number(value("uid"));
  if (uid === undefined) return fail(call, IN_USE, "no more UIDs are available");
  if (taken.has(uid) && !has("same")) return fail(call, IN_USE, `UID ${uid} is not unique`);
  const asked = value("group");
  let gid: number | undefined;
  if (asked !== undefined) {
    gid = findGroup(root, asked)?.gid;
    if (gid === undefined) return fail(call, NOT_THERE, `group '${asked}' does not exist`);
  } else if (has("noUserGroup")) gid = 100;
  else {
    if (groupsOf(root).some((group) => group.name === name)) {
      const text = `group ${name} exists - if you want to add this user to that group, use -g.`;
      return fail(call, NAME_IN_USE, text);
    }
    const gids = takenGids(call);
    gid = gids.has(uid) ? nextNumber(call, { kind: "GID", isSystem }) : uid;
  }
  if (gid === undefined) return fail(call, IN_USE, "no more GIDs are available");
  const more = (value("groups") ?? "").split(",").filter((group) => group !== "");
  for (const group of more) {
    if (findGroup(root, group) === undefined) {
      return fail(call, NOT_THERE, `group '${group}' does not exist`);
    }
  }
  const home = value("home") ?? `/home/${name}`;
  const shell = value("shell") ?? defaultShell(call);
  asOneChange(call, () => {
    addUser(call, { name, uid, gid, gecos: value("comment") ?? "", home, shell, isSystem, locked });
    if (asked === undefined && !has("noUserGroup")) addGroup(call, { name, gid });
    for (const group of more)
      setMember(call, { user: name, group: findGroup(root, group)?.name ?? group, isMember: true });
  });
  if (!isSystem) addSubordinates(call, name);
  const isHomeUsual = !isSystem && loginSetting(call, "CREATE_HOME") === "yes";
  if ((has("makeHome") || isHomeUsual) && !has("noHome") && root.stat(home) === undefined) {
    const isSkeleton = root.stat("/etc/skel") !== undefined && root.list("/etc/skel").length > 0;
    makeFolders({ ...call, umask: 0o022 }, home);
    if (isSkeleton) call.run(["cp", "-aT", "/etc/skel", home]);
    call.run(["chown", "-R", `${uid}:${gid}`, home]);
    const mode = loginSetting(call, "HOME_MODE") ?? "";
    root.chmod(home, /^[0-7]{3,4}$/.test(mode) ? Number.parseInt(mode, 8) : 0o755);
  }
  if (!isSystem) addMailbox(call, { name, uid });
  return 0;
}

/** A person's mailbox, where /etc/default/useradd asks for one. Source: useradd(8). */
function addMailbox(
  call: CommandCall,
  { name, uid }: { readonly name: string; readonly uid: number },
): void {
  const { root } = call;
  const path = `/var/spool/mail/${name}`;
  const isWanted = defaultOf(call, "CREATE_MAIL_SPOOL") === "yes";
  if (!isWanted || root.stat("/var/spool/mail") === undefined || root.lstat(path) !== undefined)
    return;
  root.write(path, new Uint8Array(), 0o660);
  root.chown(path, { uid, gid: findGroup(root, "mail")?.gid ?? 0 });
  root.chmod(path, 0o660);
}

/** `SHELL` of /etc/default/useradd; without that file it is bash. */
function defaultShell(call: CommandCall): string {
  return defaultOf(call, "SHELL") ?? "/bin/bash";
}

function defaultOf({ root }: CommandCall, name: "SHELL" | "CREATE_MAIL_SPOOL"): string | undefined {
  const path = "/etc/default/useradd";
  const text = root.stat(path) === undefined ? "" : Buffer.from(root.read(path)).toString("latin1");
  const prefix = `${name}=`;
  return text
    .split("\n")
    .find((line) => line.length > prefix.length && line.startsWith(prefix))
    ?.slice(prefix.length);
}

/** 65536 numbers for each person, where /etc/subuid and /etc/subgid are there. */
function addSubordinates(call: CommandCall, name: string): void {
  for (const path of ["/etc/subuid", "/etc/subgid"]) {
    if (call.root.stat(path)?.kind !== "file") continue;
    const text = Buffer.from(call.root.read(path)).toString("latin1");
    const ends = text.split("\n").map((line) => {
      const [, start = "0", count = "0"] = line.split(":");
      return Number(start) + Number(count);
    });
    const start = Math.max(100_000, ...ends);
    call.root.append(path, Buffer.from(`${name}:${start}:65536\n`, "latin1"));
  }
}

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
  if (account === undefined) return fail(call, NOT_THERE, `user '${name}' does not exist`);
  // A folder that is not there is not moved, and only named anew.
  if (has("moveHome") && root.stat(account.home)?.kind === "directory")
    return call.unsupported("usermod -m for a home that is there");
  const fields = new Map<number, string>();
  const group = value("group");
  if (group !== undefined) {
    const gid = findGroup(root, group)?.gid;
    if (gid === undefined) return fail(call, NOT_THERE, `group '${group}' does not exist`);
    fields.set(3, String(gid));
  }
  for (const [field, text] of [
    [4, value("comment")],
    [5, value("home")],
    [6, value("shell")],
  ] as const) {
    if (text?.includes(":") === true) return fail(call, BAD_ARGUMENT, `invalid field '${text}'`);
    if (text !== undefined) fields.set(field, text);
  }
  const wanted = value("groups")
    ?.split(",")
    .filter((each) => each !== "");
  for (const each of wanted ?? []) {
    if (findGroup(root, each) === undefined)
      return fail(call, NOT_THERE, `group '${each}' does not exist`);
  }
  setFields(call, "passwd", name, fields);
  if (wanted !== undefined) {
    if (!has("append")) {
      for (const each of groupsOf(root)) {
        if (!wanted.includes(each.name))
          setMember(call, { user: name, group: each.name, isMember: false });
      }
    }
    for (const each of wanted) setMember(call, { user: name, group: each, isMember: true });
  }
  const secrets = new Map<number, string>();
  const password = value("password");
  if (password !== undefined) secrets.set(1, password);
  const expire = value("expire");
  if (expire !== undefined) secrets.set(7, expire === "" ? "" : expiryDay(call, expire));
  setFields(call, "shadow", name, secrets);
  if (has("lock")) lockPassword(call, name);
  if (has("unlock")) unlockPassword(call, name);
  return 0;
};

function expiryDay(call: CommandCall, date: string): string {
  if (/^-?\d+$/.test(date)) return date;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) ? call.unsupported(`usermod -e ${date}`) : String(time / 86_400_000);
}

function lockPassword(call: CommandCall, name: string): void {
  editAccounts(call, "shadow", (lines) =>
    lines.map((line) => {
      const [user, password = "", ...rest] = line.split(":");
      if (user !== name || password.startsWith("!")) return line;
      return [user, `!${password}`, ...rest].join(":");
    }),
  );
}

/** A password that is nothing but the lock stays locked. */
function unlockPassword(call: CommandCall, name: string): void {
  editAccounts(call, "shadow", (lines) =>
    lines.map((line) => {
      const [user, password = "", ...rest] = line.split(":");
      if (user !== name || !/^!./.test(password)) return line;
      return [user, password.slice(1), ...rest].join(":");
    }),
  );
}

export const groupmod: Command = (call) => {
  const { value, operands } = readOptions(call, {
    gid: "-g= --gid=",
    name: "-n= --new-name=",
    same: "-o",
  });
  const [name = ""] = operands;
  if (!groupsOf(call.root).some((group) => group.name === name)) {
    return fail(call, NOT_THERE, `group '${name}' does not exist`);
  }
  if (value("gid") !== undefined) return call.unsupported("groupmod -g");
  const to = value("name");
  if (to === undefined) return 0;
  for (const file of ["group", "gshadow"] as const) setFields(call, file, name, new Map([[0, to]]));
  return 0;
};

export const userdel: Command = (call) => {
  const { has, operands } = readOptions(call, { force: "-f --force", remove: "-r --remove" });
  const [name = ""] = operands;
  if (has("remove")) return call.unsupported("userdel -r");
  const user = usersOf(call.root).find((each) => each.name === name);
  if (user === undefined) return fail(call, NOT_THERE, `user '${name}' does not exist`);
  removeAccount(call, "user", name);
  for (const group of groupsOf(call.root)) {
    if (group.members.includes(name))
      setMember(call, { user: name, group: group.name, isMember: false });
  }
  // A group of the user's own goes with it.
  const own = groupsOf(call.root).find((group) => group.name === name);
  const isUsed = usersOf(call.root).some(({ gid }) => gid === own?.gid);
  if (own !== undefined && own.gid === user.gid && own.members.length === 0 && !isUsed) {
    removeAccount(call, "group", name);
  }
  return 0;
};

export const groupdel: Command = (call) => {
  const { operands } = readOptions(call, { force: "-f --force" });
  const [name = ""] = operands;
  const group = groupsOf(call.root).find((each) => each.name === name);
  if (group === undefined) return fail(call, NOT_THERE, `group '${name}' does not exist`);
  if (usersOf(call.root).some(({ gid }) => gid === group.gid)) {
    return fail(call, 8, `cannot remove the primary group of user`);
  }
  removeAccount(call, "group", name);
  return 0;
};

export const gpasswd: Command = (call) => {
  const { value, operands } = readOptions(call, {
    add: "-a= --add=",
    remove: "-d= --delete=",
    members: "-M=",
  });
  const [group = ""] = operands;
  const user = value("add") ?? value("remove");
  if (user === undefined) return call.unsupported("gpasswd without -a or -d");
  if (!groupsOf(call.root).some((each) => each.name === group)) {
    return fail(call, BAD_ARGUMENT, `group '${group}' does not exist in /etc/group`);
  }
  setMember(call, { user, group, isMember: value("add") !== undefined });
  return 0;
};

export const chsh: Command = (call) => {
  const { value, operands } = readOptions(call, { shell: "-s= --shell=" });
  const shell = value("shell");
  if (shell === undefined) return call.unsupported("chsh without -s");
  setFields(call, "passwd", operands[0] ?? "root", new Map([[6, shell]]));
  return 0;
};

export const passwd: Command = (call) => {
  const { has, given, operands } = readOptions(call, { lock: "-l --lock", quiet: "-q --quiet" });
  const [name] = operands;
  if (!has("lock") || given.length > 2 || name === undefined)
    return call.unsupported("passwd without -l");
  lockPassword(call, name);
  return 0;
};

function fail(call: CommandCall, status: number, text: string): number {
  call.stderr.write(`${baseName(call.name)}: ${text}\n`);
  return status;
}
