import type { Command } from "../command.ts";
import { checkBackup, keepBackup } from "./backup.ts";
import { copyTree, type CopyRules } from "./copy-tree.ts";
import { transfersOf } from "./destination.ts";
import { readOptions, unknownOption } from "./options.ts";
import { complain, forEach, quoted } from "./report.ts";

export const cp: Command = (call) => {
  const { has, value, values, given, operands } = readOptions(call, {
    archive: "-a --archive",
    attributesOnly: "--attributes-only",
    backup: "-b --backup[=]",
    suffix: "-S= --suffix=",
    linksOnly: "-d",
    force: "-f --force",
    interactive: "-i --interactive",
    followOperands: "-H",
    followAll: "-L --dereference",
    followNone: "-P --no-dereference",
    hardLink: "-l --link",
    noClobber: "-n --no-clobber",
    keepSome: "-p",
    keep: "--preserve[=]",
    keepNot: "--no-preserve=",
    recursive: "-R -r --recursive",
    reflink: "--reflink[=]",
    removesFirst: "--remove-destination",
    symbolicLink: "-s --symbolic-link",
    folder: "-t= --target-directory=",
    exact: "-T --no-target-directory",
    update: "-u --update",
    verbose: "-v --verbose",
    oneFileSystem: "-x --one-file-system",
    context: "-Z",
    stripSlashes: "--strip-trailing-slashes",
  });
  if (has("attributesOnly")) return unknownOption(call, "--attributes-only");
  checkBackup(call, value("backup"));
  const kept = new Set<string>();
  for (const { name, value: list } of given) {
    if (name === "archive") for (const each of ["mode", "owner", "time", "links"]) kept.add(each);
    if (name === "linksOnly") kept.add("links");
    if (name === "keepSome") for (const each of ["mode", "owner", "time"]) kept.add(each);
    if (name === "keep") for (const each of keptBy(list)) kept.add(each);
    if (name === "keepNot") for (const each of keptBy(list)) kept.delete(each);
  }
  const isRecursive = has("archive") || has("recursive");
  const byFollow = given.findLast(({ name }) =>
    ["archive", "linksOnly", "followOperands", "followAll", "followNone"].includes(name),
  )?.name;
  let follow: CopyRules["follow"] = isRecursive ? "never" : "always";
  if (byFollow === "followAll") follow = "always";
  else if (byFollow === "followOperands") follow = "operands";
  else if (byFollow !== undefined) follow = "never";
  const rules: CopyRules = {
    follow,
    keeps: { mode: kept.has("mode"), owner: kept.has("owner"), time: kept.has("time") },
    keepsHardLinks: kept.has("links"),
    isRecursive,
    isNoClobber:
      given.findLast(({ name }) => ["force", "noClobber"].includes(name))?.name === "noClobber",
    removesFirst: has("removesFirst"),
    onlyNewer: has("update"),
    asHardLink: has("hardLink"),
    asSymbolicLink: has("symbolicLink"),
    hasNewMode: values("keepNot").some((list) => keptBy(list).includes("mode")),
  };
  const transfers = transfersOf(call, operands, { folder: value("folder"), isExact: has("exact") });
  if (typeof transfers === "number") return transfers;
  const copies = new Map<number, string>();
  return forEach(
    call,
    transfers,
    ({ from, to }) => {
      const goal = call.path(to);
      if (has("backup") && !rules.isNoClobber && call.root.stat(goal)?.kind === "file") {
        keepBackup(call, goal, value("suffix"));
      }
      const path = { from: call.path(from), to: goal, isOperand: true, written: from };
      const wrong = copyTree(call, path, rules, copies);
      if (wrong !== undefined) return complain(call, wrong);
      if (has("verbose")) call.stdout.write(`${quoted(from)} -> ${quoted(to)}\n`);
      return 0;
    },
    ({ to }) => `cannot create regular file ${quoted(to)}`,
  );
};

/** Names of `--preserve`; a context and extended attributes are not in the root. */
function keptBy(list: string): readonly string[] {
  const names = list === "" ? "mode,ownership,timestamps" : list;
  return names.split(",").flatMap((name) => {
    if (name === "all") return ["mode", "owner", "time", "links"];
    if (name === "ownership") return ["owner"];
    if (name === "timestamps") return ["time"];
    return [name];
  });
}
