import { RootError } from "../../root.ts";
import { fromBytes } from "../../bytes.ts";
import { fail, numberOf, ShellExit } from "../execute/failure.ts";
import { findInPath } from "../execute/find-command.ts";
import type { Builtin, BuiltinCall, Shell } from "../execute/shell.ts";
import { replaceShell } from "../execute/replace-shell.ts";
import { parseOptions } from "./options.ts";

/** Commands that decide what runs next. */
export const controlBuiltins: readonly (readonly [string, Builtin])[] = [
  [":", { run: () => 0, isSpecial: true }],
  ["true", { run: () => 0 }],
  ["false", { run: () => 1 }],
  ["break", { run: leaveLoop, isSpecial: true }],
  ["continue", { run: leaveLoop, isSpecial: true }],
  ["return", { run: leaveFunction, isSpecial: true }],
  ["exit", { run: exit, isSpecial: true }],
  ["eval", { run: evaluateText, isSpecial: true }],
  [".", { run: readFile, isSpecial: true }],
  ["exec", { run: exec, isSpecial: true }],
];

function leaveLoop(shell: Shell, { name, args }: BuiltinCall): number {
  const [text = "1"] = args;
  const count = numberOf(shell, text);
  if (count === 0) fail(shell, `Illegal number: ${text}`);
  const loops = Math.min(count, shell.loops);
  if (loops === 0) return 0;
  shell.skip = name === "break" ? "break" : "continue";
  shell.skipCount = loops;
  return 0;
}

/** Outside of a function it ends the file that is read. */
function leaveFunction(shell: Shell, { args: [text] }: BuiltinCall): number {
  const status = text === undefined ? shell.status : numberOf(shell, text);
  shell.skip = "return";
  return status;
}

function exit(shell: Shell, { args: [text] }: BuiltinCall): number {
  shell.isExitNumbered = text !== undefined;
  if (text !== undefined) shell.status = numberOf(shell, text) & 0xff;
  throw new ShellExit("exit");
}

function evaluateText(shell: Shell, { args, isTested }: BuiltinCall): number {
  const { line } = shell;
  shell.commandName = "eval";
  return shell.world.interpreter.runText(shell, args.join(" "), { isTested, line });
}

function readFile(shell: Shell, { args }: BuiltinCall): number {
  const { operands } = parseOptions(shell, args, "");
  const [name, ...parameters] = operands;
  if (name === undefined) return 0;
  const { world } = shell;
  const path = shell.path(name);
  if (world.sources.has(path)) return world.interpreter.runSource(shell, path, parameters);
  const found = name.includes("/") ? name : findInPath(shell, name);
  if (found === undefined) return fail(shell, `${name}: not found`);
  let text: string;
  try {
    text = fromBytes(world.root.read(shell.path(found)));
  } catch (error) {
    if (!(error instanceof RootError)) throw error;
    const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
    return fail(shell, `cannot open ${found}: ${isMissing ? "No such file" : error.message}`);
  }
  const { script, parameters: before, commandName } = shell;
  shell.script = found;
  shell.commandName = found;
  if (shell.dialect === "bash" && parameters.length > 0) shell.parameters = parameters;
  try {
    return world.interpreter.runText(shell, text, { isTested: false });
  } finally {
    Object.assign(shell, { script, commandName });
    if (shell.dialect === "bash" && parameters.length > 0) shell.parameters = before;
    if (shell.skip === "return") shell.skip = "none";
  }
}

function exec(shell: Shell, { args }: BuiltinCall): number {
  const rest = args[0] === "--" ? args.slice(1) : args;
  const [name, ...others] = rest;
  if (name === undefined) return 0;
  return replaceShell(shell, [name, ...others]);
}
