import { ShellExit, ShellFailure } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** Signals by number, as Linux has them. */
export const signalNames =
  "EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(
    " ",
  );

/** The number of a signal by its name or number; undefined for none. */
export function signalOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number < 65 ? number : undefined;
  }
  const index = signalNames.indexOf(text.toUpperCase().replace(/^SIG(?=.)/, ""));
  return index === -1 ? undefined : index;
}

/** Signals that do nothing when nobody asks for them. */
const HARMLESS = new Set([17, 18, 23, 28]);

/** Send a signal to a shell, which acts on it before its next command. */
export function deliver(shell: Shell, signal: number): void {
  if (signal === 0 || shell.traps.get(signal) === "") return;
  if (HARMLESS.has(signal) && !shell.traps.has(signal)) return;
  shell.signals.push(signal);
}

/** Act on signals that came. */
export function runTraps(shell: Shell): void {
  while (shell.signals.length > 0 && shell.skip === "none") {
    const signal = shell.signals.shift() ?? 0;
    const action = shell.traps.get(signal);
    if (action === undefined || signal === 9) {
      shell.status = 128 + signal;
      throw new ShellExit("killed");
    }
    const { status } = shell;
    shell.world.interpreter.runText(shell, action, { isTested: false });
    shell.status = status;
  }
}

/** At the end of a shell. Its status stays, unless the trap says `exit` itself or fails. */
export function runExitTrap(shell: Shell): void {
  const action = shell.traps.get(0);
  if (action === undefined || action === "") return;
  shell.traps.delete(0);
  shell.skip = "none";
  const { status } = shell;
  try {
    shell.world.interpreter.runText(shell, action, { isTested: false });
    shell.status = status;
  } catch (error) {
    // `exit` without a number leaves the status that the shell ended with.
    if (error instanceof ShellExit) {
      if (error.kind === "exit" && !shell.isExitNumbered) shell.status = status;
      return;
    }
    if (!(error instanceof ShellFailure)) throw error;
  }
}
