/**
 * Turns for jobs: so many run at a time, so many wait, in order, and the next is told to come
 * again.
 */
export class Queue {
  #workers;
  #bound;
  /** @type {{ start: () => void, fail: (error: Error) => void }[]} */
  #waiting = [];
  #running = 0;
  #closed = false;
  /** @type {(() => void)[]} */
  #idle = [];
  /** Of one job, smoothed, for the advice when to come again. */
  #meanMs = 1000;

  /** @param {{ workers: number, queue: number }} bounds */
  constructor({ workers, queue }) {
    this.#workers = workers;
    this.#bound = queue;
  }

  get running() {
    return this.#running;
  }

  get waiting() {
    return this.#waiting.length;
  }

  /** Seconds after which a turn is likely, for `Retry-After`. */
  get retryAfterSeconds() {
    const seconds = ((this.#waiting.length + 1) * this.#meanMs) / this.#workers / 1000;
    return Math.min(60, Math.max(1, Math.ceil(seconds)));
  }

  /**
   * Run a job in its turn. Returns undefined at once when the queue is full or closed. Rejects when
   * the client goes away before its turn.
   *
   * @template Value
   * @param {AbortSignal} signal
   * @param {() => Promise<Value>} job
   * @returns {Promise<Value> | undefined}
   */
  run(signal, job) {
    if (this.#closed) return undefined;
    if (this.#running < this.#workers) {
      this.#running += 1;
      return this.#runNow(job);
    }
    if (this.#waiting.length >= this.#bound) return undefined;
    return this.#turn(signal).then(() => this.#runNow(job));
  }

  /** Take nothing more, and turn away those who wait. */
  close() {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(new QueueClosed());
  }

  /**
   * Resolves when no job runs. A job goes on when its client is gone, until its worker is removed.
   *
   * @returns {Promise<void>}
   */
  idle() {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#idle.push(resolve));
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #turn(signal) {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(new Error("The client went away."));
      };
      const entry = {
        start: () => {
          signal.removeEventListener("abort", leave);
          resolve();
        },
        fail: (/** @type {Error} */ error) => {
          signal.removeEventListener("abort", leave);
          reject(error);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(entry);
    });
  }

  /**
   * The place of a job that ends goes to the next one that waits, so that nobody comes between.
   *
   * @template Value
   * @param {() => Promise<Value>} job
   * @returns {Promise<Value>}
   */
  async #runNow(job) {
    const startedAt = performance.now();
    try {
      return await job();
    } finally {
      this.#meanMs = 0.8 * this.#meanMs + 0.2 * (performance.now() - startedAt);
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next.start();
      if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}

/** The broker is being stopped. */
export class QueueClosed extends Error {
  constructor() {
    super("The broker is being stopped.");
    this.name = "QueueClosed";
  }
}
