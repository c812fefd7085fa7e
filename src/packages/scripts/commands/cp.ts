import type { Command, CommandCall } from "../command.ts";
import { BACKUP_AND_NO_CLOBBER, keepBackup, makesBackup } from "./backup.ts";
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
  const isBackup = makesBackup(call, value("backup"), value("suffix"));
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
      given.findLast(({ name }) => ["interactive", "noClobber"].includes(name))?.name ===
      "noClobber",
    isForced: has("force"),
    removesFirst: has("removesFirst"),
    onlyNewer: has("update"),
    asHardLink: has("hardLink"),
    asSymbolicLink: has("symbolicLink"),
    hasNewMode: values("keepNot").some((list) => keptBy(list).includes("mode")),
  };
  if (isBackup && rules.isNoClobber) return complain(call, BACKUP_AND_NO_CLOBBER);
  const transfers = transfersOf(call, operands, { folder: value("folder"), isExact: has("exact") });
  if (typeof transfers === "number") return transfers;
  const copies = new Map<number, string>();
  return forEach(
    call,
    transfers,
    ({ from, to }) => {
      const goal = call.path(to);
      const source = call.path(from);
      const path = { from: source, to: goal, isOperand: true, written: from };
      if (isBackup && call.root.stat(goal)?.kind === "file") {
        // With `-f` a file that is copied onto itself becomes its own backup.
        const isItself = isSamePlace(call, source, goal);
        if (isItself && has("force")) path.to = `${goal}${value("suffix") ?? "~"}`;
        else if (!isItself) keepBackup(call, goal, value("suffix"));
      }
      const wrong = copyTree(call, path, rules, copies);
      if (wrong !== undefined) return complain(call, wrong);
      if (has("verbose")) call.stdout.write(`${quoted(from)} -> ${quoted(to)}\n`);
      return 0;
    },
    ({ to }) => `cannot create regular file ${quoted(to)}`,
  );
};

/** Whether the goal is no link, and the source leads to it. */
function isSamePlace({ root }: CommandCall, source: string, goal: string): boolean {
  if (root.stat(source) === undefined || root.lstat(goal)?.kind === "symlink") return false;
  return root.realpath(source) === root.realpath(goal);
}

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
