import { toBytes } from "../scripts/bytes.ts";
import type { Command, CommandCall } from "../scripts/command.ts";
import { groupId, userId } from "../scripts/commands/accounts.ts";
import { fitsGlob } from "../scripts/commands/glob.ts";
import { makeFolders } from "../scripts/commands/mkdir.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { folderOf, tree } from "../scripts/commands/paths.ts";
import { readLines, readLinesToMatch } from "./lines-file.ts";
import { systemdFiles } from "./systemd-files.ts";

const SPECIFIERS: Readonly<Record<string, string>> = {
  t: "/run",
  S: "/var/lib",
  C: "/var/cache",
  L: "/var/log",
  T: "/tmp",
  V: "/var/tmp",
  h: "/root",
  u: "root",
  U: "0",
  g: "root",
  G: "0",
  "%": "%",
};

interface TmpfilesLine {
  readonly type: string;
  readonly path: string;
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  readonly argument: string;
}

/** `systemd-tmpfiles --create`. Access lists and file attributes are not in an image. */
export const systemdTmpfiles: Command = (call) => {
  const { has, operands } = readOptions(call, {
    create: "--create",
    remove: "--remove",
    clean: "--clean",
    boot: "--boot",
    prefix: "--prefix=",
    exclude: "--exclude-prefix=",
    root: "--root=",
  });
  if (has("clean") || has("prefix") || has("exclude"))
    return call.unsupported("systemd-tmpfiles --clean");
  if (!has("create")) return 0;
  let status = 0;
  const claims = new Map<string, string>();
  for (const { name, path } of systemdFiles(call, "tmpfiles.d", operands)) {
    if (path === undefined) {
      call.stderr.write(`Failed to open '${name}', ignoring: No such file or directory\n`);
      status = 1;
      continue;
    }
    for (const text of readLinesToMatch(call, path)) {
      const line = parseLine(call, text);
      if (line === "faulty") status = 65;
      if (typeof line !== "object" || (line.type.includes("!") && !has("boot"))) continue;
      if (!hasAccounts(call, line)) {
        call.stderr.write(`Failed to resolve user or group of ${line.path}\n`);
        status = 65;
        continue;
      }
      if (!claim(claims, line)) {
        call.stderr.write(`Duplicate line for path "${line.path}", ignoring.\n`);
        continue;
      }
      create(call, line);
    }
  }
  return status;
};

/**
 * Whether a line is the first that says what a path is, or says the same as the first. One that
 * appends, or looks after what is there, may come later.
 */
function claim(claims: Map<string, string>, line: TmpfilesLine): boolean {
  const { type, path, mode, user, group, argument } = line;
  if (!/^[fFwdDvqQpLcbCrR]/.test(type) || type.includes("+")) return true;
  const says = [Number.parseInt(mode, 8), user, group, argument].join("\0");
  const first = claims.get(path);
  if (first === undefined) claims.set(path, says);
  return first === undefined || first === says;
}

