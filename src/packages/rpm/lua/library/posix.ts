import { nullOutput } from "./null-output.ts";
import { findGroup, findUser, groupId, userId } from "../../../scripts/commands/accounts.ts";
import type { NodeKind, NodeStatus } from "../../../scripts/root.ts";
import { type LuaFunction, LuaTable, type LuaValue } from "../value.ts";
import { ChildEnded, type LuaWorld, pathIn, unknown } from "../world.ts";
import { type Arguments, libraryOf } from "./arguments.ts";
import { orFailed } from "./failed.ts";
import { modeOf, modeText } from "./mode.ts";

const OK: readonly LuaValue[] = [0];
const NOTHING: readonly LuaValue[] = [undefined];

const KINDS: Readonly<Record<NodeKind, string>> = {
  file: "regular",
  directory: "directory",
  symlink: "link",
  device: "character device",
};

/** `posix` as RPM has it, for the root. Source: rpm 4.16, luaext/lposix.c. */
export function posixLibrary(world: LuaWorld, fork: LuaFunction): LuaTable {
  const { call } = world;
  const { root } = call;
  const at = (args: Arguments, number: number): string => pathIn(world, args.text(number));
  const library = libraryOf({
    access: (args) =>
      orFailed(args.text(1), () => {
        const path = at(args, 1);
        const status = root.stat(path);
        if (status === undefined) root.read(path);
        const wantsToRun = args.text(2, "f").includes("x");
        const canRun = status?.kind === "directory" || ((status?.mode ?? 0) & 0o111) !== 0;
        return wantsToRun && !canRun ? [undefined, `${args.text(1)}: Permission denied`, 13] : OK;
      }),
    chdir: (args) =>
      done(args, () => {
        root.list(at(args, 1));
        world.cwd = root.realpath(at(args, 1));
      }),
    chmod: (args) => {
      const path = at(args, 1);
      const wanted = args.text(2);
      return done(args, () => {
        const before = root.stat(path)?.mode;
        // Nothing is there: the kernel says so before anybody reads the mode.
        if (before === undefined) return root.chmod(path, 0);
        root.chmod(path, modeOf(wanted, before) ?? args.refuse(2, "bad mode"));
      });
    },
    chown: (args) =>
      done(args, () => {
        const id = (value: LuaValue, find: (key: string) => number | undefined) =>
          typeof value === "number" || value === undefined
            ? value
            : find(args.text(value === args.value(2) ? 2 : 3));
        const uid = id(args.value(2), (key) => userId(root, key));
        const gid = id(args.value(3), (key) => groupId(root, key));
        root.chown(at(args, 1), { uid, gid });
      }),
    dir: (args) =>
      orFailed(args.text(1, "."), () => [LuaTable.list(namesIn(world, args.text(1, ".")))]),
    errno: () => ["Success", 0],
    exec: (args) => {
      if (!world.isChild) return unknown(world, "posix.exec without a child process");
      run(world, [args.text(1), ...args.from(2).map((_, index) => args.text(index + 2))]);
      throw new ChildEnded();
    },
    files: (args) =>
      orFailed(args.text(1, "."), () => {
        const names = namesIn(world, args.text(1, ".")).values();
        return [() => [names.next().value]];
      }),
    getcwd: () => [world.cwd],
    getenv: (args) => [world.env.get(args.text(1))],
    getgroup: (args) => {
      const group = findGroup(root, args.text(1));
      if (group === undefined) return NOTHING;
      const table = LuaTable.list(group.members);
      table.set("name", group.name);
      table.set("gid", group.gid);
      return [table];
    },
    getpasswd: (args) => {
      const user = findUser(root, args.text(1, "root"));
      if (user === undefined) return NOTHING;
      const { name, uid, gid, home, shell, gecos } = user;
      const table = LuaTable.of({ name, uid, gid, dir: home, shell, gecos, passwd: "x" });
      if (args.value(2) === undefined) return [table];
      return [table.get(args.text(2)) ?? args.refuse(2, `invalid option '${args.text(2)}'`)];
    },
    link: (args) => doneOfTwo(() => root.link(at(args, 1), at(args, 2))),
    mkdir: (args) => done(args, () => root.mkdir(at(args, 1), 0o777 & ~world.umask)),
    readlink: (args) => orFailed(args.text(1), () => [root.readlink(at(args, 1))]),
    redirect2null: (args) => {
      if (!world.isChild) return unknown(world, "posix.redirect2null without a child process");
      world.silenced.add(args.number(1));
      return OK;
    },
    rmdir: (args) => done(args, () => root.remove(at(args, 1))),
    setenv: (args) => {
      world.env.set(args.text(1), args.text(2));
      return OK;
    },
    sleep: () => OK,
    stat: (args) => {
      const path = at(args, 1);
      const status = root.lstat(path);
      if (status === undefined) return [undefined, `${args.text(1)}: No such file or directory`, 2];
      const table = describe(status);
      return args.value(2) === undefined ? [table] : [table.get(args.value(2))];
    },
    // The target comes as the first argument, as symlink(2) has it.
    symlink: (args) => doneOfTwo(() => root.symlink(args.text(1), at(args, 2))),
    umask: (args) => {
      if (args.value(1) !== undefined) {
        const mode = modeOf(args.text(1), ~world.umask & 0o777);
        world.umask = ~(mode ?? args.refuse(1, "bad mode")) & 0o777;
      }
      return [modeText(~world.umask & 0o777)];
    },
    uname: (args) => [kernelText(world, args.text(1, "%s %n %r %v %m"))],
    unlink: (args) =>
      done(args, () => {
        const path = at(args, 1);
        // unlink(2) takes no folder away.
        if (root.lstat(path)?.kind === "directory") root.read(path);
        root.remove(path);
      }),
    unsetenv: (args) => {
      world.env.delete(args.text(1));
      return [];
    },
    utime: (args) =>
      done(args, () => {
        const time = args.value(2) === undefined ? undefined : args.number(2);
        root.setTime(at(args, 1), time);
      }),
    wait: () => [0],
    _exit: () => {
      if (!world.isChild) return unknown(world, "posix._exit without a child process");
      throw new ChildEnded();
    },
  });
  library.set("fork", fork);
  for (const name of UNKNOWN) library.set(name, () => unknown(world, `posix.${name}`));
  return library;
}

