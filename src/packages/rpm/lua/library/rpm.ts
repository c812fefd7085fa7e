import type { LuaTable } from "../value.ts";
import { counted, type LuaWorld, unknown } from "../world.ts";
import { libraryOf } from "./arguments.ts";

/** `rpm`: versions, programs, and the macros that scripts ask for. Source: rpm 4.16, rpmlua.c. */
export function rpmLibrary(world: LuaWorld): LuaTable {
  const library = libraryOf({
    execute: (args) => {
      const [program = "", ...rest] = args.from(1).map((_, index) => args.text(index + 1));
      const { env, cwd, umask } = world;
      const status = world.call.run([program, ...rest], { env, cwd, umask });
      // What waitpid(2) gives is taken for a number of an error.
      const waited = status << 8;
      return status === 0 ? [0] : [undefined, `Unknown error ${waited}`, waited];
    },
    expand: (args) => [counted(world, world.macros().expand(args.text(1)))],
    isdefined: (args) => [world.macros().isDefined(args.text(1))],
    next_file: () => {
      const { value, done } = world.input.next();
      return [done === true ? undefined : value];
    },
    vercmp: (args) => [Math.sign(world.compareVersions(args.text(1), args.text(2)))],
  });
  for (const name of UNKNOWN) library.set(name, () => unknown(world, `rpm.${name}`));
  return library;
}

const UNKNOWN =
  "b64decode b64encode define glob interactive load open register undefine ver  unregister".split(
    " ",
  );
