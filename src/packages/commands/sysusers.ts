import type { Command, CommandCall } from "../scripts/command.ts";
import { groupsOf, usersOf } from "../scripts/commands/accounts.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { editAccounts, setMember, takenGids, takenUids } from "./accounts/files.ts";
import { readLines } from "./lines-file.ts";
import { systemdFiles } from "./systemd-files.ts";

/** `systemd-sysusers`: numbers of the system are given from 999 downwards. */
export const systemdSysusers: Command = (call) => {
  const { has, operands } = readOptions(call, {
    replace: "--replace=",
    inline: "--inline",
    root: "--root=",
  });
  if (has("inline")) {
    for (const line of operands) perform(call, line);
    return 0;
  }
  for (const { name, path } of systemdFiles(call, "sysusers.d", operands)) {
    if (path === undefined) {
      call.stderr.write(`Failed to open '${name}': No such file or directory\n`);
      return 1;
    }
    const lines = readLines(call, path);
    // Groups come first: users of the same file may be in them.
    for (const kind of [/^\s*g/, /^\s*u/, /^\s*[mr]/]) {
      for (const line of lines) if (kind.test(line)) perform(call, line);
    }
  }
  return 0;
};

function perform(call: CommandCall, line: string): void {
  const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
  const [type = "", name = "", id = "-", gecos = "-", home = "-", shell = "-"] = words;
  if (type === "r" || type.startsWith("#")) return;
  if (type === "m") {
    setMember(call, { user: name, group: id, isMember: true });
    return;
  }
  if (type === "g") {
    if (!groupsOf(call.root).some((group) => group.name === name))
      makeGroup(call, name, numberOf(call, id));
    return;
  }
  if (type !== "u" && type !== "u!") return call.unsupported(`the type ${type} of sysusers.d`);
  if (usersOf(call.root).some((user) => user.name === name)) return;
  const [uidText = "-", groupText] = id.split(":");
  const asked = numberOf(call, uidText);
  const known = groupsOf(call.root).find((group) => group.name === (groupText ?? name));
  const uid = asked ?? free(call, known?.gid);
  let gid = known?.gid;
  if (groupText !== undefined && gid === undefined) gid = numberOf(call, groupText);
  gid ??= makeGroup(call, name, takenGids(call).has(uid) ? undefined : uid);
  const fields = [
    name,
    "x",
    uid,
    gid,
    dashless(gecos),
    dashless(home) || "/",
    dashless(shell) || "/usr/sbin/nologin",
  ];
  editAccounts(call, "passwd", (lines) => [...lines, fields.join(":")]);
  const day = Math.floor(call.now / 86_400);
  // One that is locked in full has run out on the first day of all.
  const expiry = type === "u!" ? "1" : "";
  editAccounts(call, "shadow", (lines) => [...lines, `${name}:!*:${day}:::::${expiry}:`]);
}

function makeGroup(call: CommandCall, name: string, asked: number | undefined): number {
  const gid = asked ?? free(call, undefined);
  editAccounts(call, "group", (lines) => [...lines, `${name}:x:${gid}:`]);
  editAccounts(call, "gshadow", (lines) => [...lines, `${name}:!*::`]);
  return gid;
}

/** A number that neither a user nor a group has, or that of a group for its user. */
function free(call: CommandCall, preferred: number | undefined): number {
  const uids = takenUids(call);
  const gids = takenGids(call);
  if (preferred !== undefined && preferred >= 1 && preferred < 1000 && !uids.has(preferred))
    return preferred;
  for (let number = 999; number >= 1; number--) {
    if (!uids.has(number) && !gids.has(number)) return number;
  }
  return call.unsupported("a number for an account: all are taken");
}

function numberOf(call: CommandCall, text: string): number | undefined {
  if (text === "-") return undefined;
  return /^\d+$/.test(text) ? Number(text) : call.unsupported(`the number ${text} of sysusers.d`);
}

function dashless(text: string): string {
  return text === "-" ? "" : text;
}
