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
  const lines = has("inline") ? [...operands] : [];
  for (const { name, path } of has("inline") ? [] : systemdFiles(call, "sysusers.d", operands)) {
    if (path === undefined) {
      call.stderr.write(`Failed to open '${name}': No such file or directory\n`);
      return 1;
    }
    lines.push(...readLines(call, path));
  }
  const entries = lines.filter((line) => !/^\s*(?:#|$)/.test(line)).map(entryOf);
  const ranges = entries.filter(({ type }) => type === "r").map(({ id }) => rangeOf(call, id));
  const pool = ranges.length === 0 ? [SYSTEM] : ranges;
  // Groups come first: users may be in them; members last.
  for (const kind of ["g", "u", "m"]) {
    for (const entry of entries) if (entry.type[0] === kind) perform(call, entry, pool);
  }
  const strange = entries.find(({ type }) => !["g", "u", "u!", "m", "r"].includes(type));
  return strange === undefined ? 0 : call.unsupported(`the type ${strange.type} of sysusers.d`);
};

/** Numbers from the first to the last. */
type Range = readonly [number, number];

/** What is given where no line says which numbers may be. */
const SYSTEM: Range = [1, 999];

interface Entry {
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

function entryOf(line: string): Entry {
  const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
  const [type = "", name = "", id = "-", gecos = "-", home = "-", shell = "-"] = words;
  return { type, name, id, gecos, home, shell };
}

function perform(call: CommandCall, entry: Entry, pool: readonly Range[]): void {
  const { type, name, id, gecos, home, shell } = entry;
  if (type === "m") {
    setMember(call, { user: name, group: id, isMember: true });
    return;
  }
  const groupNamed = (wanted: string): number | undefined =>
    groupsOf(call.root).find((group) => group.name === wanted)?.gid;
  if (type === "g") {
    if (groupNamed(name) === undefined) makeGroup(call, name, { asked: numberOf(call, id), pool });
    return;
  }
  const [uidText = "-", groupText] = id.split(":");
  const asked = numberOf(call, uidText);
  let gid = groupNamed(groupText ?? name);
  if (groupText !== undefined) gid ??= numberOf(call, groupText);
  // A user that is there gets a group of its name all the same.
  gid ??= makeGroup(call, name, { asked, pool });
  if (usersOf(call.root).some((user) => user.name === name)) return;
  const taken = takenUids(call);
  const isOwn = groupText === undefined && gid >= 1 && gid <= 999;
  const uid = [asked, isOwn ? gid : undefined].find(
    (number) => number !== undefined && !taken.has(number),
  );
  const fields = [
    name,
    "x",
    uid ?? free(call, pool),
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

/** With the number that is asked for where nobody has it. */
function makeGroup(
  call: CommandCall,
  name: string,
  { asked, pool }: { readonly asked: number | undefined; readonly pool: readonly Range[] },
): number {
  const isFree = asked !== undefined && !takenGids(call).has(asked) && !takenUids(call).has(asked);
  const gid = isFree ? asked : free(call, pool);
  editAccounts(call, "group", (lines) => [...lines, `${name}:x:${gid}:`]);
  editAccounts(call, "gshadow", (lines) => [...lines, `${name}:!*::`]);
  return gid;
}

/** The highest number that neither a user nor a group has. */
function free(call: CommandCall, pool: readonly Range[]): number {
  const taken = takenUids(call).union(takenGids(call));
  for (const [from, to] of pool.toSorted(([, a], [, b]) => b - a)) {
    for (let number = to; number >= from; number--) {
      call.countSteps();
      if (!taken.has(number)) return number;
    }
  }
  return call.unsupported("a number for an account: all are taken");
}

function rangeOf(call: CommandCall, text: string): Range {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return from === undefined
    ? call.unsupported(`the range ${text} of sysusers.d`)
    : [Number(from), Number(to)];
}

function numberOf(call: CommandCall, text: string): number | undefined {
  if (text === "-") return undefined;
  return /^\d+$/.test(text) ? Number(text) : call.unsupported(`the number ${text} of sysusers.d`);
}

function dashless(text: string): string {
  return text === "-" ? "" : text;
}
