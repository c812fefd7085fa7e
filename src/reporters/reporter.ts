import type { RunEvent } from "../run/execution/event.ts";

/**
 * Presents a command to a person at a terminal, to a CI log, or to a program. Disposal waits until
 * everything is on the screen.
 */
export interface Reporter extends AsyncDisposable {
  handle(event: RunEvent): void;
}

/** Where a reporter writes: the part of a stream that it needs. */
export interface Output {
  write(text: string): void;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns?: number | undefined;
}

/** Several reporters that see the same events, such as the screen and a file. */
export function combineReporters(reporters: readonly Reporter[]): Reporter {
  return {
    handle(event) {
      for (const reporter of reporters) reporter.handle(event);
    },
    async [Symbol.asyncDispose]() {
      for (const reporter of reporters) await reporter[Symbol.asyncDispose]();
    },
  };
}
