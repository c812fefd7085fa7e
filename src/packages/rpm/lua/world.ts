import type { CommandCall } from "../../scripts/command.ts";
import { LimitReached } from "../../scripts/limits.ts";
import type { RpmMacros } from "../macros/rpm-macros.ts";
import { LuaError } from "./value.ts";

/** The longest string that a script may hold. */
const LONGEST_STRING = 16 * 1024 ** 2;

/** What the parts of the interpreter share while one script runs. */
export interface LuaWorld {
  readonly call: CommandCall;
  /** The line that is at work, counted from 1. */
  line: number;
  /** Whether the script is in the branch that its child process takes. */
  isChild: boolean;
  /** The working folder, which `posix.chdir` changes. */
  cwd: string;
  umask: number;
  readonly env: Map<string, string>;
  /** Descriptors of the child that lead to /dev/null. */
  readonly silenced: Set<number>;
  /** Files that a file trigger is about, one after the other. */
  readonly input: Iterator<string>;
  /** As `uname -m` says it. */
  readonly machine: string;
  /** Macros of the package manager that scripts ask for. */
  readonly macros: () => RpmMacros;
  /** Takes what `print` prints, without an end of the line. */
  readonly print: (text: string) => void;
  readonly compareVersions: (one: string, other: string) => number;
}

/** The child process of a script has ended: its branch goes on with the parent. */
export class ChildEnded extends Error {
  override readonly name = "ChildEnded";
}

/** Counts a string that is made. Throws `LimitReached`. */
export function counted(world: LuaWorld, text: string): string {
  if (text.length > LONGEST_STRING) throw new LimitReached("memoryBytes");
  world.call.countSteps(1 + (text.length >> 4));
  return text;
}

/** An error that the script raises, with the line that is at work. */
export function lineError({ line }: LuaWorld, message: string): LuaError {
  return new LuaError(`line ${line}: ${message}`);
}

/** Stops the script, as something that is not known here. */
export function unknown(world: LuaWorld, wanted: string): never {
  return world.call.unsupported(`${wanted} of Lua`);
}

/** A path made absolute by the working folder. */
export function pathIn({ cwd }: LuaWorld, path: string): string {
  if (path.startsWith("/")) return path;
  return cwd === "/" ? `/${path}` : `${cwd}/${path}`;
}
