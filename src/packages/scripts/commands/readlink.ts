import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";
import { resolved } from "./resolve.ts";

export const readlink: Command = (call) => {
  const { root } = call;
  const { has, operands, given } = readOptions(call, {
    folder: "-f --canonicalize",
    all: "-e --canonicalize-existing",
    missing: "-m --canonicalize-missing",
    noNewline: "-n --no-newline",
    quiet: "-q --quiet -s --silent",
    verbose: "-v --verbose",
    zero: "-z --zero",
  });
  if (operands.length === 0) return complain(call, "missing operand");
  const needs = given
    .map(({ name }) => name)
    .findLast((name) => name === "folder" || name === "all" || name === "missing");
  const end = has("zero") ? "\0" : "\n";
  let status = 0;
  for (const name of operands) {
    const path = call.path(name);
    let found: string | undefined;
    if (name === "") found = undefined;
    else if (needs === "folder" || needs === "all" || needs === "missing") {
      found = resolved(root, path, needs);
    } else if (root.lstat(path)?.kind === "symlink") found = root.readlink(path);
    if (found === undefined) {
      status = 1;
      if (has("verbose")) complain(call, `${name}: No such file or directory`);
      continue;
    }
    call.stdout.write(found + (has("noNewline") && operands.length === 1 ? "" : end));
  }
  return status;
};
