import { fromBytes } from "../../bytes.ts";
import { type Command, NeedsMore } from "../../command.ts";
import { RootError } from "../../root.ts";
import { runShellProgram } from "./shell-program.ts";
import { createCall } from "./command-call.ts";
import { findInPath, tableKey } from "./find-command.ts";
import { HEAD_BYTES, readInterpreterLine } from "./interpreter-line.ts";
import type { ProgramCall, Shell } from "./shell.ts";

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/** Shells that scripts may be written for. */
const SHELLS: ReadonlySet<string> = new Set(["sh", "dash", "bash", "ash"]);

/** Built-in commands that are programs of coreutils as well. */
const PROGRAMS: ReadonlySet<string> = new Set([
  "echo",
  "printf",
  "test",
  "[",
  "true",
  "false",
  "pwd",
]);

/**
 * Runs a program: one of the table, a shell script of the root, or a shell. Anything else stops the
 * script, because it cannot be told what it would have done.
 */
export function runProgram(shell: Shell, call: ProgramCall): number {
  const [name] = call.argv;
  shell.world.meter.step();
  const found = name.includes("/") ? name : findInPath(shell, name, call.path);
  if (found === undefined) return runAbsent(shell, call);
  const path = shell.path(found);
  const status = shell.world.root.stat(path);
  if (status === undefined) return runAbsent(shell, call);
  const key = tableKey(shell, path) ?? tableKey(shell, realPath(shell, path));
  if (key !== undefined) return runCommand(shell, key, call);
  const base = path.slice(path.lastIndexOf("/") + 1);
  if (SHELLS.has(base)) return runShell(shell, call);
  if (status.kind !== "file" || (status.mode & 0o111) === 0) {
    shell.write(2, `${shell.name}: ${shell.line}: ${name}: Permission denied\n`);
    return NOT_EXECUTABLE;
  }
  return runFile(shell, found, call);
}

/** A shell for a script of the table, which is that command, or for any other text. */
function runShell(shell: Shell, call: ProgramCall): number {
  const [, script = "", ...args] = call.argv;
  const key = script.startsWith("/") ? tableKey(shell, script) : undefined;
  if (key === undefined) return runShellProgram(shell, call);
  return runCommand(shell, key, { ...call, argv: [script, ...args] });
}

/** A program that the root does not have. */
function runAbsent(shell: Shell, call: ProgramCall): number {
  const [name] = call.argv;
  const { whenMissing } = shell.world;
  const key = tableKey(shell, name);
  const base = name.slice(name.lastIndexOf("/") + 1);
  // The root of an image may lack what every Debian has: a shell, and the commands of the table.
  if (key !== undefined && (whenMissing === "stop" || !name.includes("/"))) {
    return runCommand(shell, key, call);
  }
  if (SHELLS.has(base) && /^(?:\/(?:usr\/)?bin\/)?\w+$/.test(name)) {
    return runShell(shell, call);
  }
  const builtin = name.includes("/") ? undefined : findBuiltinProgram(shell, base);
  if (builtin !== undefined) return runBuiltin(shell, builtin, call);
  if (whenMissing === "stop" && name !== "") throw new NeedsMore(`the command "${name}"`);
  shell.write(2, `${shell.name}: ${shell.line}: ${name}: not found\n`);
  return NOT_FOUND;
}

type Builtin = NonNullable<ReturnType<Shell["world"]["interpreter"]["findBuiltin"]>>;

function findBuiltinProgram(shell: Shell, name: string): Builtin | undefined {
  return PROGRAMS.has(name) ? shell.world.interpreter.findBuiltin(shell, name) : undefined;
}

function runBuiltin(
  shell: Shell,
  builtin: Builtin,
  { argv: [name, ...args] }: ProgramCall,
): number {
  return builtin.run(shell.fork(), { name, args, isTested: false });
}

function runCommand(shell: Shell, key: string, call: ProgramCall): number {
  const command = shell.world.commands.get(key);
  return command === undefined ? NOT_FOUND : runTableCommand(shell, command, call);
}

/** Calls a command of the table; what the root refuses is said in the command's name. */
export function runTableCommand(shell: Shell, command: Command, call: ProgramCall): number {
  const { meter } = shell.world;
  meter.enter();
  try {
    return command(createCall(shell, call)) & 0xff;
  } catch (error) {
    if (!(error instanceof RootError)) throw error;
    const [name] = call.argv;
    shell.write(2, `${name}: ${error.path}: ${error.message}\n`);
    return 1;
  } finally {
    meter.depth--;
  }
}

/** A file of the root that is run: a script for a shell, or what nobody can interpret. */
function runFile(shell: Shell, path: string, call: ProgramCall): number {
  const bytes = shell.world.root.read(shell.path(path));
  const head = fromBytes(bytes.subarray(0, HEAD_BYTES));
  const [name, ...args] = call.argv;
  if (!head.startsWith("#!")) {
    if (head.includes("\0")) {
      const builtin = findBuiltinProgram(shell, path.slice(path.lastIndexOf("/") + 1));
      if (builtin !== undefined) return runBuiltin(shell, builtin, call);
      throw new NeedsMore(`the program "${name}"`);
    }
    return runShellProgram(shell, { ...call, argv: ["sh", path, ...args] });
  }
  const { program, argument } = readInterpreterLine(head) ?? { program: "", argument: "" };
  let base = program.slice(program.lastIndexOf("/") + 1);
  const extra = argument === "" ? [] : [argument];
  if (base === "env" && extra.length > 0) base = extra.pop() ?? "";
  if (SHELLS.has(base)) {
    return runShellProgram(shell, { ...call, argv: [base, ...extra, path, ...args] });
  }
  const key = tableKey(shell, base);
  if (key === undefined) throw new NeedsMore(`the program "${name}", which is written for ${base}`);
  return runCommand(shell, key, { ...call, argv: [base, ...extra, path, ...args] });
}

function realPath(shell: Shell, path: string): string {
  try {
    return shell.world.root.realpath(path);
  } catch {
    return path;
  }
}
