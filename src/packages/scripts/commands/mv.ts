import type { Command } from "../command.ts";
import { BACKUP_AND_NO_CLOBBER, keepBackup, makesBackup } from "./backup.ts";
import { transfersOf } from "./destination.ts";
import { readOptions } from "./options.ts";
import { withoutLastSlashes } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";

export const mv: Command = (call) => {
  const { root } = call;
  const { has, value, given, operands } = readOptions(call, {
    backup: "-b --backup[=]",
    suffix: "-S= --suffix=",
    force: "-f --force",
    interactive: "-i --interactive",
    noClobber: "-n --no-clobber",
    folder: "-t= --target-directory=",
    exact: "-T --no-target-directory",
    update: "-u --update",
    verbose: "-v --verbose",
    // Without SELinux it does nothing.
    context: "-Z --context",
    stripSlashes: "--strip-trailing-slashes",
  });
  const isBackup = makesBackup(call, value("backup"), value("suffix"));
  const clobber = given.findLast(({ name }) =>
    ["force", "interactive", "noClobber"].includes(name),
  );
  if (isBackup && clobber?.name === "noClobber") return complain(call, BACKUP_AND_NO_CLOBBER);
  const transfers = transfersOf(call, operands, { folder: value("folder"), isExact: has("exact") });
  if (typeof transfers === "number") return transfers;
  return forEach(
    call,
    transfers,
    ({ from, to }) => {
      const source = call.path(has("stripSlashes") ? withoutLastSlashes(from) : from);
      const goal = call.path(to);
      const moved = root.lstat(source);
      if (moved === undefined) {
        return complain(call, `cannot stat ${quoted(from)}: No such file or directory`);
      }
      const present = root.lstat(goal);
      if (present !== undefined) {
        if (clobber?.name === "noClobber") return 0;
        if (has("update") && present.mtime >= moved.mtime) return 0;
        if (present.inode === moved.inode && moved.kind !== "directory") {
          if (moved.links === 1 || source === goal) {
            return complain(call, `${quoted(from)} and ${quoted(to)} are the same file`);
          }
          root.remove(source);
          return 0;
        }
        const leadsThere = moved.kind === "symlink" && root.stat(source)?.inode === present.inode;
        if (leadsThere && !isBackup) {
          return complain(call, `${quoted(from)} and ${quoted(to)} are the same file`);
        }
        if (present.kind === "directory" && moved.kind !== "directory") {
          const reason = `cannot overwrite directory ${quoted(to)} with non-directory`;
          return complain(call, reason);
        }
        if (present.kind !== "directory" && moved.kind === "directory") {
          const names = `non-directory ${quoted(to)} with directory ${quoted(from)}`;
          return complain(call, `cannot overwrite ${names}`);
        }
        if (isBackup) keepBackup(call, goal, value("suffix"));
      }
      root.rename(source, goal.replace(/(?<=^\/|[^/])\/+$/, moved.kind === "directory" ? "" : "/"));
      if (has("verbose")) call.stdout.write(`renamed ${quoted(from)} -> ${quoted(to)}\n`);
      return 0;
    },
    ({ from, to }) => `cannot move ${quoted(from)} to ${quoted(to)}`,
  );
};
