import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** Tests that are run with changed sources. */
export interface Job {
  /** The texts of the changed sources by file; all paths are absolute. */
  readonly sources: Readonly<Record<string, string>>;
  readonly tests: readonly string[];
}

export interface Verdict {
  readonly noticed: boolean;
  /** The test files that failed, absolute; none when the whole run ended or had no end. */
  readonly by: readonly string[];
  /** Whether the tests were still running at the deadline. */
  readonly endless: boolean;
}

/** How the tests are run. */
export interface RunnerOptions {
  /** The file that places are appended to which a test file reaches. */
  readonly trace: string;
  /**
   * Tests of one changed source that run this long run for ever, in milliseconds. A machine that
   * does other work as well needs more.
   */
  readonly deadlineMs: number;
}

/** A change that ends the process is noticed, and so is one with which the tests have no end. */
const ENDED: Verdict = { noticed: true, by: [], endless: false };
const ENDLESS: Verdict = { noticed: true, by: [], endless: true };

/** Something that runs unit tests with a changed source. */
export interface TestRunner extends AsyncDisposable {
  run(job: Job): Promise<Verdict>;
}

/**
 * The tests run in a process of their own, since a change may make one of them run for ever: that
 * process is ended, and the next change gets a new one.
 */
export function openTestRunner({ trace, deadlineMs }: RunnerOptions): TestRunner {
  let child: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    const ended = child;
    child = undefined;
    if (ended?.pid === undefined || ended.exitCode !== null) return;
    const exited = once(ended, "exit");
    // With the workers that it started.
    process.kill(-ended.pid, "SIGKILL");
    await exited;
  };
  const start = async (): Promise<ChildProcess> => {
    const started = fork(path.join(import.meta.dirname, "runner-process.ts"), {
      detached: true,
      env: {
        ...process.env,
        QCLOCK_MUTANTS_TRACE: trace,
        QCLOCK_MUTANTS_DEADLINE: String(deadlineMs),
      },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    await once(started, "message");
    child = started;
    return started;
  };
  return {
    async run(job) {
      const running = child ?? (await start());
      const deadline = AbortSignal.timeout(deadlineMs);
      const waits = new AbortController();
      const signal = AbortSignal.any([deadline, waits.signal]);
      try {
        running.send(job);
        const [verdict] = await Promise.race([
          once(running, "message", { signal }),
          once(running, "exit", { signal }).then(() => [ENDED]),
        ]);
        if (verdict === ENDED) child = undefined;
        return verdict;
      } catch (error) {
        if (!deadline.aborted) throw error;
        await end();
        return ENDLESS;
      } finally {
        waits.abort();
      }
    },
    [Symbol.asyncDispose]: end,
  };
}
