import type { LuaTable, LuaValue } from "../value.ts";
import { type LuaWorld, pathIn, ScriptExit, unknown } from "../world.ts";
import { type Arguments, libraryOf } from "./arguments.ts";
import { orFailed } from "./failed.ts";

/** `os`, for the root and the time of the image. Source: Lua 5.4 Reference Manual, 6.9. */
export function osLibrary(world: LuaWorld): LuaTable {
  const { root, now } = world.call;
  const at = (args: Arguments, number: number): string => pathIn(world, args.text(number));
  const library = libraryOf({
    execute: (args) => {
      if (args.value(1) === undefined) return [true];
      const status = world.call.run(["/bin/sh", "-c", args.text(1)], {
        env: world.env,
        cwd: world.cwd,
        umask: world.umask,
        stdin: new Uint8Array(),
      });
      return [status === 0 ? true : undefined, "exit", status];
    },
    exit: (args) => {
      const value = args.value(1);
      throw new ScriptExit(value === undefined || value === true ? 0 : exitStatus(value));
    },
    getenv: (args) => [world.env.get(args.text(1))],
    remove: (args) => done(args, () => root.remove(at(args, 1))),
    rename: (args) => done(args, () => root.rename(at(args, 1), at(args, 2))),
    time: (args) => [args.value(1) === undefined ? now : unknown(world, "os.time of a date")],
  });
  for (const name of ["clock", "date", "difftime", "setlocale", "tmpname"])
    library.set(name, () => unknown(world, `os.${name}`));
  return library;
}

function exitStatus(value: LuaValue): number {
  return typeof value === "number" ? value & 0xff : 1;
}

function done(args: Arguments, work: () => void): readonly LuaValue[] {
  return orFailed(args.text(1), () => {
    work();
    return [true];
  });
}
