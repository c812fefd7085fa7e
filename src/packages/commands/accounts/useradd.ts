import type { Command, CommandCall } from "../../scripts/command.ts";
import { findGroup, groupsOf, usersOf } from "../../scripts/commands/accounts.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import {
  addGroup,
  addUser,
  asOneChange,
  keepBefore,
  loginSetting,
  type NewUser,
  nextNumber,
  setMember,
  takenGids,
  takenUids,
} from "./files.ts";
import { isAccountName, isAccountNumber, refuse } from "./refuse.ts";

/** How a distribution's `useradd` writes what differs between them. */
export type UseraddRules = Pick<NewUser, "locked">;

/** `useradd`: a user, with a group of its own, a home and a mailbox where they are asked for. */
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
  if (operands.length !== 1) return refuse(call, "usage", "needs one name");
  const wrong = wrongField({ uid: value("uid"), gecos: value("comment"), shell: value("shell") });
  const folder = value("home");
  const isFolderWrong = folder !== undefined && (!folder.startsWith("/") || folder.includes(":"));
  if (wrong !== undefined || isFolderWrong) {
    return refuse(call, "bad-argument", `invalid value '${wrong ?? folder}'`);
  }
  if (!isAccountName(name)) return refuse(call, "bad-argument", `invalid user name '${name}'`);
  if (usersOf(root).some((user) => user.name === name)) {
    return refuse(call, "name-in-use", `user '${name}' already exists`);
  }
  const isSystem = has("system");
  const taken = takenUids(call);
  const uid =
    value("uid") === undefined ? nextNumber(call, { kind: "UID", isSystem }) : Number(value("uid"));
  if (uid === undefined) return refuse(call, "in-use", "no more UIDs are available");
  if (taken.has(uid) && !has("same")) return refuse(call, "in-use", `UID ${uid} is not unique`);
  const asked = value("group");
  let gid: number | undefined;
  if (asked !== undefined) {
    gid = findGroup(root, asked)?.gid;
    if (gid === undefined) return refuse(call, "not-there", `group '${asked}' does not exist`);
  } else if (has("noUserGroup")) gid = 100;
  else {
    if (groupsOf(root).some((group) => group.name === name)) {
      const text = `group ${name} exists - if you want to add this user to that group, use -g.`;
      return refuse(call, "name-in-use", text);
    }
    const gids = takenGids(call);
    gid = gids.has(uid) ? nextNumber(call, { kind: "GID", isSystem }) : uid;
  }
  if (gid === undefined) return refuse(call, "in-use", "no more GIDs are available");
  const more = (value("groups") ?? "").split(",").filter((group) => group !== "");
  for (const group of more) {
    if (findGroup(root, group) === undefined) {
      return refuse(call, "not-there", `group '${group}' does not exist`);
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

/** A value of an option that would break the files, or is no number or no path. */
function wrongField(given: {
  readonly uid: string | undefined;
  readonly gecos: string | undefined;
  readonly shell: string | undefined;
}): string | undefined {
  const { uid, gecos, shell } = given;
  if (uid !== undefined && !isAccountNumber(uid)) return uid;
  if (gecos !== undefined && /[:\n]/.test(gecos)) return gecos;
  const isShell = shell === undefined || shell === "" || /^[/*][^:\n]*$/.test(shell);
  return isShell ? undefined : shell;
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
    keepBefore(call, path);
    call.root.append(path, Buffer.from(`${name}:${start}:65536\n`, "latin1"));
  }
}
