import path from "node:path";
import { type Bench, notMeasured } from "../bench.ts";
import type { Case } from "../case.ts";
import { coldContestants } from "../cold.ts";
import { reasonOf } from "../command.ts";
import { generateStack } from "../generate-stack.ts";
import type { Contestant } from "../measure.ts";
import { type PeakMemory, watchMemory } from "../memory.ts";
import { measured, type Row } from "../row.ts";

const MOST_MB = 400;
const SIZES = [10, 100, 500];

/** The most memory that is held at a time. Apart from the other cases, since watching it takes time, too. */
export const memory: Case = {
  name: "memory",
  summary: "memory: building from packages at hand, planning 10, 100 and 500 images",
  rounds: 2,
  async measure(bench, rounds) {
    const [own, peer] = await coldContestants(bench, { keepPackages: true, mustTake: 4 });
    const title = "memory, packages in the store";
    const cold = [...(await watch(bench, own, rounds)), ...(await watch(bench, peer, rounds))];
    const planned: Row[] = [];
    for (const size of SIZES) {
      const directory = path.join(bench.directory, `generated-${size}`);
      await generateStack(directory, size);
      const contestant = {
        name: `\`qclock plan\`, ${size} images and services`,
        command: bench.qclockHere("plan"),
        place: bench.place(directory),
      };
      planned.push(...(await watch(bench, contestant, rounds)));
    }
    return [
      { title, rows: withTarget(cold) },
      { title: "memory, planning", rows: withTarget(planned) },
    ];
  },
};

/** Two rows: of the command with what it starts, and of the Engine meanwhile, where builds run, too. */
async function watch(
  bench: Bench,
  { name, command, place, before }: Contestant,
  rounds: number,
): Promise<readonly Row[]> {
  const peaks: PeakMemory[] = [];
  const enginePid = before === undefined ? undefined : bench.engine.pid;
  try {
    for (let round = 0; round < rounds; round++) {
      await before?.();
      peaks.push(await watchMemory({ command, place, enginePid }, bench.signal));
    }
  } catch (error) {
    bench.signal.throwIfAborted();
    return [notMeasured(name, reasonOf(error))];
  }
  const megabytes = (bytes: (peak: PeakMemory) => number): Row["outcome"] =>
    measured(
      "MB",
      peaks.map((peak) => bytes(peak) / 1e6),
    );
  const ownRow = { contestant: name, outcome: megabytes(({ commandBytes }) => commandBytes) };
  if (enginePid === undefined) return [ownRow];
  return [
    ownRow,
    {
      contestant: `${name}: the Engine meanwhile`,
      outcome: megabytes(({ engineBytes }) => engineBytes),
    },
  ];
}

/** The target is qclock's own: its process, not the Engine's. */
function withTarget(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => {
    const { contestant, outcome } = row;
    if (outcome.kind !== "measured" || !/^`qclock [a-z]+`(?!: )/.test(contestant)) return row;
    return {
      ...row,
      target: { text: `< ${MOST_MB} MB`, reached: outcome.max < MOST_MB },
    };
  });
}
