import type { Command, CommandCall } from "../command.ts";
import { readOptions } from "./options.ts";
import { below } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";

export const rm: Command = (call) => {
  const { root } = call;
  const { has, operands } = readOptions(call, {
    recursive: "-r -R --recursive",
    force: "-f --force",
    folders: "-d --dir",
    verbose: "-v --verbose",
    interactive: "-i -I --interactive[=]",
    oneFileSystem: "--one-file-system",
    preserveRoot: "--preserve-root[=]",
  });
  const isForced = has("force");
  if (operands.length === 0) return isForced ? 0 : complain(call, "missing operand");
  return forEach(
    call,
    operands,
    (name) => {
      const path = call.path(name);
      if (/(?:^|\/)\.{1,2}\/*$/.test(name)) {
        return complain(call, `refusing to remove '.' or '..' directory: skipping ${quoted(name)}`);
      }
      const status = root.lstat(path);
      if (status === undefined) {
        if (isForced) return 0;
        return complain(call, `cannot remove ${quoted(name)}: No such file or directory`);
      }
      if (status.kind === "directory") {
        if (!has("recursive") && !(has("folders") && root.list(path).length === 0)) {
          return complain(call, `cannot remove ${quoted(name)}: Is a directory`);
        }
        const isByLink = root.lstat(path.replace(/\/+$/, ""))?.kind === "symlink";
        if (isByLink) {
          for (const each of root.list(path)) removeTree(call, below(path, each));
          return isForced ? 0 : complain(call, `cannot remove ${quoted(name)}: Not a directory`);
        }
        if (root.realpath(path) === "/") {
          return complain(call, "it is dangerous to operate recursively on '/'");
        }
      }
      removeTree(call, path, (each, isFolder) => {
        if (!has("verbose")) return;
        const shown = quoted(name + each.slice(path.length));
        call.stdout.write(`removed ${isFolder ? "directory " : ""}${shown}\n`);
      });
      return 0;
    },
    (name) => `cannot remove ${quoted(name)}`,
  );
};

/** Removes a path and all below it; links are not followed. */
export function removeTree(
  call: Pick<CommandCall, "root" | "countSteps">,
  path: string,
  removed: (path: string, isFolder: boolean) => void = () => {},
): void {
  const { root } = call;
  call.countSteps();
  const isFolder = root.lstat(path)?.kind === "directory";
  if (isFolder) for (const name of root.list(path)) removeTree(call, below(path, name), removed);
  root.remove(path);
  removed(path, isFolder);
}