function parseLine(call: CommandCall, text: string): TmpfilesLine | "faulty" | undefined {
  if (/^\s*(?:#|$)/.test(text)) return undefined;
  const words = wordsOf(text);
  if (words.length < 2) return "faulty";
  // Without an identity of the machine a line that names it is passed over.
  const identity = machineId(call);
  if (identity === undefined && /%m/.test(text)) return undefined;
  // What is to be kept or to go when a machine runs is nothing that is made. Credentials, whose
  // names `^` asks for, are what a machine is started with.
  if (/^[xX]|\^/.test(words[0] ?? "")) return undefined;
  const filled = (word: string): string =>
    word.replaceAll(/%(.)/g, (whole, letter: string) => {
      if (letter === "m") return identity ?? "";
      const value = Object.hasOwn(SPECIFIERS, letter) ? SPECIFIERS[letter] : undefined;
      return value ?? call.unsupported(`the specifier ${whole} of tmpfiles.d`);
    });
  const [type = "", path = "", mode = "-", user = "-", group = "-", , argument = "-"] = words;
  return {
    type,
    path: filled(path.replaceAll('"', "")),
    mode,
    user: filled(user),
    group: filled(group),
    argument: argument === "-" ? "" : filled(argument),
  };
}

/** The six words of a line and, as the seventh, all that follows; of the path quotes are part. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== "" && words.length < 6) {
    const [word = ""] = (words.length === 1 ? /^(?:"[^"]*"(?=\s|$)|\S+)/ : /^\S+/).exec(rest) ?? [];
    words.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return rest === "" ? words : [...words, rest];
}

function machineId(call: CommandCall): string | undefined {
  const [line = ""] = readLines(call, "/etc/machine-id");
  return /^[0-9a-f]{32}$/.test(line) ? line : undefined;
}

function create(call: CommandCall, line: TmpfilesLine): void {
  const { root } = call;
  const { path, argument } = line;
  const letter = line.type[0] ?? "";
  const isForced = line.type.includes("+");
  const open = { ...call, umask: 0o022 };
  switch (letter) {
    case "d":
    case "D":
    case "v":
    case "q":
    case "Q":
      // What is there and is no folder is left alone.
      if ((root.stat(path)?.kind ?? "directory") !== "directory") return;
      makeFolders(open, path);
      return setOwner(call, line, path);
    case "e":
    case "z":
      for (const each of globbed(call, path)) setOwner(call, line, each);
      return;
    case "f":
    case "F": {
      const isNew = root.lstat(path) === undefined;
      makeFolders(open, folderOf(path));
      if (isNew || isForced || letter === "F")
        root.write(path, toBytes(unescaped(argument)), 0o644);
      return setOwner(call, line, path);
    }
    case "w":
      for (const each of globbed(call, path)) {
        const content = toBytes(unescaped(argument));
        // It is written over the beginning of what is there, or behind it.
        const rest = root.read(each).subarray(content.length);
        if (isForced) root.append(each, content);
        else root.write(each, Buffer.concat([content, rest]));
      }
      return;
    case "L": {
      const target = argument === "" ? `/usr/share/factory${path}` : argument;
      if (line.type.includes("?") && root.stat(target) === undefined) return;
      if (root.lstat(path) !== undefined) {
        if (!isForced || root.lstat(path)?.kind === "directory") return;
        root.remove(path);
      }
      makeFolders(open, folderOf(path));
      root.symlink(target, path);
      return;
    }
    case "C": {
      const source = argument === "" ? `/usr/share/factory${path}` : argument;
      const present = root.stat(path);
      const isEmpty = present?.kind === "directory" && root.list(path).length === 0;
      if (root.stat(source) !== undefined && (present === undefined || isEmpty)) {
        makeFolders(open, folderOf(path));
        call.run(["cp", "-aT", source, path]);
        const perms = { ...line, mode: "-" };
        for (const each of tree(root, path)) setOwner(call, perms, each);
      }
      return setOwner(call, line, path);
    }
    case "Z":
      for (const each of globbed(call, path))
        for (const inner of tree(root, each)) setOwner(call, line, inner);
      return;
    case "a":
    case "A":
    case "h":
    case "H":
    case "t":
    case "T":
    case "x":
    case "X":
    case "r":
    case "R":
      return;
    default:
      return call.unsupported(`the type ${line.type} of tmpfiles.d`);
  }
}

/** Whether the user and the group of a line are there, where it names any. */
function hasAccounts({ root }: CommandCall, { user, group }: TmpfilesLine): boolean {
  const isUser = user === "-" || userId(root, user.replace(/^:/, "")) !== undefined;
  return isUser && (group === "-" || groupId(root, group.replace(/^:/, "")) !== undefined);
}

/** What a line does not say stays as it is. */
function setOwner(call: CommandCall, line: TmpfilesLine, path: string): void {
  const { root } = call;
  const status = root.lstat(path);
  if (status === undefined) return;
  root.chown(path, {
    isLinkItself: status.kind === "symlink",
    uid: line.user === "-" ? undefined : userId(root, line.user.replace(/^:/, "")),
    gid: line.group === "-" ? undefined : groupId(root, line.group.replace(/^:/, "")),
  });
  const written = /^[~:]*([0-7]{3,5})$/.exec(line.mode)?.[1];
  if (written === undefined || status.kind === "symlink") return;
  let mode = Number.parseInt(written, 8);
  // `~` takes away what the file itself does not have: execution of what is no program.
  const isPlain = status.kind === "file" && (status.mode & 0o111) === 0;
  if (line.mode.includes("~") && isPlain) mode &= ~0o111;
  root.chmod(path, mode);
}

/** Paths that a pattern means; itself when it is none. */
function globbed({ root }: CommandCall, pattern: string): readonly string[] {
  if (!/[*?[]/.test(pattern)) return root.lstat(pattern) === undefined ? [] : [pattern];
  let found = [""];
  for (const step of pattern.split("/").slice(1)) {
    found = found.flatMap((folder) => {
      const at = folder === "" ? "/" : folder;
      if (root.stat(at)?.kind !== "directory") return [];
      return root
        .list(at)
        .filter((name) => fitsGlob(name, step))
        .map((name) => `${folder}/${name}`);
    });
  }
  return found;
}

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(n|t|\\)/g,
    (_, letter: string) => ({ n: "\n", t: "\t", "\\": "\\" })[letter] ?? letter,
  );
}
