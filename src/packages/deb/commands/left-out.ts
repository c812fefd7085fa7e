import { type LeftOut, sharedLeftOut } from "../../commands/left-out.ts";
import type { Command } from "../../scripts/command.ts";
import { printedBy } from "../../scripts/commands/printed-by.ts";
import { resolved } from "../../scripts/commands/resolve.ts";

/** Programs that do nothing, successfully, and why that is right. */
export const leftOut: ReadonlyMap<string, LeftOut> = new Map<string, LeftOut>([
  ...sharedLeftOut,
  ["apparmor_parser", "host"],
  ["loginctl", "host"],
  ["make-ssl-cert", "secret"],
  ["notify-reboot-required", "host"],
  ["pg_createcluster", "data"],
  ["py3clean", "byte-code"],
  ["py3compile", "byte-code"],
  ["pyclean", "byte-code"],
  ["pycompile", "byte-code"],
  ["pypy3clean", "byte-code"],
  ["pypy3compile", "byte-code"],
  ["update-binfmts", "host"],
  ["update-grub", "host"],
  ["update-initramfs", "host"],
  ["update-menus", "cache"],
]);

/** `perl`, for the question alone whether it is there: what is written in it is not read. */
export const perl: Command = (call) => {
  const [option, text = "", ...rest] = call.args;
  if (option === "-e" && text.trim() === "" && rest.length === 0)
    return call.findProgram("perl") === undefined ? 127 : 0;
  return call.unsupported(`Perl, for ${call.args.find((arg) => !arg.startsWith("-")) ?? "a line"}`);
};

/**
 * `setcap`, which fails as on a file system that keeps no capabilities: scripts fall back to a
 * setuid bit, and that stays where the manifest's `setuid` names the file. A container without
 * capabilities could not even start a file that has some.
 */
export const setcap: Command = (call) => {
  for (const file of call.args.filter((arg) => arg.startsWith("/")))
    call.stderr.write(`Failed to set capabilities on file '${file}': Operation not supported\n`);
  return 1;
};

/** `dpkg-realpath`. */
export const dpkgRealpath: Command = (call) => {
  const name = call.args.findLast((arg) => !arg.startsWith("-")) ?? "/";
  call.stdout.write(`${resolved(call.root, call.path(name), "missing") ?? name}\n`);
  return 0;
};

/**
 * `su` and `runuser`, for questions alone: whether a user has a file of its own. What another user
 * would do is not known here.
 */
export const su: Command = (call) => {
  const at = call.args.indexOf("-c");
  const command = call.args[at + 1] ?? "";
  // Each blank belongs to one part of the pattern alone, so that there is one way to match it.
  const isQuestion = /^(?:set -e\s+)?(?:test -[OG] [^\s&]+(?:[ \t]*(?:&&|\n)\s*|$))+$/.test(
    command.trim(),
  );
  const user = call.args.find(
    (arg, index) => !arg.startsWith("-") && !/^-[sc]$/.test(call.args[index - 1] ?? ""),
  );
  if (at === -1 || !isQuestion || user === undefined)
    return call.unsupported("a program by another user");
  const [, , uid, gid] = printedBy(call, ["getent", "passwd", user]).split(":");
  for (const [, letter, path = ""] of command.matchAll(/test -([OG]) ([^\s&]+)/g)) {
    const status = call.root.stat(call.path(path.replaceAll(/["']/g, "")));
    const isOwn = letter === "O" ? status?.uid === Number(uid) : status?.gid === Number(gid);
    if (!isOwn) return 1;
  }
  return 0;
};
