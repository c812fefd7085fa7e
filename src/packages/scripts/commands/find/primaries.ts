import type { CommandCall } from "../../command.ts";
import { Regex } from "../../regex/regex.ts";
import { groupId, userId } from "../accounts.ts";
import { sizeOf } from "../describe-node.ts";
import { fitsGlob } from "../glob.ts";
import { changedMode } from "../mode.ts";
import { below, folderOf, lastName } from "../paths.ts";
import { complain } from "../report.ts";
import { RootError } from "../../root.ts";
import { FindError, type FindTest } from "./expression.ts";
import { filledPrintf } from "./printf.ts";

interface Primary {
  readonly takes: number | "command";
  /** An expression with one prints nothing by itself. */
  readonly isAction: boolean;
  readonly make: (args: readonly string[], call: CommandCall) => FindTest;
}

const DAY = 86_400;
const KINDS: Readonly<Record<string, string>> = {
  f: "file",
  d: "directory",
  l: "symlink",
  c: "device",
};

/** Tests and actions of find by their names. */
export const primaries: ReadonlyMap<string, Primary> = new Map<string, Primary>([
  [
    "-name",
    test(
      1,
      ([glob = ""]) =>
        ({ name }) =>
          fitsGlob(lastName(name), glob),
    ),
  ],
  [
    "-iname",
    test(
      1,
      ([glob = ""]) =>
        ({ name }) =>
          fitsGlob(lastName(name), glob, true),
    ),
  ],
  [
    "-path",
    test(
      1,
      ([glob = ""]) =>
        ({ name }) =>
          fitsGlob(name, glob),
    ),
  ],
  [
    "-wholename",
    test(
      1,
      ([glob = ""]) =>
        ({ name }) =>
          fitsGlob(name, glob),
    ),
  ],
  [
    "-ipath",
    test(
      1,
      ([glob = ""]) =>
        ({ name }) =>
          fitsGlob(name, glob, true),
    ),
  ],
  ["-regex", test(1, ([source = ""], call) => regexTest(call, source))],
  [
    "-type",
    test(
      1,
      ([types = ""]) =>
        ({ status }) =>
          types.split(",").some((type) => KINDS[type] === status.kind),
    ),
  ],
  [
    "-xtype",
    test(
      1,
      ([type = ""]) =>
        ({ path }, { call }) =>
          (call.root.stat(path) ?? call.root.lstat(path))?.kind === KINDS[type],
    ),
  ],
  [
    "-empty",
    test(
      0,
      () =>
        ({ path, status }, { call }) =>
          status.kind === "directory"
            ? call.root.list(path).length === 0
            : status.kind === "file" && status.size === 0,
    ),
  ],
  ["-user", test(1, ([name = ""], call) => ownerTest(call, userId(call.root, name), "uid"))],
  ["-group", test(1, ([name = ""], call) => ownerTest(call, groupId(call.root, name), "gid"))],
  ["-uid", test(1, ([number = ""]) => numberTest(number, ({ status }) => status.uid))],
  ["-gid", test(1, ([number = ""]) => numberTest(number, ({ status }) => status.gid))],
  ["-links", test(1, ([number = ""]) => numberTest(number, ({ status }) => status.links))],
  ["-inum", test(1, ([number = ""]) => numberTest(number, ({ status }) => status.inode))],
  [
    "-nouser",
    test(
      0,
      () =>
        ({ status }, { call }) =>
          userOf(call, status.uid) === undefined,
    ),
  ],
  ["-size", test(1, ([size = ""], call) => sizeTest(call, size))],
  [
    "-mtime",
    test(1, ([days = ""], call) =>
      numberTest(days, ({ status }) => Math.floor((call.now - status.mtime) / DAY)),
    ),
  ],
  [
    "-mmin",
    test(1, ([minutes = ""], call) =>
      numberTest(minutes, ({ status }) => Math.ceil((call.now - status.mtime) / 60)),
    ),
  ],
  ["-newer", test(1, ([name = ""], call) => newerTest(call, name))],
  ["-perm", test(1, ([mode = ""], call) => modeTest(call, mode))],
  [
    "-lname",
    test(
      1,
      ([glob = ""]) =>
        ({ path, status }, { call }) =>
          status.kind === "symlink" && fitsGlob(call.root.readlink(path), glob),
    ),
  ],
  [
    "-samefile",
    test(
      1,
      ([name = ""], call) =>
        ({ status }) =>
          call.root.stat(call.path(name))?.inode === status.inode,
    ),
  ],
  ["-readable", test(0, () => () => true)],
  ["-writable", test(0, () => () => true)],
  [
    "-executable",
    test(
      0,
      () =>
        ({ status }) =>
          (status.mode & 0o111) !== 0,
    ),
  ],
  ["-true", test(0, () => () => true)],
  ["-false", test(0, () => () => false)],
  ["-prune", test(0, () => (_, state) => (state.isPruned = true))],
  ["-quit", action(0, () => (_, state) => (state.isQuit = true))],
  [
    "-print",
    action(
      0,
      () =>
        ({ name }, { call }) =>
          wrote(call, `${name}\n`),
    ),
  ],
  [
    "-print0",
    action(
      0,
      () =>
        ({ name }, { call }) =>
          wrote(call, `${name}\0`),
    ),
  ],
  [
    "-printf",
    action(
      1,
      ([format = ""]) =>
        (found, { call }) =>
          wrote(call, filledPrintf(call, format, found)),
    ),
  ],
  [
    "-delete",
    action(0, () => ({ path, name }, state) => {
      try {
        state.call.root.remove(path);
        return true;
      } catch (error) {
        if (!(error instanceof RootError)) throw error;
        state.exitStatus = complain(state.call, `cannot delete '${name}': ${error.message}`);
        return false;
      }
    }),
  ],
  ["-exec", action("command", (args) => execTest(args, false))],
  ["-execdir", action("command", (args) => execTest(args, true))],
]);

