import { performance } from "node:perf_hooks";
import { type Command, type Place, reasonOf, start } from "./command.ts";
import { untilIdle } from "./idle.ts";
import { measured, median, type Row } from "./row.ts";

/** One command to time as a whole process. */
export interface Contestant {
  readonly name: string;
  readonly command: Command;
  readonly place: Place;
  /** Run once before everything else, not timed. When it fails the contestant does. */
  readonly prepare?: () => Promise<unknown>;
  /** Run before each timed run, not timed. */
  readonly before?: () => Promise<unknown>;
  /** Run after each timed run, not timed, to leave the same beginning to the others. */
  readonly after?: () => Promise<unknown>;
  /** How often a run is tried before the contestant counts as failed. Once by default. */
  readonly attempts?: number;
  /** How many times qclock's time this peer is to take at least. */
  readonly mustTake?: number;
}

/** How a set of contestants is timed. */
export interface MeasureOptions {
  readonly rounds: number;
  /** An untimed round first, so that caches are warm for everyone. True by default. */
  readonly warmUp?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Time several commands in turns, round by round, so that a slow moment of the machine falls on all
 * of them; who goes first changes with each round. The ratio is the middle one of each round's own
 * ratios to the first contestant, which is qclock. One that fails is not measured, and the others
 * go on.
 */
export async function measure(
  contestants: readonly Contestant[],
  { rounds, warmUp = true, signal }: MeasureOptions,
): Promise<readonly Row[]> {
  const standings = new Map<Contestant, Standing>(
    contestants.map((each) => [each, { runs: [], failedRuns: 0, failure: undefined }]),
  );
  for (const [contestant, standing] of standings) {
    try {
      await contestant.prepare?.();
    } catch (error) {
      signal.throwIfAborted();
      standing.failure = reasonOf(error);
    }
  }
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const [contestant, standing] of rotate([...standings], Math.max(0, round))) {
      if (standing.failure !== undefined) continue;
      const durationMs = await runOnce(contestant, standing, signal);
      if (round >= 0 && durationMs !== undefined) standing.runs.push(durationMs);
    }
  }
  const [first] = standings.values();
  const own = first?.failure === undefined ? first?.runs : undefined;
  return [...standings].map(([contestant, standing]) => toRow(contestant, standing, own));
}

/** What is known of one contestant so far. */
interface Standing {
  readonly runs: number[];
  failedRuns: number;
  failure: string | undefined;
}

/** The time of one run, or `undefined` when the contestant is out. */
async function runOnce(
  contestant: Contestant,
  standing: Standing,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { attempts = 1 } = contestant;
  for (let attempt = 1; ; attempt++) {
    try {
      return await timeOnce(contestant, signal);
    } catch (error) {
      signal.throwIfAborted();
      standing.failedRuns++;
      if (attempt < attempts) continue;
      standing.failure = reasonOf(error);
      return undefined;
    }
  }
}

async function timeOnce(contestant: Contestant, signal: AbortSignal): Promise<number> {
  const { command, place, before, after } = contestant;
  await before?.();
  if (place.enginePid !== undefined) await untilIdle(place.enginePid, signal);
  try {
    const startMs = performance.now();
    await start(command, place, signal);
    return performance.now() - startMs;
  } finally {
    await after?.();
  }
}

function toRow(
  { name, mustTake }: Contestant,
  { runs, failedRuns, failure }: Standing,
  own: readonly number[] | undefined,
): Row {
  if (failure !== undefined) {
    return { contestant: name, outcome: { kind: "not measured", reason: failure } };
  }
  const row: Row = {
    contestant: name,
    ...(failedRuns === 0 ? {} : { failedRuns }),
    outcome: measured("ms", runs),
  };
  if (own === undefined) return row;
  const ratio = median(runs.map((value, round) => value / (own[round] ?? Number.NaN)));
  if (mustTake === undefined) return { ...row, ratio };
  return { ...row, ratio, target: { text: `≥ ${mustTake}`, reached: ratio >= mustTake } };
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}
