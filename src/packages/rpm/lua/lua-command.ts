import type { Command, CommandCall } from "../../scripts/command.ts";
import { Interpreter } from "./interpreter.ts";
import { baseLibrary, tableLibrary } from "./library/base.ts";
import { ioLibrary } from "./library/io.ts";
import { osLibrary } from "./library/os.ts";
import { posixLibrary } from "./library/posix.ts";
import { rpmLibrary } from "./library/rpm.ts";
import { stringLibrary } from "./library/string.ts";
import { parseLua } from "./parse.ts";
import type { RpmMacros } from "../macros/rpm-macros.ts";
import { LuaSyntaxError } from "./tokens.ts";
import { LuaError, type LuaFunction, LuaTable, type LuaValue, toNumber } from "./value.ts";
import { type LuaWorld, unknown } from "./world.ts";

/** A script in the Lua of RPM, and what it may ask for. */
export interface LuaScript {
  /** A string of bytes. */
  readonly text: string;
  /** As `uname -m` says it. */
  readonly machine: string;
  /** Macros of the package manager, which are read when the script asks for one. */
  readonly macrosFor: (call: CommandCall) => RpmMacros;
  /** Paths that a file trigger is about. */
  readonly files: readonly string[];
  /** Negative when the first version is the older one. */
  readonly compareVersions: (one: string, other: string) => number;
  /** Called with the line that is at work when the script is stopped. */
  readonly onStop: (line: number) => void;
  /** Takes what `print` prints; absent: it is the script's output, a line each. */
  readonly print?: (text: string) => void;
}

/**
 * A script in Lua as a command, so that it has a shell's bounds and is undone like a shell's
 * script: its arguments are those of the script.
 */
export function luaCommand(script: LuaScript): Command {
  return (call) => {
    const world = createWorld(call, script);
    try {
      const block = parseLua(script.text);
      interpreterFor(world).run(block);
      return 0;
    } catch (error) {
      if (error instanceof LuaSyntaxError) {
        call.stderr.write(`line ${error.line}: ${error.message}\n`);
        return 1;
      }
      if (error instanceof LuaError) {
        call.stderr.write(`${error.message}\n`);
        return 1;
      }
      script.onStop(world.line);
      throw error;
    }
  };
}

/**
 * What a text in Lua within a macro prints, one after the other. Throws `NeedsMore` also where it
 * fails.
 */
export function luaOutput(
  call: CommandCall,
  script: Pick<LuaScript, "text" | "machine" | "macrosFor" | "compareVersions">,
): string {
  const printed: string[] = [];
  const status = luaCommand({
    ...script,
    files: [],
    onStop: () => undefined,
    print: (text) => printed.push(text),
  })({ ...call, args: [] });
  return status === 0 ? printed.join("") : call.unsupported("a macro of rpm whose Lua fails");
}

function createWorld(call: CommandCall, script: LuaScript): LuaWorld {
  const { machine, macrosFor, compareVersions, files } = script;
  let macros: RpmMacros | undefined;
  return {
    call,
    line: 1,
    isChild: false,
    cwd: call.cwd,
    umask: call.umask,
    env: new Map(call.env),
    silenced: new Set(),
    input: files.values(),
    machine,
    macros: () => (macros ??= macrosFor(call)),
    print: script.print ?? ((text) => call.stdout.write(`${text}\n`)),
    compareVersions,
  };
}

function interpreterFor(world: LuaWorld): Interpreter {
  // Functions of the libraries call functions of the script, so each knows the other.
  const call = (callee: LuaValue, args: readonly LuaValue[]): readonly LuaValue[] =>
    interpreter.call(callee, args);
  const fork: LuaFunction = () => unknown(world, "posix.fork as a value");
  const globals = baseLibrary(world, call);
  const strings = stringLibrary(world, call);
  globals.set("_G", globals);
  globals.set("string", strings);
  globals.set("table", tableLibrary(world, call));
  globals.set("io", ioLibrary(world));
  globals.set("os", osLibrary(world));
  globals.set("posix", posixLibrary(world, fork));
  globals.set("rpm", rpmLibrary(world));
  // The first argument is the interpreter's name, as for `-p <lua>`; others are numbers.
  globals.set("arg", LuaTable.list(["<lua>", ...world.call.args.map(asNumber)]));
  for (const [name, functions] of UNKNOWN) {
    const library = new LuaTable();
    for (const each of functions.split(" "))
      library.set(each, () => unknown(world, `${name}.${each}`));
    globals.set(name, library);
  }
  const interpreter = new Interpreter(world, { globals, strings, fork });
  return interpreter;
}

function asNumber(text: string): LuaValue {
  return toNumber(text) ?? text;
}

/** Libraries of which packages' scripts have not been seen to use anything. */
const UNKNOWN: readonly (readonly [library: string, functions: string])[] = [
  ["coroutine", "close create isyieldable resume running status wrap yield"],
  ["debug", "debug gethook getinfo getlocal sethook traceback"],
  ["math", "abs ceil floor fmod max min modf random randomseed sqrt tointeger type ult"],
  ["utf8", "char codepoint codes len offset"],
];
