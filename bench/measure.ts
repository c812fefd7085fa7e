import { performance } from "node:perf_hooks";
import { execa } from "execa";

/** One command to time as a whole process. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Run before each timed run, not timed. */
  readonly before?: () => Promise<void>;
}

/** Times of one contestant in milliseconds, sorted. */
export interface Timing {
  readonly name: string;
  readonly minMs: number;
  readonly medianMs: number;
  readonly maxMs: number;
  readonly runsMs: readonly number[];
}

/**
 * Time several commands in turns, round by round, so that a slow moment of the machine falls on all of
 * them. One untimed round comes first: caches are warm for everyone.
 */
export async function measure(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<readonly Timing[]> {
  const runs = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const contestant of contestants) {
      await contestant.before?.();
      const durationMs = await timeOnce(contestant);
      if (round >= 0) runs.get(contestant.name)?.push(durationMs);
    }
  }
  return [...runs].map(([name, values]) => summarize(name, values));
}

async function timeOnce(contestant: Contestant): Promise<number> {
  const [file, ...commandArguments] = contestant.command;
  const start = performance.now();
  // A failing contestant would be fast and wrong: execa rejects, and the case is reported as not measured.
  await execa(file, commandArguments, {
    cwd: contestant.cwd,
    ...(contestant.environment === undefined ? {} : { env: contestant.environment }),
    stdin: "ignore",
  });
  return performance.now() - start;
}

function summarize(name: string, values: readonly number[]): Timing {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => Math.round((sorted[index] ?? Number.NaN) * 10) / 10;
  return {
    name,
    minMs: at(0),
    medianMs: at(Math.floor(sorted.length / 2)),
    maxMs: at(sorted.length - 1),
    runsMs: values.map((value) => Math.round(value * 10) / 10),
  };
}
