import type { Command, CommandCall } from "../command.ts";
import { groupId, userId } from "./accounts.ts";
import { makesBackup, keepBackup } from "./backup.ts";
import { transfersOf } from "./destination.ts";
import { makeFolders } from "./mkdir.ts";
import { changedMode } from "./mode.ts";
import { readOptions } from "./options.ts";
import { folderOf } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";

export const install: Command = (call) => {
  const { root } = call;
  const { has, value, operands } = readOptions(call, {
    backup: "-b --backup[=]",
    suffix: "-S= --suffix=",
    compare: "-C --compare",
    oldBsd: "-c",
    folders: "-d --directory",
    leading: "-D",
    group: "-g= --group=",
    mode: "-m= --mode=",
    owner: "-o= --owner=",
    times: "-p --preserve-timestamps",
    folder: "-t= --target-directory=",
    exact: "-T --no-target-directory",
    verbose: "-v --verbose",
    context: "-Z",
  });
  const isBackup = makesBackup(call, value("backup"), value("suffix"));
  const mode = changedMode(value("mode") ?? "0755", { mode: 0, isFolder: false, umask: 0 });
  if (mode === undefined) return complain(call, `invalid mode ${quoted(value("mode") ?? "")}`);
  const owner = { uid: numberOf(value("owner"), userId), gid: numberOf(value("group"), groupId) };
  if (Number.isNaN(owner.uid))
    return complain(call, `invalid user ${quoted(value("owner") ?? "")}`);
  if (Number.isNaN(owner.gid))
    return complain(call, `invalid group ${quoted(value("group") ?? "")}`);
  // Folders on the way are made without regard to the umask.
  const open: CommandCall = { ...call, umask: 0o022 };

  if (has("folders")) {
    if (operands.length === 0) return complain(call, "missing file operand");
    return forEach(
      call,
      operands,
      (name) => {
        const path = call.path(name);
        makeFolders(open, path);
        finish(path);
      },
      (name) => `cannot create directory ${quoted(name)}`,
    );
  }
  const goalFolder = value("folder");
  if (has("leading")) {
    const last = goalFolder ?? folderOf(operands.at(-1) ?? "");
    makeFolders(open, call.path(last));
  }
  const transfers = transfersOf(call, operands, { folder: goalFolder, isExact: has("exact") });
  if (typeof transfers === "number") return transfers;
  return forEach(
    call,
    transfers,
    ({ from, to }) => {
      const source = call.path(from);
      const path = call.path(to);
      const status = root.stat(source);
      if (status === undefined) {
        return complain(call, `cannot stat ${quoted(from)}: No such file or directory`);
      }
      if (status.kind === "directory") {
        return complain(call, `omitting directory ${quoted(from)}`);
      }
      const content = call.readFile(from);
      // A link at the goal is replaced, also one that leads to the source.
      if (root.lstat(path)?.inode === status.inode) {
        return complain(call, `${quoted(from)} and ${quoted(to)} are the same file`);
      }
      if (root.lstat(path) !== undefined) {
        if (isBackup) keepBackup(call, path, value("suffix"));
        else if (root.lstat(path)?.kind !== "directory") root.remove(path);
      }
      root.write(path, content, 0o600);
      finish(path);
      if (has("times")) root.setTime(path, status.mtime);
      if (has("verbose")) call.stdout.write(`${quoted(from)} -> ${quoted(to)}\n`);
      return 0;
    },
    ({ to }) => `cannot create regular file ${quoted(to)}`,
  );

  function finish(path: string): void {
    if (owner.uid !== undefined || owner.gid !== undefined) root.chown(path, owner);
    const status = root.stat(path);
    const isFolder = status?.kind === "directory";
    // A folder made without `-m` does not keep the bit that the folder above handed on.
    const before = isFolder && has("mode") ? status.mode & 0o6000 : 0;
    const file = { mode: before, isFolder, umask: 0 };
    root.chmod(path, changedMode(value("mode") ?? "0755", file) ?? 0);
  }

  function numberOf(name: string | undefined, find: typeof userId): number | undefined {
    return name === undefined ? undefined : (find(root, name) ?? Number.NaN);
  }
};
