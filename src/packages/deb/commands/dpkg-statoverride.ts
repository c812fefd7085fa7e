import type { Command } from "../../scripts/command.ts";
import { groupId, groupsOf, userId, usersOf } from "../../scripts/commands/accounts.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
import { inDpkgOrder } from "./file-hash.ts";
import { readLines, writeDatabase } from "../../commands/lines-file.ts";

const DATABASE = "/var/lib/dpkg/statoverride";

export const dpkgStatoverride: Command = (call) => {
  const { root } = call;
  let action: "--add" | "--remove" | "--list" | undefined;
  let isUpdating = false;
  let isForced = false;
  const words: string[] = [];
  for (const arg of call.args) {
    if (arg === "--add" || arg === "--remove" || arg === "--list") action = arg;
    else if (arg === "--update") isUpdating = true;
    else if (arg === "--force" || arg.startsWith("--force-")) isForced = true;
    else if (arg === "--quiet") continue;
    else if (arg.startsWith("-") && arg !== "-") return unknownOption(call, arg);
    else words.push(arg);
  }
  const takes = { "--add": 4, "--remove": 1 };
  if (action !== undefined && action !== "--list" && words.length !== takes[action]) {
    return fail(`${action} needs ${takes[action]} arguments`);
  }
  const lines = readLines(call, DATABASE);
  if (action === "--list") {
    const globs = words.length === 0 ? ["*"] : words.map((word) => word.replace(/(?<=.)\/$/, ""));
    const found = lines.filter((line) => globs.some((glob) => fitsGlob(pathOf(line), glob)));
    for (const line of found) call.stdout.write(`${line}\n`);
    return found.length === 0 ? 1 : 0;
  }
  if (action === "--remove") {
    const [path = ""] = words;
    const kept = lines.filter((line) => pathOf(line) !== path);
    if (kept.length === lines.length) {
      call.stderr.write(`dpkg-statoverride: warning: no override present\n`);
      return isForced ? 0 : 2;
    }
    writeDatabase(call, DATABASE, kept);
    return 0;
  }
  if (action === undefined) return fail("need an action option");
  const [user = "", group = "", mode = "", written = ""] = words;
  if (written.includes("\n")) return fail("path may not contain newlines");
  // The original takes a path that is not absolute as one below the root.
  const path = `/${written.replace(/^\/+/, "")}`.replace(/(?<=.)\/$/, "");
  const uid = user.startsWith("#") ? numberOf(user) : userId(root, user);
  const gid = group.startsWith("#") ? numberOf(group) : groupId(root, group);
  if (uid === undefined) return fail(`unknown user '${user}'`);
  if (gid === undefined) return fail(`unknown group '${group}'`);
  if (!/^[0-7]{1,5}$/.test(mode)) return fail(`mode '${mode}' is not valid`);
  const bits = Number.parseInt(mode, 8);
  if (bits > 0o7777) return fail(`mode '${mode}' is not valid`);
  const others = lines.filter((line) => pathOf(line) !== path);
  if (others.length < lines.length && !isForced) {
    return fail(`an override for '${path}' already exists; aborting`);
  }
  // The mode is kept in octal digits without those that are zero in front.
  const owner = [nameOf(usersOf(root), uid, "uid"), nameOf(groupsOf(root), gid, "gid")].join(" ");
  const line = `${owner} ${bits.toString(8)} ${path}`;
  if (isUpdating) {
    if (root.stat(path) === undefined) {
      call.stderr.write(`dpkg-statoverride: warning: --update given but ${path} does not exist\n`);
    } else {
      root.chown(path, { uid, gid });
      root.chmod(path, bits);
    }
  }
  writeDatabase(call, DATABASE, inDpkgOrder([line, ...others], pathOf));
  return 0;

  function fail(text: string): number {
    call.stderr.write(`dpkg-statoverride: error: ${text}\n`);
    return 2;
  }
};

/** An account is kept by its name; one that has none, by its number. */
function nameOf<Key extends "uid" | "gid">(
  accounts: readonly ({ readonly name: string } & { readonly [key in Key]: number })[],
  number: number,
  key: Key,
): string {
  return accounts.find((each) => each[key] === number)?.name ?? `#${number}`;
}

/** Of an account that is written as `#` and a number. */
function numberOf(account: string): number | undefined {
  return /^#\d+$/.test(account) ? Number(account.slice(1)) : undefined;
}

/** A line: user, group, mode, path. */
function pathOf(line: string): string {
  return line.split(" ").slice(3).join(" ");
}
