import type { Command } from "../command.ts";
import { changedMode } from "./mode.ts";
import { readOptions } from "./options.ts";
import { tree } from "./paths.ts";
import { complain, forEach, quoted } from "./report.ts";

export const chmod: Command = (call) => {
  const { root, umask } = call;
  const args = call.args.map((arg) => (/^-[rwxXst0-7]+$/.test(arg) ? `\0${arg}` : arg));
  const { has, value, operands } = readOptions(
    { ...call, args },
    {
      recursive: "-R --recursive",
      quiet: "-f --silent --quiet",
      verbose: "-v --verbose",
      changes: "-c --changes",
      reference: "--reference=",
      preserveRoot: "--preserve-root",
    },
  );
  if (has("verbose") || has("changes")) call.unsupported("the option -v of chmod");
  const reference = value("reference");
  const [first = "", ...rest] = operands;
  const written = first.replace(/^\0/, "");
  const names = reference === undefined ? rest : operands;
  if (names.length === 0) return complain(call, "missing operand");
  const model = reference === undefined ? undefined : root.stat(call.path(reference));
  if (reference !== undefined && model === undefined) {
    return complain(
      call,
      `failed to get attributes of ${quoted(reference)}: No such file or directory`,
    );
  }
  const probe = { mode: 0, isFolder: false, umask };
  if (model === undefined && changedMode(written, probe) === undefined) {
    return complain(call, `invalid mode: ${quoted(written)}`);
  }

  const change = (path: string, isOperand: boolean): void => {
    const self = root.lstat(path);
    // Below a folder, links are left alone: their targets may be anywhere.
    if (self?.kind === "symlink" && !isOperand) return;
    const status = root.stat(path);
    const isFolder = status?.kind === "directory";
    const mode = model?.mode ?? changedMode(written, { mode: status?.mode ?? 0, isFolder, umask });
    root.chmod(path, mode ?? 0);
  };
  const quietCall = has("quiet") ? { ...call, stderr: { write: () => {} } } : call;
  return forEach(
    quietCall,
    names,
    (name) => {
      const path = call.path(name);
      if (root.stat(path) === undefined) {
        const isDangling = root.lstat(path) !== undefined;
        const reason = isDangling
          ? `cannot operate on dangling symlink ${quoted(name)}`
          : `cannot access ${quoted(name)}: No such file or directory`;
        return complain(quietCall, reason);
      }
      change(path, true);
      if (!has("recursive")) return 0;
      // A link that is named is followed.
      const top = root.realpath(path);
      for (const each of tree(root, top)) {
        call.countSteps();
        if (each !== top) change(each, false);
      }
      return 0;
    },
    (name) => `cannot access ${quoted(name)}`,
  );
};
