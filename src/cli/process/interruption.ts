import { QclockError } from "../../error.ts";
import { exitCodes } from "./exit-code.ts";

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** How a run is stopped from outside: by a signal or by its deadline. */
export interface Interruption extends Disposable {
  /** Aborted with a `QclockError` that says why. */
  readonly signal: AbortSignal;
  /** Called at the first signal, to tell the user at once; the default writes to standard error. */
  onStop: (message: string) => void;
  /** Stop the run in good order for a reason of its own. */
  stop(reason: string): void;
  /**
   * End the run with exit code 124 when it takes longer. Where something in it cannot be called off
   * (a file that never opens), the process is ended by SIGTERM a while later, as the `timeout`
   * command would with `--kill-after`.
   */
  startDeadline(durationMs: number): void;
  /** The exit code that the interruption asks for; undefined when there was none. */
  readonly exitCode: number | undefined;
}

/**
 * After the first signal the run has this long to leave things in order; CI systems kill some 10 s
 * after they ask.
 */
const usualGraceMs = 8000;

/**
 * A signal that comes again this soon is the same one told twice: by the terminal or the supervisor
 * to the whole process group, and by the launcher that passes on what it gets. Nobody presses
 * Ctrl-C that fast.
 */
const echoMs = 100;

/**
 * Answer SIGINT, SIGTERM and SIGHUP: the first one stops the run in good order, the second one ends
 * the process at once. It ends by the signal itself, as a shell expects, not by an exit code made
 * to look like it.
 */
export function listenForSignals(
  process: NodeJS.Process,
  graceMs: number = usualGraceMs,
): Interruption {
  const controller = new AbortController();
  const signals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  let received: StopSignal | undefined;
  let receivedAt = 0;
  let grace: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let isLate = false;

  const leaveNow = (signal: StopSignal): void => {
    // The live display hides the cursor; whoever gets the terminal next wants it back.
    if (process.stderr.isTTY) process.stderr.write("\u001B[?25h");
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  };
  const handle = (signal: StopSignal): void => {
    const isEcho = signal === received && performance.now() - receivedAt < echoMs;
    if (isEcho) return;
    if (received !== undefined) return leaveNow(signal);
    received = signal;
    receivedAt = performance.now();
    clearTimeout(grace);
    interruption.onStop(`Stopping after ${signal}; once more to quit at once.`);
    controller.abort(new QclockError("interrupted", `Interrupted by ${signal}.`));
    grace = setTimeout(() => leaveNow(signal), graceMs);
    grace.unref();
  };
  for (const signal of signals) process.on(signal, handle);

  const interruption: Interruption = {
    signal: controller.signal,
    onStop: (message) => void process.stderr.write(`${message}\n`),
    stop(reason) {
      controller.abort(new QclockError("interrupted", reason));
      // It may hang in what the bug broke; then it is ended.
      grace = setTimeout(() => leaveNow("SIGTERM"), graceMs);
      grace.unref();
    },
    startDeadline(durationMs) {
      deadline = setTimeout(() => {
        isLate = true;
        // Not by `process.exit`, which waits for threads that a call of the system holds.
        grace = setTimeout(() => leaveNow("SIGTERM"), graceMs);
        grace.unref();
        const seconds = durationMs / 1000;
        controller.abort(
          new QclockError(
            "deadline-exceeded",
            `Not done within ${seconds} s, the limit given by --timeout.`,
          ),
        );
      }, durationMs);
      deadline.unref();
    },
    get exitCode() {
      if (received !== undefined)
        return received === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
      return isLate ? exitCodes.deadline : undefined;
    },
    [Symbol.dispose]() {
      clearTimeout(grace);
      clearTimeout(deadline);
      for (const signal of signals) process.removeListener(signal, handle);
    },
  };
  return interruption;
}
