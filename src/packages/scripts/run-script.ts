import { type CommandTable, NeedsMore } from "./command.ts";
import { type LimitName, LimitReached, type ScriptLimits, scriptLimits } from "./limits.ts";
import type { JournaledRoot } from "./root.ts";
import { interpreter } from "./shell/interpreter.ts";
import { OWN_SECRET } from "./shell/execute/command-call.ts";
import { Channel, nullDevice } from "./shell/execute/description.ts";
import { readInterpreterLine } from "./shell/execute/interpreter-line.ts";
import { Meter } from "./shell/execute/meter.ts";
import { optionOf } from "./shell/execute/options.ts";
import { ReadTexts } from "./shell/execute/read-texts.ts";
import type { Shell, World } from "./shell/execute/shell.ts";
import { firstShell } from "./shell/execute/start-shell.ts";
import { isBash } from "./shell/execute/which-shell.ts";
import { runToEnd } from "./shell/execute/subshell.ts";

/** `$$` of the first shell; the same in every build. */
const FIRST_PID = 1000;

export interface ScriptRequest {
  /** The script's text, a string of bytes (bytes.ts). */
  readonly text: string;
  /** Its path for messages and `$0`, such as `/var/lib/dpkg/info/nginx.postinst`. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly root: JournaledRoot;
  readonly commands: CommandTable;
  /**
   * Files that `.` reads and that are known here, by absolute path: the command is called in their
   * place (debconf's confmodule).
   */
  readonly sources?: CommandTable;
  /**
   * What to do when a program is neither in the table nor in the root. `stop`: the script needs
   * more, because the root lacks what it should have. `not-found`: 127, as dash, because the root
   * is complete. `stop` when absent.
   */
  readonly whenMissing?: "stop" | "not-found";
  /** What it reads; nothing when absent. A string of bytes. */
  readonly stdin?: string;
  /** Which shell `sh` is; `dash` when absent. Distributions of Red Hat's kind have bash. */
  readonly sh?: "dash" | "bash";
  /** The working folder; `/`, in which dpkg runs scripts, when absent. */
  readonly cwd?: string;
  /** The fixed time, in seconds since 1970. */
  readonly now: number;
  readonly limits?: ScriptLimits;
}

interface Trace {
  /** What it printed, as bytes. */
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Of the work done; the same in every build. */
  readonly steps: number;
}

/** Where a script was stopped. */
export interface ScriptPlace {
  /** The script that was read: the one that was called, or one that it called or sourced. */
  readonly script: string;
  /** Counted from 1. */
  readonly line: number;
}

/** It ran to its end. What it did to the root stays when the status is 0, else it is undone. */
export interface EndedScript extends Trace {
  readonly type: "ended";
  readonly status: number;
}

/** It needs what is not here. What it did to the root is undone. */
export interface UnmetScript extends Trace, ScriptPlace {
  readonly type: "needs-more";
  /** Such as `the command "openssl"`, for a sentence. */
  readonly wanted: string;
}

/** It takes too much. What it did to the root is undone. */
export interface BoundedScript extends Trace, ScriptPlace {
  readonly type: "limit-reached";
  readonly limit: LimitName;
}

export type ScriptOutcome = EndedScript | UnmetScript | BoundedScript;

/** Interpret a script. It never throws for what a script does. */
export function runScript(request: ScriptRequest): ScriptOutcome {
  const { root, text, stdin } = request;
  const meter = new Meter(request.limits ?? scriptLimits);
  const world = createWorld(request, meter);
  const input = stdin === undefined ? nullDevice : new Channel(meter, stdin);
  const stdout = new Channel(meter);
  const stderr = new Channel(meter);
  const outcome = <T extends object>(end: T) => ({
    stdout: stdout.readAll(),
    stderr: stderr.readAll(),
    steps: meter.steps,
    ...end,
  });
  root.begin();
  try {
    const status = start(request, { world, descriptors: [input, stdout, stderr], text });
    if (status === 0) {
      removeStandIns(world);
      root.commit();
    } else root.rollback();
    return outcome({ type: "ended", status });
  } catch (error) {
    root.rollback();
    const { script, line } = world;
    if (error instanceof NeedsMore) {
      return outcome({ type: "needs-more", wanted: error.wanted, script, line });
    }
    if (error instanceof LimitReached) {
      return outcome({ type: "limit-reached", limit: error.limit, script, line });
    }
    // The limit of depth is far below what the stack of the engine holds; this is the net below it.
    if (error instanceof RangeError && error.message.includes("call stack")) {
      return outcome({ type: "limit-reached", limit: "depth", script, line });
    }
    throw error;
  }
}

function removeStandIns({ root, standIns }: World): void {
  for (const path of standIns) {
    const status = root.lstat(path);
    // Somewhere else it would be taken for a secret that everybody knows.
    if (status?.kind !== "file" || status.links > 1) throw new NeedsMore(OWN_SECRET);
    if (status.size === 0) root.remove(path);
  }
}

function createWorld(request: ScriptRequest, meter: Meter): World {
  const { root, commands, sources = new Map(), whenMissing = "stop", now, name } = request;
  const { sh = "dash" } = request;
  return {
    root,
    commands,
    sources,
    whenMissing,
    sh,
    now,
    meter,
    interpreter,
    script: name,
    line: 1,
    texts: new ReadTexts(),
    nextPid: FIRST_PID,
    nextTemporary: 1,
    standIns: new Set(),
  };
}

/** Reads the first line as the kernel does, and runs the text in the shell that it names. */
function start(
  { name, args, env, cwd = "/" }: ScriptRequest,
  { world, descriptors, text }: Pick<Shell, "world" | "descriptors"> & { readonly text: string },
): number {
  const { program, argument } = readInterpreterLine(text) ?? { program: "/bin/sh", argument: "" };
  const words = [program, ...argument.split(/[ \t]+/)].filter((word) => word !== "");
  if (baseName(words[0]) === "env") words.shift();
  const shellName = baseName(words[0]);
  if (!/^(?:ba|da|a)?sh$/.test(shellName)) {
    throw new NeedsMore(`an interpreter of ${shellName}`);
  }
  const shell = firstShell(world, {
    env,
    isBash: isBash(world, shellName),
    name,
    descriptors,
    cwd,
  });
  shell.parameters = args;
  for (const letter of (words[1] ?? "").replace(/^-/, "")) {
    const option = optionOf(letter);
    if (option !== undefined) shell.options.add(option);
  }
  return runToEnd(shell, () => world.interpreter.runText(shell, text, { isTested: false }));
}

function baseName(path: string | undefined): string {
  return path?.slice(path.lastIndexOf("/") + 1) ?? "";
}