function done(args: Arguments, work: () => void): readonly LuaValue[] {
  return orFailed(args.text(1), () => {
    work();
    return OK;
  });
}

function doneOfTwo(work: () => void): readonly LuaValue[] {
  return orFailed(undefined, () => {
    work();
    return OK;
  });
}

/** What tells of the machine, of processes or of the user, and what makes what no image holds. */
const UNKNOWN = (
  "ctermid getlogin getprocessid kill mkfifo mkstemp pathconf putenv setgid setuid " +
  "sysconf times ttyname"
).split(" ");

/** Runs a program with the script's own output, but for what the child has silenced. */
function run(world: LuaWorld, argv: readonly string[]): number {
  const [program = "", ...args] = argv;
  const { call, silenced, env, cwd, umask } = world;
  return call.run([program, ...args], {
    env,
    cwd,
    umask,
    stdin: new Uint8Array(),
    stdout: silenced.has(1) ? nullOutput : call.stdout,
    stderr: silenced.has(2) ? nullOutput : call.stderr,
  });
}

/** In the order of readdir(3), which nobody may count on: sorted, with the two folders first. */
function namesIn(world: LuaWorld, path: string): readonly string[] {
  const names = world.call.root.list(pathIn(world, path));
  world.call.countSteps(1 + names.length);
  return [".", "..", ...names];
}

function describe(status: NodeStatus): LuaTable {
  const { kind, mode, uid, gid, size, mtime, inode, links } = status;
  return LuaTable.of({
    mode: modeText(mode),
    ino: inode,
    dev: 1,
    nlink: links,
    uid,
    gid,
    size,
    atime: mtime,
    mtime,
    ctime: mtime,
    type: KINDS[kind],
  });
}

/** A kernel that is new enough for every package: none is there while an image is made. */
const KERNEL_RELEASE = "5.14.0";

function kernelText(world: LuaWorld, format: string): string {
  return format.replaceAll(/%(.)/g, (_, letter: string) => {
    switch (letter) {
      case "s":
        return "Linux";
      case "r":
        return KERNEL_RELEASE;
      case "m":
        return world.machine;
      case "n":
        return "localhost";
      case "v":
        return "#1 SMP";
      default:
        return unknown(world, `posix.uname with %${letter}`);
    }
  });
}
