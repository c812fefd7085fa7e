import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { normalized, relativePath } from "./paths.ts";
import { complain } from "./report.ts";
import { resolved } from "./resolve.ts";

export const realpath: Command = (call) => {
  const { root } = call;
  const { has, value, operands, given } = readOptions(call, {
    all: "-e --canonicalize-existing",
    missing: "-m --canonicalize-missing",
    physical: "-P --physical",
    quiet: "-q --quiet",
    noLinks: "-s --strip --no-symlinks",
    relativeTo: "--relative-to=",
    zero: "-z --zero",
  });
  if (operands.length === 0) return complain(call, "missing operand");
  const needs = given
    .map(({ name }) => name)
    .findLast((name) => name === "all" || name === "missing");
  const base = value("relativeTo");
  let status = 0;
  for (const name of operands) {
    const found = name === "" ? undefined : find(call.path(name));
    if (found === undefined) {
      status = 1;
      if (!has("quiet")) complain(call, `${name}: No such file or directory`);
      continue;
    }
    const from = base === undefined ? undefined : find(call.path(base));
    const shown = from === undefined ? found : relativePath(from, found);
    call.stdout.write(shown + (has("zero") ? "\0" : "\n"));
  }
  return status;

  function find(path: string): string | undefined {
    if (!has("noLinks")) {
      return resolved(root, path, needs === "all" || needs === "missing" ? needs : "folder");
    }
    const plain = normalized(path);
    return needs !== "all" || root.stat(plain) !== undefined ? plain : undefined;
  }
};
