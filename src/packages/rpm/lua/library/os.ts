import type { LuaTable } from "../value.ts";
import { ChildEnded, lineError, type LuaWorld, pathIn, unknown } from "../world.ts";
import { type Arguments, libraryOf } from "./arguments.ts";
import { orFailed } from "./failed.ts";

/**
 * `os`, for the root and the time of the image. Sources: Lua 5.4 Reference Manual, 6.9; rpm 4.16,
 * rpmlua.c.
 */
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
    exit: () => {
      if (world.isChild) throw new ChildEnded();
      throw lineError(world, "exit not permitted in this context");
    },
    getenv: (args) => [world.env.get(args.text(1))],
    remove: (args) =>
      orFailed(args.text(1), () => {
        root.remove(at(args, 1));
        return [true];
      }),
    rename: (args) =>
      orFailed(undefined, () => {
        root.rename(at(args, 1), at(args, 2));
        return [true];
      }),
    time: (args) => [args.value(1) === undefined ? now : unknown(world, "os.time of a date")],
  });
  for (const name of ["clock", "date", "difftime", "setlocale", "tmpname"])
    library.set(name, () => unknown(world, `os.${name}`));
  return library;
}
