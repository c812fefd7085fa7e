import { QclockError } from "../../error.ts";
import { limit } from "../../limit.ts";

/** What one look at the world gave, or why it gave nothing. */
export interface Look<Value> {
  /** Undefined when the look failed. */
  readonly value: Value | undefined;
  /** Why it failed; undefined when it did not. */
  readonly failure: string | undefined;
  /** The value. Throws `LookFailure` when the look failed. */
  take(): Value;
}

/** Thrown by `take`: a check that needs what could not be seen fails with this reason. */
export class LookFailure extends Error {
  override readonly name = "LookFailure";
}

/**
 * Carries out looks: so many at a time, each with a deadline, and none ever rejects. `what` names
 * the look in its reason, as in `the log of service app`. A look must not wait for another one of
 * the same looker.
 */
export type Looker = <Value>(
  what: string,
  work: (signal: AbortSignal) => Promise<Value>,
  deadlineMs?: number,
) => Promise<Look<Value>>;

/**
 * The looks of one run of verify. What is asked when `signal` aborts, or afterwards, fails at once.
 */
export function createLooker(options: {
  readonly signal: AbortSignal;
  /** How many looks run at a time. */
  readonly concurrency: number;
  readonly deadlineMs: number;
  /** Called with the reason of each look that failed. */
  readonly onFailure?: (reason: string) => void;
}): Looker {
  const { signal, onFailure } = options;
  const inPlace = limit(options.concurrency, async (look: () => Promise<void>) => look());
  return async <Value>(
    what: string,
    work: (signal: AbortSignal) => Promise<Value>,
    deadlineMs = options.deadlineMs,
  ): Promise<Look<Value>> => {
    let look: Look<Value> = failed(`${what} was not looked at`);
    await inPlace(async () => {
      look = await lookOnce(what, work, { signal, deadlineMs });
    });
    if (look.failure !== undefined) onFailure?.(look.failure);
    return look;
  };
}

/** A look that gave a value. */
export function seen<Value>(value: Value): Look<Value> {
  return { value, failure: undefined, take: () => value };
}

/** A look that gave nothing. */
export function failed(failure: string): Look<never> {
  const take = (): never => {
    throw new LookFailure(failure);
  };
  return { value: undefined, failure, take };
}

async function lookOnce<Value>(
  what: string,
  work: (signal: AbortSignal) => Promise<Value>,
  { signal, deadlineMs }: { readonly signal: AbortSignal; readonly deadlineMs: number },
): Promise<Look<Value>> {
  if (signal.aborted) return failed(`${what}: interrupted`);
  // A timer of its own rather than AbortSignal.timeout, which does not keep the process alive.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  const either = AbortSignal.any([signal, deadline.signal]);
  const end = Promise.withResolvers<Look<never>>();
  const stop = (): void =>
    end.resolve(
      failed(
        signal.aborted
          ? `${what}: interrupted`
          : `${what}: no answer within ${deadlineMs / 1000} s`,
      ),
    );
  either.addEventListener("abort", stop, { once: true });
  try {
    // What does not heed its signal is left behind: the report waits for nobody.
    return await Promise.race([end.promise, tryWork(what, () => work(either))]);
  } finally {
    clearTimeout(timer);
    either.removeEventListener("abort", stop);
  }
}

async function tryWork<Value>(what: string, work: () => Promise<Value>): Promise<Look<Value>> {
  try {
    return seen(await work());
  } catch (error) {
    return failed(`${what}: ${reasonOf(error)}`);
  }
}

/** What went wrong, in a line. What is no failure of the world is a bug, and says so. */
export function reasonOf(error: unknown): string {
  if (error instanceof QclockError || error instanceof LookFailure) return error.message;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `a bug of qclock: ${text.replaceAll(/\s+/g, " ").slice(0, 500)}`;
}