function test(takes: number | "command", make: Primary["make"]): Primary {
  return { takes, isAction: false, make };
}

function action(takes: number | "command", make: Primary["make"]): Primary {
  return { takes, isAction: true, make };
}

function wrote(call: CommandCall, text: string): true {
  call.stdout.write(text);
  return true;
}

/** As a whole, in the syntax of Emacs, whose difference to a basic one is `+` and `?`. */
function regexTest(call: CommandCall, source: string): FindTest {
  const countSteps = (steps: number): void => call.countSteps(steps);
  const basic = source.replaceAll(/\\[^]|[+?]/g, (part) =>
    part.length === 1 ? `\\${part}` : part,
  );
  const regex = new Regex(`^\\(${basic}\\)$`, { dialect: "basic", countSteps });
  return ({ name }) => regex.test(name);
}

function ownerTest(call: CommandCall, id: number | undefined, key: "uid" | "gid"): FindTest {
  if (id === undefined) return call.unsupported("find with an account that is not known");
  return ({ status }) => status[key] === id;
}

function userOf(call: CommandCall, uid: number): number | undefined {
  return userId(call.root, String(uid)) === uid &&
    call.run(["getent", "passwd", String(uid)], { stdout: { write: () => {} } }) === 0
    ? uid
    : undefined;
}

/** `5`, `+5` for more, `-5` for less. */
function numberTest(written: string, of: (found: Parameters<FindTest>[0]) => number): FindTest {
  const match = /^([-+]?)(\d+)$/.exec(written);
  if (match === null) throw new FindError(`invalid argument '${written}' to a test of numbers`);
  const [, sign] = match;
  const number = Number(match[2]);
  return (found) => {
    const value = of(found);
    if (sign === "+") return value > number;
    return sign === "-" ? value < number : value === number;
  };
}

function sizeTest(call: CommandCall, written: string): FindTest {
  const units: Readonly<Record<string, number>> = {
    c: 1,
    w: 2,
    b: 512,
    k: 1024,
    M: 1024 ** 2,
    G: 1024 ** 3,
  };
  const match = /^([-+]?\d+)([cwbkMG]?)$/.exec(written);
  if (match === null) return call.unsupported(`the size ${written} of find`);
  const unit = units[match[2] === "" ? "b" : (match[2] ?? "b")] ?? 512;
  return numberTest(match[1] ?? "", ({ status }) => Math.ceil(sizeOf(status) / unit));
}

function newerTest(call: CommandCall, name: string): FindTest {
  const model = call.root.stat(call.path(name));
  if (model === undefined) return call.unsupported(`find -newer ${name}, which is not there`);
  return ({ status }) => status.mtime > model.mtime;
}

/** `644`, `-644` for all of these bits, `/644` for any. */
function modeTest(call: CommandCall, written: string): FindTest {
  const kind = /^[-/]/.exec(written)?.[0] ?? "";
  const text = written.slice(kind.length);
  const mode = changedMode(text, { mode: 0, isFolder: false, umask: 0 });
  if (mode === undefined) return call.unsupported(`the mode ${written} of find`);
  return ({ status }) => {
    if (kind === "-") return (status.mode & mode) === mode;
    if (kind === "/") return mode === 0 || (status.mode & mode) !== 0;
    return status.mode === mode;
  };
}

function execTest(args: readonly string[], isInFolder: boolean): FindTest {
  const end = args.at(-1);
  const command = args.slice(0, -1);
  if (end === "+") {
    return ({ name }, state) => {
      const list = state.collected.get(command) ?? [];
      list.push(name);
      state.collected.set(command, list);
      return true;
    };
  }
  return ({ name, path }, { call }) => {
    const shown = isInFolder ? below(".", lastName(path)) : name;
    const [program = "", ...rest] = command.map((word) => word.replaceAll("{}", () => shown));
    return call.run([program, ...rest], { ...(isInFolder && { cwd: folderOf(path) }) }) === 0;
  };
}
