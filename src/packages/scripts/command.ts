import type { ScriptRoot } from "./root.ts";

/**
 * A program that is known here: what it does to the root and prints, done in TypeScript. Gives the
 * exit status. It may throw `RootError` (printed as `name: path: reason`, status 1) for a failure
 * that it has no words of its own for.
 */
export type Command = (call: CommandCall) => number;

/** Known programs by their names without a folder: `sed` answers for `/bin/sed`, too. */
export type CommandTable = ReadonlyMap<string, Command>;

/** Where a command reads. */
export interface Input {
  /** All that is left. */
  readAll(): Uint8Array;
  /** At most so many bytes; none at the end. What is not read is left to the next reader. */
  read(length: number): Uint8Array;
}

/** Where a command writes. A string is one of bytes (bytes.ts). */
export interface Output {
  write(content: string | Uint8Array): void;
}

/** How a command calls another one. */
export interface RunOptions {
  /** Replaces the environment as a whole. */
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly umask?: number;
  /** What it reads; the caller's own input when absent. */
  readonly stdin?: Uint8Array;
  /** Where its output goes; the caller's own when absent. */
  readonly stdout?: Output;
  readonly stderr?: Output;
}

/** All that a command knows of the world. */
export interface CommandCall {
  /** As it was called, such as `/usr/sbin/adduser`. */
  readonly name: string;
  /** Without the name. */
  readonly args: readonly string[];
  /** Exported variables. */
  readonly env: ReadonlyMap<string, string>;
  /** The working folder, an absolute path without links. */
  readonly cwd: string;
  readonly umask: number;
  readonly root: ScriptRoot;
  /** The fixed time, in seconds since 1970: the image's. */
  readonly now: number;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** A further descriptor that is open, such as debconf's 3. */
  descriptor(number: number): (Input & Output) | undefined;
  /** A name made absolute by the working folder. */
  path(name: string): string;
  /** The content of a file by its name; `/dev/stdin` and `/dev/fd/0` are the input. */
  readFile(name: string): Uint8Array;
  /** Opens a file to write, as a redirection does; knows `/dev/stdout` and the like. */
  openOutput(name: string, access: "write" | "append"): Output;
  /**
   * Call a program of the table, or a script of the root by its path. What is not found gives 127,
   * as a shell does. Functions and built-in commands of the shell are not seen, as in exec(3).
   */
  run(argv: readonly [string, ...string[]], options?: RunOptions): number;
  /**
   * The path at which PATH finds a program in the root, or the name itself when it has a slash and
   * can be run.
   */
  findProgram(name: string): string | undefined;
  /** Count work that grows with the input; throws `LimitReached` when the script has had enough. */
  countSteps(steps?: number): void;
  /**
   * A template with its last run of `X`s replaced, the same in every build and not yet used in
   * this one.
   */
  temporaryName(template: string): string;
  /**
   * An empty file in place of a secret that every image would share. It is there until the script
   * has ended, for what the script does with it, and gone afterwards unless something was written.
   * A script that reads it, moves it or gives it a second name stops.
   */
  standIn(path: string): void;
  /**
   * Sets a variable of the shell that called, which only a command that stands for a shell
   * function may do (debconf's `db_get`). Without effect on any other shell.
   */
  setVariable(name: string, value: string): void;
  /**
   * The script cannot be interpreted: it needs something that is not here, such as an option of
   * this command. It is stopped and rolled back whole.
   */
  unsupported(wanted: string): never;
}

/** A script needs something that is not known here. */
export class NeedsMore extends Error {
  override readonly name = "NeedsMore";
  readonly wanted: string;

  constructor(wanted: string) {
    super(`needs ${wanted}`);
    this.wanted = wanted;
  }
}
