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
  /** Ask until the answer is one that can be used. Throws `interrupted`, and `usage` at the end. */
  ask<Value>(question: Question<Value>): Promise<Value>;
}

/** Open the terminal for questions, on standard error: standard output is data. */
export function openQuestions(session: Pick<Session, "host" | "signal">): Questions {
  const { stdin, stderr } = session.host;
  const readline = createInterface({ input: stdin, output: stderr });
  // While readline has the terminal, Ctrl-C is a key and no signal; it is to end the run as ever.
  readline.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const ended = new AbortController();
  readline.on("close", () => ended.abort());
  const signal = AbortSignal.any([session.signal, ended.signal]);
  const askOnce = async (prompt: string): Promise<string> => {
    try {
      return await readline.question(prompt, { signal });
    } catch (error) {
      session.signal.throwIfAborted();
      // Ctrl-D: nobody will type anything more.
      stderr.write("\n");
      throw new QclockError("usage", "The question was not answered.", {
        cause: error,
        hint: "Answer it, or give its option: --help lists them. --yes takes what is offered.",
      });
    }
  };
  return {
    async ask({ prompt, fallback, read }) {
      for (;;) {
        const shown = fallback === undefined ? prompt : `${prompt} [${fallback}]`;
        const answer = (await askOnce(`${shown}: `)).trim();
        const found = read(answer === "" ? (fallback ?? "") : answer);
        if ("value" in found) return found.value;
        stderr.write(`${found.problem}\n`);
      }
    },
    [Symbol.dispose]: () => readline.close(),
  };
}
