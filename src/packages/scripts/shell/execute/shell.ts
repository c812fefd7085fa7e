import type { CommandTable } from "../../command.ts";
import type { ScriptRoot } from "../../root.ts";
import type { Node } from "../tree.ts";
import type { Description } from "./description.ts";
import type { Meter } from "./meter.ts";
import type { OptionName } from "./options.ts";
import { SharedMap } from "./shared-map.ts";
import type { ReadTexts } from "./read-texts.ts";
import { Variables } from "./variables.ts";

/** What all shells of one script share. */
export interface World {
  readonly root: ScriptRoot;
  readonly commands: CommandTable;
  readonly sources: CommandTable;
  /** Which shell `sh` is. */
  readonly sh: "dash" | "bash";
  readonly whenMissing: "stop" | "not-found";
  /** Seconds since 1970. */
  readonly now: number;
  readonly meter: Meter;
  readonly interpreter: Interpreter;
  /** Where it is, for the report. */
  script: string;
  line: number;
  readonly texts: ReadTexts;
  nextPid: number;
  nextTemporary: number;
  /** Files in place of secrets, which go when the script has ended. */
  readonly standIns: Set<string>;
}

/** The parts of the interpreter that others call back. */
export interface Interpreter {
  /** Evaluates a command. Where its status is tested, `set -e` does not end the shell. */
  evaluate(shell: Shell, node: Node | undefined, isTested: boolean): number;
  /** Runs commands in a subshell and gives what they print, without newlines at the end. */
  substitute(shell: Shell, body: Node | undefined): string;
  /** Parses and runs a text in a shell. */
  runText(shell: Shell, text: string, options: TextOptions): number;
  /** Runs a program as execve(2) finds it; gives its status. */
  runProgram(shell: Shell, call: ProgramCall): number;
  /** Calls a command that stands for a file which `.` reads. */
  runSource(shell: Shell, path: string, args: readonly string[]): number;
  /** A built-in command by its name. */
  findBuiltin(shell: Shell, name: string): Builtin | undefined;
}

export interface BuiltinCall {
  readonly name: string;
  /** Without the name. */
  readonly args: readonly string[];
  /** Whether the status of the command is tested, for `eval`. */
  readonly isTested: boolean;
}

/** A command of the shell itself. */
export interface Builtin {
  readonly run: (shell: Shell, call: BuiltinCall) => number;
  /** Its errors end the shell, and assignments before it stay. */
  readonly isSpecial?: boolean;
  /** Arguments that assign are expanded as assignments are. */
  readonly takesAssignments?: boolean;
  /** What it declares belongs to the function around it, though its errors end no shell. */
  readonly declares?: boolean;
}

export interface TextOptions {
  /** `eval` stands in its caller's tests; a file that is read by `.` does not. */
  readonly isTested: boolean;
  readonly line?: number;
}

export interface ProgramCall {
  readonly argv: readonly [string, ...string[]];
  readonly env: ReadonlyMap<string, string>;
  /** Whether only PATH is looked at, not functions and built-in commands; `command -p`. */
  readonly path?: string | undefined;
}

export interface ShellFunction {
  readonly body: Node | undefined;
  /** The script that defined it. */
  readonly script: string;
}

/** What skips the commands that follow. */
export type Skip = "none" | "break" | "continue" | "return";

/** One process of a shell. */
export class Shell {
  readonly world: World;
  readonly variables: Variables;
  readonly functions: SharedMap<ShellFunction>;
  readonly aliases: SharedMap<string>;
  readonly traps: Map<number, string>;
  readonly options: Set<OptionName>;
  readonly dialect: "dash" | "bash";
  /** By number; absent when closed. */
  readonly descriptors: (Description | undefined)[];
  /** `$0`. */
  name: string;
  parameters: readonly string[] = [];
  /** The script that is read, for the report. */
  script: string;
  line = 1;
  /** `$?` */
  status = 0;
  /** Of the last command substitution of the command that is evaluated. */
  substitutionStatus = 0;
  skip: Skip = "none";
  skipCount = 0;
  loops = 0;
  /** The built-in command that runs, for its messages. */
  commandName: string | undefined;
  /** The working folder as `cd` tells it. */
  cwd = "/";
  umask = 0o022;
  /** `$$`, the same in subshells. */
  readonly pid: number;
  backgroundPid: number | undefined;
  readonly statuses = new Map<number, number>();
  optionIndex = 1;
  optionOffset = -1;
  /** Signals that were sent and not yet acted upon. */
  signals: number[] = [];
  /** The shell that is the process itself, which signals to `$$` reach. */
  readonly main: Shell;
  isTracing = false;
  /** Whether the `exit` that ends the shell says a number. */
  isExitNumbered = false;

  constructor(world: World, from: Partial<Shell> = {}) {
    this.world = world;
    this.variables = new Variables(world.meter, from.variables);
    this.functions = new SharedMap(from.functions);
    this.aliases = new SharedMap(from.aliases);
    this.traps = new Map();
    this.options = new Set(from.options);
    this.dialect = from.dialect ?? "dash";
    this.descriptors = [...(from.descriptors ?? [])];
    this.name = from.name ?? "sh";
    this.script = from.script ?? this.name;
    this.pid = from.pid ?? world.nextPid++;
    this.main = from.main ?? this;
    this.parameters = from.parameters ?? [];
    this.cwd = from.cwd ?? "/";
    this.umask = from.umask ?? 0o022;
    this.variables.onSet = (name, value) => {
      if (name !== "OPTIND") return;
      this.optionIndex = Number.parseInt(value ?? "1", 10) || 1;
      this.optionOffset = -1;
    };
  }

  /** A subshell: everything as it is, and nothing that it changes comes back. */
  fork(): Shell {
    const child = new Shell(this.world, this);
    child.line = this.line;
    child.status = this.status;
    child.loops = this.loops;
    child.backgroundPid = this.backgroundPid;
    child.optionIndex = this.optionIndex;
    child.optionOffset = this.optionOffset;
    // Only what is ignored stays so.
    for (const [signal, action] of this.traps) if (action === "") child.traps.set(signal, "");
    return child;
  }

  /** Write to a descriptor; false when it is closed. */
  write(descriptor: number, text: string): boolean {
    const description = this.descriptors[descriptor];
    description?.write(text);
    return description !== undefined || text === "";
  }

  /** A path that may be relative made absolute; the kernel follows its links. */
  path(name: string): string {
    if (name.startsWith("/") || name === "") return name;
    return this.cwd === "/" ? `/${name}` : `${this.cwd}/${name}`;
  }
}
