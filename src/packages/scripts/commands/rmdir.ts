import type { Command } from "../command.ts";
import { RootError } from "../root.ts";
import { readOptions } from "./options.ts";
import { folderOf, withoutLastSlashes } from "./paths.ts";
import { complain, quoted } from "./report.ts";

export const rmdir: Command = (call) => {
  const { root } = call;
  const { has, operands } = readOptions(call, {
    parents: "-p --parents",
    ignore: "--ignore-fail-on-non-empty",
    verbose: "-v --verbose",
  });
  if (operands.length === 0) return complain(call, "missing operand");
  let status = 0;
  for (const operand of operands) {
    const first = withoutLastSlashes(operand);
    for (let name = first; ;) {
      const path = call.path(name);
      try {
        const kind = root.lstat(path)?.kind;
        if (kind !== undefined && kind !== "directory") throw new RootError("ENOTDIR", path);
        root.remove(path);
        if (has("verbose")) call.stdout.write(`rmdir: removing directory, ${quoted(name)}\n`);
      } catch (error) {
        if (!(error instanceof RootError)) throw error;
        if (!(has("ignore") && error.code === "ENOTEMPTY")) {
          const what = name === first ? "" : "directory ";
          status = complain(call, `failed to remove ${what}${quoted(name)}: ${error.message}`);
        }
        break;
      }
      const parent = folderOf(name);
      if (!has("parents") || parent === "." || parent === "/") break;
      name = parent;
    }
  }
  return status;
};
