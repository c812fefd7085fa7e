/**
 * After so many attempts in which an origin let its time pass, one after the other, it is given up.
 */
export const MOST_SLOW_ATTEMPTS = 2;

interface Origin {
  /** Aborted, with the reason, once the origin is given up. */
  readonly controller: AbortController;
  /** When the last whole answer came; before the first one when it was first asked. */
  lastAnswerMs: number;
}

/**
 * What was seen of the servers of a run. One that is silent is silent for each of a thousand files:
 * the first one that waits in vain gives it up for all, so that a run ends within the patience for
 * one file.
 */
export class Origins {
  readonly #origins = new Map<string, Origin>();
  readonly #silenceMs: number;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /**
   * Aborted when the URL's server is given up: for each request to it, also those that wait for a
   * connection.
   */
  signalOf(url: string): AbortSignal {
    return this.#of(url).controller.signal;
  }

  /** A whole answer came from the URL's server. */
  answered(url: string): void {
    this.#of(url).lastAnswerMs = performance.now();
  }

  /**
   * A request was waited for in vain. When nothing else was answered for as long as two attempts
   * take, the server is given up; one that answers other requests is slow with this file alone.
   */
  waitedInVain(url: string, reason: Error): void {
    const origin = this.#of(url);
    // Timers may end a little early.
    const patienceMs = MOST_SLOW_ATTEMPTS * this.#silenceMs - 5;
    if (performance.now() - origin.lastAnswerMs >= patienceMs) origin.controller.abort(reason);
  }

  #of(url: string): Origin {
    const key = new URL(url).origin;
    const known = this.#origins.get(key);
    if (known !== undefined) return known;
    const fresh = { controller: new AbortController(), lastAnswerMs: performance.now() };
    this.#origins.set(key, fresh);
    return fresh;
  }
}
