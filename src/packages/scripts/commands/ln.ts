import type { Command } from "../command.ts";
import { makesBackup, keepBackup } from "./backup.ts";
import { transfersOf } from "./destination.ts";
import { readOptions } from "./options.ts";
import { folderOf, isFolder, lastName, normalized, relativePath } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";
import { resolved } from "./resolve.ts";

export const ln: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    symbolic: "-s --symbolic",
    force: "-f --force",
    linkNoFolder: "-n --no-dereference",
    relative: "-r --relative",
    exact: "-T --no-target-directory",
    folder: "-t= --target-directory=",
    verbose: "-v --verbose",
    backup: "-b --backup[=]",
    suffix: "-S= --suffix=",
    physical: "-P --physical",
    logical: "-L --logical",
    interactive: "-i --interactive",
  });
  const isBackup = makesBackup(call, value("backup"), value("suffix"));
  const isSymbolic = has("symbolic");
  const [first, second] = operands;
  // One operand: a link of the same name in the working folder.
  const isAlone = first !== undefined && second === undefined && value("folder") === undefined;
  const transfers = transfersOf(call, isAlone ? [first, "."] : operands, {
    folder: value("folder"),
    isExact: has("exact"),
    isLinkNoFolder: has("linkNoFolder"),
  });
  if (typeof transfers === "number") return transfers;
  const kind = isSymbolic ? "symbolic link" : "hard link";
  return forEach(
    call,
    transfers,
    ({ from, to }) => {
      const path = call.path(to);
      const source = call.path(from);
      if (!isSymbolic) {
        const status = has("logical") ? root.stat(source) : root.lstat(source);
        if (status === undefined) {
          return complain(call, `failed to access ${quoted(from)}: No such file or directory`);
        }
        if (status.kind === "directory") {
          return complain(call, `${from}: hard link not allowed for directory`);
        }
      }
      const present = root.lstat(path);
      if (present !== undefined && (has("force") || isBackup)) {
        if (present.kind === "directory" || (isFolder(root, path) && present.kind !== "symlink")) {
          return complain(call, `${to}: cannot overwrite directory`);
        }
        const isSame = root.lstat(source)?.inode === present.inode;
        if (isSame && (isSymbolic ? lastName(source) === lastName(path) : true)) {
          if (!isSymbolic && source !== path) return 0;
          return complain(call, `${quoted(from)} and ${quoted(to)} are the same file`);
        }
        if (isBackup) keepBackup(call, path, value("suffix"));
        else root.remove(path);
      }
      if (isSymbolic) root.symlink(has("relative") ? relativeTarget(source, path) : from, path);
      else root.link(has("logical") ? root.realpath(source) : source, path);
      if (has("verbose"))
        call.stdout.write(`${quoted(to)} ${isSymbolic ? "->" : "=>"} ${quoted(from)}\n`);
      return 0;
    },
    ({ to }) => `failed to create ${kind} ${quoted(to)}`,
  );

  function relativeTarget(source: string, path: string): string {
    const folder = resolved(root, folderOf(path), "missing") ?? normalized(folderOf(path));
    const goal = resolved(root, source, "missing") ?? normalized(source);
    return relativePath(folder, goal);
  }
};
