import type { Probe } from "../stack/stack.ts";
import { attempt } from "./attempt.ts";
import { trying } from "./kinds.ts";
import type { AttemptResult, ProbeTarget } from "./target.ts";

/** What a container does, as far as waiting for it is concerned. */
export interface ContainerCondition {
  readonly status: string;
  readonly restartCount: number;
}

export interface WaitRequest {
  readonly probes: readonly Probe[];
  readonly target: ProbeTarget;
  /** Look at the container; undefined when it is gone. */
  readonly inspect: (signal: AbortSignal) => Promise<ContainerCondition | undefined>;
  /**
   * Resolves when the container stops by itself, so that a death is noticed at once; rejects when
   * that cannot be known any more.
   */
  readonly stopped: Promise<unknown>;
  readonly clock: {
    now(): number;
    sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  };
  /** Each failed attempt, for `--verbose` and the live tree. */
  readonly onAttempt: (probe: Probe, result: AttemptResult) => void;
  readonly signal: AbortSignal;
}

/** How waiting ended. */
export type WaitOutcome =
  | { readonly type: "ready"; readonly attempts: number }
  /** The container is not running any more, or restarts. */
  | { readonly type: "stopped" }
  | ({ readonly type: "timed-out" } & ProbeTimeout);

/** A probe that did not succeed in the time that it had. */
export interface ProbeTimeout {
  readonly probe: Probe;
  readonly last: AttemptResult;
  /** From the first attempt of any probe to the end of the last one. */
  readonly elapsedMs: number;
}

/** While starting, probes from outside are cheap: a connection costs a tenth of a millisecond. */
const FAST_PAUSE_MS = 25;
/** What the Engine has to do for each attempt takes it some 40 ms. */
const ENGINE_PAUSE_MS = 200;
const FAST_PERIOD_MS = 5000;
const SLOW_PAUSE_MS = 250;
/** Without probes a service counts as ready when it has run for this long without a restart. */
const SETTLING_MS = 500;

/**
 * Wait until a service is ready: each startup probe succeeds once, then each readiness probe as
 * often in a row as its threshold says, with no restart meanwhile. Ends at once when the container
 * stops.
 */
export async function waitReady(request: WaitRequest): Promise<WaitOutcome> {
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);
  let isOver = false;
  const watch = async (): Promise<void> => {
    await request.stopped.catch(() => undefined);
    isOver = true;
    over.abort();
  };
  void watch();
  const stoppedOutcome = async (): Promise<WaitOutcome> => {
    await request.stopped;
    return { type: "stopped" };
  };
  try {
    const outcome = await waitForProbes({ ...request, signal });
    return isOver ? await stoppedOutcome() : outcome;
  } catch (error) {
    if (isOver && !request.signal.aborted) return await stoppedOutcome();
    throw error;
  } finally {
    over.abort();
  }
}

async function waitForProbes(request: WaitRequest): Promise<WaitOutcome> {
  const { probes, clock, signal, inspect } = request;
  const first = await inspect(signal);
  if (first?.status !== "running") return { type: "stopped" };
  const startedMs = clock.now();
  let attempts = 0;
  for (const phase of ["startup", "readiness"] as const) {
    const outcomes = await Promise.all(
      probes
        .filter((probe) => probe.phase === phase)
        .map((probe) => waitForProbe(request, probe, startedMs)),
    );
    for (const outcome of outcomes) {
      if (outcome.type !== "ready") return outcome;
      attempts += outcome.attempts;
    }
  }
  if (probes.length === 0) await clock.sleep(SETTLING_MS, signal);
  const last = await inspect(signal);
  const isSame = last?.status === "running" && last.restartCount === first.restartCount;
  return isSame ? { type: "ready", attempts } : { type: "stopped" };
}

async function waitForProbe(
  request: WaitRequest,
  probe: Probe,
  startedMs: number,
): Promise<WaitOutcome> {
  const { clock, target, signal, onAttempt } = request;
  const needed = probe.phase === "startup" ? 1 : probe.successThreshold;
  let successes = 0;
  for (let attempts = 1; ; attempts++) {
    const last = await attempt(probe, target, signal);
    onAttempt(probe, last);
    successes = last.ok ? successes + 1 : 0;
    if (successes >= needed) return { type: "ready", attempts };
    const elapsedMs = clock.now() - startedMs;
    if (!last.ok && elapsedMs > budgetOf(probe))
      return { type: "timed-out", probe, last, elapsedMs };
    await clock.sleep(pauseMs(probe, { elapsedMs, succeeded: last.ok }), signal);
  }
}

/**
 * Milliseconds that a probe has. Failures count only once the start period is over, as in compose;
 * the interval paces them from then on.
 */
function budgetOf({ startPeriodMs, retries, intervalMs }: Probe): number {
  return startPeriodMs + (retries - 1) * intervalMs;
}

function pauseMs(
  probe: Probe,
  { elapsedMs, succeeded }: { readonly elapsedMs: number; readonly succeeded: boolean },
): number {
  if (elapsedMs > probe.startPeriodMs) return probe.intervalMs;
  // Asked again as often as the threshold says and no more, so that the cost does not add up.
  if (succeeded) return FAST_PAUSE_MS;
  if (trying(probe.check, ({ cost }) => cost === "engine")) return ENGINE_PAUSE_MS;
  return elapsedMs < FAST_PERIOD_MS ? FAST_PAUSE_MS : SLOW_PAUSE_MS;
}
