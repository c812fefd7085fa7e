import { createInterface } from "node:readline/promises";
import { QclockError } from "../../error.ts";
import type { Session } from "../open/session.ts";

/** Whether somebody sits at a terminal and can be asked. In CI nobody does. */
export function canAsk({ host, settings }: Pick<Session, "host" | "settings">): boolean {
  const ci = host.environment.get("CI");
  const isCi = ci !== undefined && ci !== "" && ci !== "false";
  return host.stdin.isTTY && host.stderr.isTTY && !isCi && !settings.json && !settings.quiet;
}

/** One question, answered by a line. */
export interface Question<Value> {
  readonly prompt: string;
  /** What Enter alone means. */
  readonly fallback?: string;
  /** The value of an answer; a sentence that says what is wrong with it. */
  readonly read: (answer: string) => { readonly value: Value } | { readonly problem: string };
}

/** Asks at the terminal. Disposing it gives the terminal back. */
export interface Questions extends Disposable {
  /** One line, without what surrounds it; undefined when nobody will type any more (Ctrl-D). */
  line(prompt: string): Promise<string | undefined>;
  /** Ask until the answer is one that can be used. Throws `usage` when none comes. */
  ask<Value>(question: Question<Value>): Promise<Value>;
}

/**
 * Open the terminal for questions, on standard error: standard output is data. Every question
 * rejects with the run's own reason when the run is stopped.
 */
export function openQuestions({
  host: { stdin, stderr },
  signal,
}: Pick<Session, "host" | "signal">): Questions {
  const readline = createInterface({ input: stdin, output: stderr });
  // While readline has the terminal, Ctrl-C is a key and no signal; it is to end the run as ever.
  readline.on("SIGINT", () => {
    stderr.write("\n");
    process.kill(process.pid, "SIGINT");
  });
  const line = async (prompt: string): Promise<string | undefined> => {
    try {
      return (await readline.question(prompt, { signal })).trim();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error) || error.name !== "AbortError") throw error;
      stderr.write("\n");
      return undefined;
    }
  };
  return {
    line,
    async ask({ prompt, fallback, read }) {
      for (;;) {
        const answer = await line(
          fallback === undefined ? `${prompt}: ` : `${prompt} [${fallback}]: `,
        );
        if (answer === undefined) {
          throw new QclockError("usage", "The question was not answered.", {
            hint: "Answer it, or give its option, which --help lists; --yes takes what is offered.",
          });
        }
        const found = read(answer === "" ? (fallback ?? "") : answer);
        if ("value" in found) return found.value;
        stderr.write(`${found.problem}\n`);
      }
    },
    [Symbol.dispose]: () => readline.close(),
  };
}
