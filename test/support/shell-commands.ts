import { fromBytes } from "../../src/packages/scripts/bytes.ts";
import type { Command, CommandTable } from "../../src/packages/scripts/command.ts";
import { MemoryRoot } from "../../src/packages/scripts/memory/memory-root.ts";
import { RootError } from "../../src/packages/scripts/root.ts";
import {
  runScript,
  type ScriptOutcome,
  type ScriptRequest,
} from "../../src/packages/scripts/run-script.ts";

/** The few programs that scripts of tests of the shell itself call. */
export const shellCommands: CommandTable = new Map<string, Command>([
  ["cat", cat],
  [
    "mkdir",
    ({ args, root, path, umask }) => {
      for (const arg of args) root.mkdir(path(arg), 0o777 & ~umask);
      return 0;
    },
  ],
  [
    "rm",
    ({ args, root, path }) => {
      for (const arg of args) if (root.lstat(path(arg)) !== undefined) root.remove(path(arg));
      return 0;
    },
  ],
  [
    "ln",
    ({ args, root, path }) => {
      const [option, target = "", name = ""] = args;
      if (option === "-s") root.symlink(target, path(name));
      else root.link(path(option ?? ""), path(target));
      return 0;
    },
  ],
  [
    "chmod",
    ({ args: [mode = "", ...names], root, path }) => {
      for (const name of names) root.chmod(path(name), Number.parseInt(mode, 8));
      return 0;
    },
  ],
  [
    "env",
    ({ env, stdout }) => {
      for (const [name, value] of env) stdout.write(`${name}=${value}\n`);
      return 0;
    },
  ],
  [
    "tr",
    ({ args: [from = "", to = ""], stdin, stdout }) => {
      stdout.write(fromBytes(stdin.readAll()).replaceAll(from, to));
      return 0;
    },
  ],
]);

function cat({ name, args, stdin, stdout, stderr, readFile }: Parameters<Command>[0]): number {
  let status = 0;
  for (const file of args.length === 0 ? ["-"] : args) {
    try {
      stdout.write(file === "-" ? stdin.readAll() : readFile(file));
    } catch (error) {
      if (!(error instanceof RootError)) throw error;
      stderr.write(`${name}: ${file}: ${error.message}\n`);
      status = 1;
    }
  }
  return status;
}

/** A root with nothing but a folder to work in. */
export function emptyRoot(): MemoryRoot {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  root.add("/work", { kind: "directory", mode: 0o755 });
  root.add("/usr/bin", { kind: "directory", mode: 0o755 });
  return root;
}

/** Runs a text as a script in a root that is empty but for `/etc` and what is given. */
export function runText(
  text: string,
  request: Partial<ScriptRequest> = {},
): ScriptOutcome & {
  readonly out: string;
  readonly err: string;
} {
  const root = request.root ?? emptyRoot();
  const outcome = runScript({
    text,
    name: "../script",
    args: [],
    env: new Map([
      ["PATH", "/usr/bin:/bin"],
      ["HOME", "/root"],
    ]),
    root,
    cwd: "/work",
    commands: shellCommands,
    whenMissing: "not-found",
    now: 1_700_000_000,
    ...request,
  });
  return { ...outcome, out: fromBytes(outcome.stdout), err: fromBytes(outcome.stderr) };
}
