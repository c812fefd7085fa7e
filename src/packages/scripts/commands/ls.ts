import { byName } from "../../../order.ts";
import type { Command, CommandCall } from "../command.ts";
import type { NodeStatus } from "../root.ts";
import { groupName, modeString, sizeOf, userName } from "./describe-node.ts";
import { formatDate } from "./format-date.ts";
import { readOptions } from "./options.ts";
import { below } from "./paths.ts";
import { complain, quoted } from "./report.ts";
import { compareVersionNames } from "./version-names.ts";

interface Listed {
  readonly name: string;
  readonly path: string;
  readonly status: NodeStatus;
}

/** `ls` to something that is no terminal: a name a line. */
export const ls: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    all: "-a --all",
    almostAll: "-A --almost-all",
    folderItself: "-d --directory",
    long: "-l",
    numeric: "-n --numeric-uid-gid",
    dereference: "-L --dereference",
    one: "-1",
    reverse: "-r --reverse",
    byTime: "-t",
    bySize: "-S",
    unsorted: "-U -f",
    slash: "-p",
    inode: "-i --inode",
    noGroup: "-G --no-group",
    noOwner: "-g",
    byVersion: "-v",
    literal: "-N --literal -q",
    timeStyle: "--time-style=",
    color: "--color[=]",
    recursive: "-R --recursive",
  });
  const names = operands.length === 0 ? ["."] : operands;
  const isLong = has("long") || has("numeric") || has("noOwner");
  const look = (name: string, isOperand: boolean): Listed | undefined => {
    const path = call.path(name);
    const follow = has("dereference") || (isOperand && !isLong && !has("folderItself"));
    const reached = follow ? root.stat(path) : undefined;
    const isLost = isOperand && has("dereference") && reached === undefined;
    const status = reached ?? (isLost ? undefined : root.lstat(path));
    return status === undefined ? undefined : { name, path, status };
  };
  let status = 0;
  const single: Listed[] = [];
  const folders: Listed[] = [];
  for (const name of names) {
    const listed = look(name, true);
    if (listed === undefined) {
      complain(call, `cannot access ${quoted(name)}: No such file or directory`);
      status = 2;
    } else if (!has("folderItself") && listed.status.kind === "directory") folders.push(listed);
    else single.push(listed);
  }
  print(single);
  const pending: (Listed & { readonly above: readonly number[] })[] = sorted(folders).map(
    (folder) => ({ ...folder, above: [] }),
  );
  let isFirst = single.length === 0;
  for (let folder = pending.shift(); folder !== undefined; folder = pending.shift()) {
    const { above } = folder;
    const { inode } = folder.status;
    if (above.includes(inode)) {
      complain(call, `${folder.name}: not listing already-listed directory`);
      status = 2;
      continue;
    }
    if (names.length > 1 || has("recursive")) {
      const gap = isFirst ? "" : "\n";
      call.stdout.write(`${gap}${folder.name}:\n`);
    }
    isFirst = false;
    const { name: parent } = folder;
    const inside = root
      .list(folder.path)
      .filter((name) => has("all") || has("almostAll") || !name.startsWith("."))
      .map((name) => ({ ...look(below(parent, name), false), name }))
      .filter((listed): listed is Listed => listed.status !== undefined);
    const own = has("all")
      ? [".", ".."].map((name) => ({ ...look(below(parent, name), false), name }))
      : [];
    const all = [
      ...own.filter((listed): listed is Listed => listed.status !== undefined),
      ...inside,
    ];
    for (const listed of has("dereference") ? inside : []) {
      if (root.stat(listed.path) !== undefined) continue;
      complain(
        call,
        `cannot access ${quoted(below(parent, listed.name))}: No such file or directory`,
      );
      status = Math.max(status, 1);
    }
    if (isLong) call.stdout.write("total 0\n");
    print(all);
    if (!has("recursive")) continue;
    const inner = sorted(inside).filter((listed) => listed.status.kind === "directory");
    pending.unshift(
      ...inner.map((listed) => ({
        ...listed,
        name: below(parent, listed.name),
        above: [...above, inode],
      })),
    );
  }
  return status;

  function sorted(list: readonly Listed[]): readonly Listed[] {
    const named = list.toSorted(byName);
    let ordered = named;
    if (has("byVersion")) ordered = named.toSorted((a, b) => compareVersionNames(a.name, b.name));
    if (has("bySize")) ordered = named.toSorted((a, b) => b.status.size - a.status.size);
    if (has("byTime")) ordered = named.toSorted((a, b) => b.status.mtime - a.status.mtime);
    return has("reverse") ? ordered.toReversed() : ordered;
  }

  function print(list: readonly Listed[]): void {
    const lines = isLong ? longLines(sorted(list)) : sorted(list).map(({ name }) => name);
    for (const [index, listed] of sorted(list).entries()) {
      call.countSteps();
      const mark = has("slash") && listed.status.kind === "directory" ? "/" : "";
      const inode = has("inode") ? `${listed.status.inode} ` : "";
      call.stdout.write(`${inode}${lines[index] ?? ""}${mark}\n`);
    }
  }

  function longLines(list: readonly Listed[]): readonly string[] {
    const rows = list.map((listed) => longRow(call, listed));
    const width = (pick: (row: LongRow) => string): number =>
      Math.max(0, ...rows.map((row) => pick(row).length));
    return rows.map((row) =>
      [
        row.mode,
        row.links.padStart(width(({ links }) => links)),
        ...(has("noOwner") ? [] : [row.owner.padEnd(width(({ owner }) => owner))]),
        ...(has("noGroup") ? [] : [row.group.padEnd(width(({ group }) => group))]),
        row.size.padStart(width(({ size }) => size)),
        row.time,
        row.name,
      ].join(" "),
    );
  }

  function longRow({ root: files }: CommandCall, { name, path, status: node }: Listed): LongRow {
    const owner = has("numeric") ? String(node.uid) : userName(files, node.uid);
    const group = has("numeric") ? String(node.gid) : groupName(files, node.gid);
    const target = node.kind === "symlink" ? ` -> ${files.readlink(path)}` : "";
    return {
      mode: modeString(node),
      links: String(node.links),
      owner,
      group,
      size: String(sizeOf(node)),
      time: timeOf(node.mtime),
      name: name + target,
    };
  }

  function timeOf(time: number): string {
    const style = value("timeStyle") ?? "locale";
    let format: string | undefined;
    if (style.startsWith("+")) format = style.slice(1);
    else if (style === "locale") {
      // Half a year of seconds: older times show the year.
      const isRecent = call.now - time < 15_778_476 && time <= call.now;
      format = isRecent ? "%b %e %H:%M" : "%b %e  %Y";
    } else if (style === "long-iso") format = "%Y-%m-%d %H:%M";
    else if (style === "full-iso") format = "%Y-%m-%d %H:%M:%S.000000000 +0000";
    return (
      (format === undefined ? undefined : formatDate(format, time)) ??
      call.unsupported(`ls --time-style=${style}`)
    );
  }
};

interface LongRow {
  readonly mode: string;
  readonly links: string;
  readonly owner: string;
  readonly group: string;
  readonly size: string;
  readonly time: string;
  readonly name: string;
}
