import { spawn } from "node:child_process";
import { fstatSync } from "node:fs";
import { constants } from "node:os";

/** The descriptor under which a launched program has the other end of its launcher's pipe. */
const PIPE = 3;

/**
 * Set for a launched program alone, which takes it out again: what it starts itself has no such
 * pipe.
 */
const VARIABLE = "QCLOCK_LAUNCHED";

/**
 * Run a program in this one's place: same terminal, same signals, same exit code, same end.
 *
 * This process stays until the other has cleaned up. A signal that a terminal or a supervisor sends
 * to the whole group reaches the other twice, once from here; it takes the second for an echo.
 * Killed, it can pass on nothing: then the system closes its pipe, which the other watches with
 * `dieWithLauncher`.
 *
 * @param {string} command
 * @param {readonly string[]} commandArguments
 * @returns {Promise<number>} Its exit code; 128 and the signal's number for one that a signal
 * ended.
 */
export function runChild(command, commandArguments) {
  // Listened for first: a signal that came between the start and that would end this process alone.
  /** @type {import("node:child_process").ChildProcess | undefined} */
  let child;
  /** @type {NodeJS.Signals | undefined} */
  let early;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    if (child === undefined) early = signal;
    else child.kill(signal);
  };
  /** @type {readonly NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  const started = spawn(command, commandArguments, {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: { ...process.env, [VARIABLE]: "1" },
  });
  child = started;
  // The other end goes away with the child, and nothing is ever said over it.
  started.stdio[PIPE]?.on("error", () => undefined);
  if (early !== undefined) started.kill(early);
  return new Promise((resolve, reject) => {
    started.once("error", reject);
    started.once("exit", (code, signal) => {
      for (const each of signals) process.off(each, forward);
      started.stdio[PIPE]?.destroy();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * End this process by SIGKILL as soon as its launcher is gone, as if the one who killed that had
 * killed both. Does nothing for a program that nobody launched. Linux's PR_SET_PDEATHSIG would do
 * the same, but Node cannot ask for it.
 */
export async function dieWithLauncher() {
  const isLaunched = process.env[VARIABLE] !== undefined;
  delete process.env[VARIABLE];
  if (!isLaunched || !isSocket(PIPE)) return;
  const { Socket } = await import("node:net");
  const pipe = new Socket({ fd: PIPE, readable: true, writable: false });
  pipe.on("error", die).on("end", die).on("close", die);
  pipe.resume();
  // It keeps nobody from ending.
  pipe.unref();
}

function die() {
  process.kill(process.pid, "SIGKILL");
}

/**
 * Somebody else may have set the variable, and have a file of his own under that number.
 *
 * @param {number} descriptor
 */
function isSocket(descriptor) {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    return false;
  }
}
