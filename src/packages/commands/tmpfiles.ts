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
      if (line === undefined || (line.type.includes("!") && !has("boot"))) continue;
      if (!claim(claims, line)) {
        call.stderr.write(`Duplicate line for path "${line.path}", ignoring.\n`);
        continue;
      }
      if (!create(call, line)) status = 65;
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

function parseLine(call: CommandCall, text: string): TmpfilesLine | undefined {
  if (/^\s*(?:#|$)/.test(text)) return undefined;
  const words = wordsOf(text);
  if (words.length < 2) return undefined;
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

/** Whether it could be done. */
function create(call: CommandCall, line: TmpfilesLine): boolean {
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
      if (root.stat(path) !== undefined && root.stat(path)?.kind !== "directory") return false;
      makeFolders(open, path);
      return setOwner(call, line, path, 0o755);
    case "e":
      return globbed(call, path).every((each) => setOwner(call, line, each, undefined));
    case "f":
    case "F": {
      const isNew = root.lstat(path) === undefined;
      makeFolders(open, folderOf(path));
      if (isNew || isForced || letter === "F")
        root.write(path, toBytes(unescaped(argument)), 0o644);
      return setOwner(call, line, path, 0o644);
    }
    case "w":
      for (const each of globbed(call, path)) root.write(each, toBytes(unescaped(argument)));
      return true;
    case "L": {
      const target = argument === "" ? `/usr/share/factory${path}` : argument;
      if (line.type.includes("?") && root.stat(target) === undefined) return true;
      if (root.lstat(path) !== undefined) {
        if (!isForced || root.lstat(path)?.kind === "directory") return true;
        root.remove(path);
      }
      makeFolders(open, folderOf(path));
      root.symlink(target, path);
      return true;
    }
    case "C": {
      const source = argument === "" ? `/usr/share/factory${path}` : argument;
      const present = root.stat(path);
      const isEmpty = present?.kind === "directory" && root.list(path).length === 0;
      if (root.stat(source) !== undefined && (present === undefined || isEmpty)) {
        makeFolders(open, folderOf(path));
        call.run(["cp", "-aT", source, path]);
      }
      return root.stat(path) === undefined || setOwner(call, line, path, undefined);
    }
    case "z":
    case "Z":
      return globbed(call, path).every((each) =>
        letter === "z"
          ? setOwner(call, line, each, undefined)
          : [...tree(root, each)].every((inner) => setOwner(call, line, inner, undefined)),
      );
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
      return true;
    default:
      return call.unsupported(`the type ${line.type} of tmpfiles.d`);
  }
}

function setOwner(
  call: CommandCall,
  line: TmpfilesLine,
  path: string,
  fallback: number | undefined,
): boolean {
  const { root } = call;
  const status = root.lstat(path);
  if (status === undefined || status.kind === "symlink") return true;
  const uid = line.user === "-" ? undefined : userId(root, line.user.replace(/^:/, ""));
  const gid = line.group === "-" ? undefined : groupId(root, line.group.replace(/^:/, ""));
  const isUnknown =
    (line.user !== "-" && uid === undefined) || (line.group !== "-" && gid === undefined);
  if (isUnknown) {
    call.stderr.write(`Failed to resolve user or group of ${path}\n`);
    return false;
  }
  root.chown(path, {
    uid: uid ?? (fallback === undefined ? undefined : 0),
    gid: gid ?? (fallback === undefined ? undefined : 0),
  });
  const written = /^[~:]*([0-7]{3,5})$/.exec(line.mode)?.[1];
  let mode = written === undefined ? fallback : Number.parseInt(written, 8);
  // `~` takes away what the file itself does not have: execution of what is no program.
  if (
    mode !== undefined &&
    line.mode.includes("~") &&
    status.kind === "file" &&
    (status.mode & 0o111) === 0
  ) {
    mode &= ~0o111;
  }
  if (mode !== undefined) root.chmod(path, mode);
  return true;
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
