import { fromBytes } from "../../bytes.ts";
import { type CommandCall, type Input, NeedsMore, type Output } from "../../command.ts";
import { Channel, nullDevice } from "./description.ts";
import { findInPath } from "./find-command.ts";
import { openDescription } from "./redirect.ts";
import type { ProgramCall, Shell } from "./shell.ts";
import { temporaryName } from "./temporary-name.ts";

/** What a command of the table gets: a view of the shell that calls it. */
export function createCall(shell: Shell, { argv, env }: ProgramCall): CommandCall {
  const { world, cwd, umask } = shell;
  const { root } = world;
  const [name, ...args] = argv;
  const stdin = shell.descriptors[0] ?? nullDevice;
  const stdout = shell.descriptors[1] ?? nullDevice;
  const stderr = shell.descriptors[2] ?? nullDevice;
  return {
    name,
    args,
    env,
    cwd,
    umask,
    root,
    now: world.now,
    stdin,
    stdout,
    stderr,
    descriptor: (number) => shell.descriptors[number],
    path: (file) => shell.path(file),
    readFile: (file) => openDescription(shell, file, "read").readAll(),
    openOutput: (file, access) => openDescription(shell, file, access),
    run: (inner, options = {}) => {
      // A process of its own: what it changes of the shell's own does not come back.
      const child = shell.fork();
      child.commandName = undefined;
      child.cwd = options.cwd ?? cwd;
      child.umask = options.umask ?? umask;
      if (options.stdin !== undefined) {
        child.descriptors[0] = new Channel(world.meter, fromBytes(options.stdin));
      }
      if (options.stdout !== undefined) child.descriptors[1] = writeOnly(options.stdout);
      if (options.stderr !== undefined) child.descriptors[2] = writeOnly(options.stderr);
      return world.interpreter.runProgram(child, { argv: inner, env: options.env ?? env });
    },
    findProgram: (file) => {
      if (!file.includes("/")) return findInPath(shell, file, env.get("PATH"));
      const status = root.stat(shell.path(file));
      return status?.kind === "file" && (status.mode & 0o111) !== 0 ? file : undefined;
    },
    countSteps: (steps = 1) => world.meter.step(steps),
    temporaryName: (template) => temporaryName(world, template),
    standIn: (path) => {
      root.write(path, new Uint8Array(), 0o666 & ~umask);
      // Whoever reads it would take nothing for a secret.
      root.watchReads(path, () => {
        throw new NeedsMore(OWN_SECRET);
      });
      world.standIns.add(path);
    },
    setVariable: (variable, value) => shell.variables.set(variable, value),
    unsupported: (wanted) => {
      throw new NeedsMore(wanted);
    },
  };
}

/** What a script wants that looks into a secret, or puts one elsewhere. */
export const OWN_SECRET = "a secret of its own";

function writeOnly(output: Output): Output & Input & { readByte: () => string } {
  return { ...nullDevice, write: (content) => output.write(content) };
}
