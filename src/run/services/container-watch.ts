import type { ContainerState, Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { Clock } from "../context.ts";

export interface WatchRequest {
  readonly engine: Pick<Engine, "inspectContainer" | "containerEnds">;
  /** The container as it was seen when the watch began. */
  readonly state: ContainerState;
  readonly clock: Clock;
  /** The Engine goes away (`isAway`), or is back: a line for the reader. */
  readonly onEngine: (message: string, isAway: boolean) => void;
  readonly signal: AbortSignal;
}

/** Follows one container while something waits for it. */
export interface ContainerWatch extends Disposable {
  /**
   * Resolves when the container's program has ended since the watch began, also when the Engine has
   * started it again, or when the container is gone. Rejects with the Engine's failure when that
   * does not answer, and with the signal's reason.
   */
  readonly stopped: Promise<void>;
  /**
   * The container as it is now; undefined when it is gone. While the Engine is away this waits for
   * it, for as long as the watch does: what aborts `signal` must follow `stopped`.
   */
  inspect(signal: AbortSignal): Promise<ContainerState | undefined>;
  /** For how long the Engine has been away in all since the watch began; 0: never. */
  readonly awayMs: number;
  /**
   * The exit code of the last end that the Engine has told of. Waits so long for one that it has
   * not told of yet.
   */
  lastExitCode(waitMs: number): Promise<number | undefined>;
}

/**
 * Events tell of an end at once; looking as well tells of an Engine that does not send any more.
 */
const LOOK_MS = 2000;
const HISTORY_MS = 20;
/** While the Engine is away. */
const RETRY_MS = 1000;
/** An Engine takes some seconds to restart. */
const AWAY_LIMIT_MS = 30_000;

/** Begin to follow a container; ends when it is disposed of. */
export function watchContainer(request: WatchRequest): ContainerWatch {
  return new Watch(request);
}

class Watch implements ContainerWatch {
  readonly stopped: Promise<void>;
  readonly #request: WatchRequest;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  readonly #ended = Promise.withResolvers<void>();
  readonly #told = Promise.withResolvers<void>();
  #isListening = false;
  #exitCode: number | undefined;
  #awayMs = 0;

  constructor(request: WatchRequest) {
    this.#request = request;
    this.#signal = AbortSignal.any([request.signal, this.#over.signal]);
    this.stopped = Promise.race([this.#ended.promise, this.#look()]);
    // Whoever waits asks for it; a watch that is over has nobody who does.
    this.stopped.catch(() => undefined);
  }

  get awayMs(): number {
    return this.#awayMs;
  }

  async inspect(signal: AbortSignal): Promise<ContainerState | undefined> {
    for (;;) {
      try {
        return await this.#request.engine.inspectContainer(this.#request.state.id, signal);
      } catch (error) {
        if (!isAway(error)) throw error;
        await this.#request.clock.sleep(RETRY_MS, signal);
      }
    }
  }

  async lastExitCode(waitMs: number): Promise<number | undefined> {
    const { clock, signal } = this.#request;
    if (this.#exitCode === undefined)
      await Promise.race([this.#told.promise, clock.sleep(waitMs, signal)]);
    // The Engine tells all that it remembers at once, and the last of it counts.
    await clock.sleep(HISTORY_MS, signal);
    return this.#exitCode;
  }

  [Symbol.dispose](): void {
    this.#over.abort(new Error("the watch is over"));
  }

  /** Ends when the container is seen to have ended, or to have been started anew. */
  async #look(): Promise<void> {
    const { clock, state } = this.#request;
    let awaySinceMs: number | undefined;
    for (;;) {
      if (awaySinceMs === undefined) void this.#listen();
      await clock.sleep(awaySinceMs === undefined ? LOOK_MS : RETRY_MS, this.#signal);
      try {
        const now = await this.#request.engine.inspectContainer(state.id, this.#signal);
        this.#tellReturn(awaySinceMs);
        awaySinceMs = undefined;
        if (now?.status !== "running" || now.startedAt !== state.startedAt) return;
      } catch (error) {
        this.#signal.throwIfAborted();
        awaySinceMs = this.#toleratedSince(error, awaySinceMs);
      }
    }
  }

  #tellReturn(awaySinceMs: number | undefined): void {
    if (awaySinceMs === undefined) return;
    const awayMs = this.#request.clock.now() - awaySinceMs;
    this.#awayMs += awayMs;
    const seconds = Math.max(1, Math.round(awayMs / 1000));
    this.#request.onEngine(`the Engine answers again after ${seconds} s`, false);
  }

  /**
   * An Engine that is being restarted takes no connections for a while; one that takes them and
   * says nothing has had its time.
   */
  #toleratedSince(error: unknown, awaySinceMs: number | undefined): number {
    const nowMs = this.#request.clock.now();
    if (!isAway(error)) throw error;
    if (awaySinceMs === undefined) {
      const limit = AWAY_LIMIT_MS / 1000;
      this.#request.onEngine(`the Engine has gone away; it has ${limit} s to come back`, true);
      return nowMs;
    }
    if (nowMs - awaySinceMs >= AWAY_LIMIT_MS) throw error;
    return awaySinceMs;
  }

  /**
   * Hear of ends, those before the watch too: that of a container that is being started again and
   * again lies before its present start.
   */
  async #listen(): Promise<void> {
    if (this.#isListening) return;
    this.#isListening = true;
    const { engine, state } = this.#request;
    const startedMs = Date.parse(state.startedAt);
    const since = Math.max(0, Date.parse(state.createdAt) || 0) / 1000;
    try {
      for await (const end of engine.containerEnds(state.id, since, this.#signal)) {
        this.#exitCode = end.exitCode;
        this.#told.resolve();
        if (end.atMs > startedMs) this.#ended.resolve();
      }
    } catch {
      // The next look says what is the matter, and listens again.
    } finally {
      this.#isListening = false;
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof QclockError && error.code === "engine-unreachable";
}
