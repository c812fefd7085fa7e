import { fromBytes, toBytes } from "../../src/packages/scripts/bytes.ts";
import {
  type CommandCall,
  type CommandTable,
  type Input,
  NeedsMore,
  type Output,
} from "../../src/packages/scripts/command.ts";
import { normalized } from "../../src/packages/scripts/commands/paths.ts";
import { LimitReached } from "../../src/packages/scripts/limits.ts";
import { RootError, type ScriptRoot } from "../../src/packages/scripts/root.ts";

export interface CalledCommand {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What it needed and is not there. */
  readonly wanted?: string;
}

export interface CallOptions {
  readonly root: ScriptRoot;
  readonly commands: CommandTable;
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly umask?: number;
  readonly now?: number;
  readonly steps?: number;
  readonly variables?: Map<string, string>;
}

/** Call one command without a shell. Commands that it calls are those of the same table. */
export function callCommand(argv: readonly string[], options: CallOptions): CalledCommand {
  const stdout = collect();
  const stderr = collect();
  try {
    const status = run(argv, { ...options, stdout, stderr, input: inputOf(options.stdin ?? "") });
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    if (!(error instanceof NeedsMore)) throw error;
    return { status: 125, stdout: stdout.text(), stderr: stderr.text(), wanted: error.wanted };
  }
}

interface Running extends CallOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly input: Input;
}

const DEFAULT_ENV = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
const counters = new WeakMap<ScriptRoot, { steps: number; names: number }>();

function run([name = "", ...args]: readonly string[], options: Running): number {
  const {
    root,
    commands,
    cwd = "/",
    env = DEFAULT_ENV,
    umask = 0o022,
    now = 1_700_000_000,
  } = options;
  const { stdout, stderr, steps = 5_000_000 } = options;
  const counter = counters.get(root) ?? { steps: 0, names: 0 };
  counters.set(root, counter);
  const command = commands.get(name.slice(name.lastIndexOf("/") + 1));
  if (command === undefined) return 127;
  const variables = new Map(Object.entries(env));
  const path = (file: string): string => (file.startsWith("/") ? file : `${cwd}/${file}`);
  const call: CommandCall = {
    name,
    args,
    env: variables,
    cwd,
    umask,
    root,
    now,
    stdin: options.input,
    stdout,
    stderr,
    descriptor: () => undefined,
    path,
    readFile: (file) => (file === "/dev/stdin" ? options.input.readAll() : root.read(path(file))),
    openOutput: (file, access) => {
      if (file === "/dev/stdout") return stdout;
      if (file === "/dev/stderr") return stderr;
      const open = root.open(path(file), { access, mode: 0o666 & ~umask });
      let at = open.status.size;
      return {
        write: (content) => {
          const bytes = typeof content === "string" ? toBytes(content) : content;
          open.writeAt(at, bytes);
          at += bytes.length;
        },
      };
    },
    run: (argv, other = {}) =>
      run(argv, {
        ...options,
        stdout: other.stdout ?? stdout,
        stderr: other.stderr ?? stderr,
        input: other.stdin === undefined ? options.input : inputOf(fromBytes(other.stdin)),
        cwd: other.cwd ?? cwd,
        umask: other.umask ?? umask,
        env: other.env === undefined ? env : Object.fromEntries(other.env),
      }),
    findProgram: (program) => findProgram(root, program, variables.get("PATH") ?? "", path),
    countSteps: (count = 1) => {
      counter.steps += count;
      if (counter.steps > steps) throw new LimitReached("steps");
    },
    temporaryName: (template) =>
      template.replace(/X+$/, (marks) => String(counter.names++).padStart(marks.length, "a")),
    standIn: (file) => root.write(file, new Uint8Array(), 0o666 & ~umask),
    setVariable: (variable, value) => options.variables?.set(variable, value),
    unsupported: (wanted) => {
      throw new NeedsMore(wanted);
    },
  };
  try {
    return command(call);
  } catch (error) {
    if (!(error instanceof RootError)) throw error;
    stderr.write(`${name}: ${error.path}: ${error.message}\n`);
    return 1;
  }
}

function findProgram(
  root: ScriptRoot,
  name: string,
  folders: string,
  path: (name: string) => string,
): string | undefined {
  const isProgram = (file: string): boolean => {
    const status = root.stat(normalized(file));
    return status?.kind === "file" && (status.mode & 0o111) !== 0;
  };
  if (name.includes("/")) return isProgram(path(name)) ? name : undefined;
  return folders
    .split(":")
    .map((folder) => `${folder}/${name}`)
    .find(isProgram);
}

function collect(): Output & { readonly text: () => string } {
  const pieces: string[] = [];
  return {
    write: (content) => pieces.push(typeof content === "string" ? content : fromBytes(content)),
    text: () => pieces.join(""),
  };
}

function inputOf(text: string): Input {
  const bytes = toBytes(text);
  let at = 0;
  return {
    readAll: () => bytes.subarray(at, (at = bytes.length)),
    read: (length) => bytes.subarray(at, (at = Math.min(at + length, bytes.length))),
  };
}
