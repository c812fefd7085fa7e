import { performance } from "node:perf_hooks";
import { type Command, type Place, reasonOf, start } from "./command.ts";
import { measured, median, type Row } from "./row.ts";

/** One command to time as a whole process. */
export interface Contestant {
  readonly name: string;
  readonly command: Command;
  readonly place: Place;
  /** Run before each timed run, not timed. */
  readonly before?: () => Promise<unknown>;
  /** Run after each timed run, not timed, to leave the same beginning to the others. */
  readonly after?: () => Promise<unknown>;
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
 * Time several commands in turns, round by round, so that a slow moment of the machine falls on all of
 * them; who goes first changes with each round. The ratio is the middle one of each round's own ratios
 * to the first contestant, which is qclock. One that fails is not measured, and the others go on.
 */
export async function measure(
  contestants: readonly Contestant[],
  { rounds, warmUp = true, signal }: MeasureOptions,
): Promise<readonly Row[]> {
  const times = new Map<Contestant, number[]>(contestants.map((each) => [each, []]));
  const failures = new Map<Contestant, string>();
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const contestant of rotate(contestants, Math.max(0, round))) {
      if (failures.has(contestant)) continue;
      try {
        const durationMs = await timeOnce(contestant, signal);
        if (round >= 0) times.get(contestant)?.push(durationMs);
      } catch (error) {
        signal.throwIfAborted();
        failures.set(contestant, reasonOf(error));
      }
    }
  }
  const [first] = contestants;
  const own = first === undefined || failures.has(first) ? undefined : times.get(first);
  return contestants.map((contestant) =>
    toRow(contestant, {
      runs: times.get(contestant) ?? [],
      own,
      failure: failures.get(contestant),
    }),
  );
}

async function timeOnce(contestant: Contestant, signal: AbortSignal): Promise<number> {
  const { command, place, before, after } = contestant;
  await before?.();
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
  times: {
    readonly runs: readonly number[];
    readonly own: readonly number[] | undefined;
    readonly failure: string | undefined;
  },
): Row {
  const { runs, own, failure } = times;
  if (failure !== undefined) {
    return { contestant: name, outcome: { kind: "not measured", reason: failure } };
  }
  const row: Row = { contestant: name, outcome: measured("ms", runs) };
  if (own === undefined) return row;
  const ratio = median(runs.map((value, round) => value / (own[round] ?? Number.NaN)));
  if (mustTake === undefined) return { ...row, ratio };
  return { ...row, ratio, target: { text: `≥ ${mustTake}`, reached: ratio >= mustTake } };
}

function rotate<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % Math.max(1, items.length);
  return [...items.slice(at), ...items.slice(0, at)];
}
