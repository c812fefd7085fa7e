import { Channel } from "./description.ts";
import { runExitTrap } from "./traps.ts";
import { ShellExit, ShellFailure } from "./failure.ts";
import type { Shell } from "./shell.ts";
import type { Node } from "../tree.ts";

/** Runs something as a shell of its own, to its end with its EXIT trap. Gives the status. */
export function runToEnd(shell: Shell, run: (shell: Shell) => void): number {
  const { meter } = shell.world;
  const { depth } = meter;
  let isKilled = false;
  try {
    run(shell);
  } catch (error) {
    meter.depth = depth;
    isKilled = isWithoutTraps(shell, error);
  }
  if (!isKilled) runExitTrap(shell);
  return shell.status;
}

/** Runs something in a subshell; what that takes is given back at its end. */
export function inSubshell(shell: Shell, run: (child: Shell) => void): number {
  const { meter } = shell.world;
  const memory = meter.memoryBytes;
  meter.enter();
  const status = runToEnd(shell.fork(), run);
  meter.depth--;
  meter.restoreMemory(memory);
  return status;
}

/** `$(…)`: what commands print, without NULs and without newlines at the end. */
export function substitute(shell: Shell, body: Node | undefined): string {
  if (body === undefined) return "";
  const output = new Channel(shell.world.meter);
  shell.substitutionStatus = inSubshell(shell, (child) => {
    child.descriptors[1] = output;
    shell.world.interpreter.evaluate(child, body, false);
  });
  const text = output.takeText().replaceAll("\0", "");
  let end = text.length;
  while (text[end - 1] === "\n") end--;
  return text.slice(0, end);
}

/** Whether a shell ended so that no trap runs. Anything but the end of a shell is thrown on. */
function isWithoutTraps(shell: Shell, error: unknown): boolean {
  if (error instanceof ShellExit) return error.kind === "killed" || error.kind === "replaced";
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    shell.world.meter.overflow();
  }
  if (!(error instanceof ShellFailure)) throw error;
  return false;
}
