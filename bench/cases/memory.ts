import { rm } from "node:fs/promises";
import path from "node:path";
import { type Bench, notMeasured } from "../bench.ts";
import type { Case } from "../case.ts";
import { coldContestants, hasPackages } from "../cold.ts";
import { reasonOf } from "../command.ts";
import { generateStack } from "../generate-stack.ts";
import type { Contestant } from "../measure.ts";
import { type PeakMemory, watchMemory } from "../memory.ts";
import { type Measured, measured, type Row } from "../row.ts";

const MOST_MB = 400;
const PLANNED = [10, 100, 500];
/** Loading 500 images takes a minute, and tells nothing more. */
const BUILT = [10, 100];

/**
 * The most memory that is held at a time. Apart from the other cases, since watching it takes time,
 * too.
 */
export const memory: Case = {
  name: "memory",
  summary: "memory: 3 images from packages at hand; generated stacks built and planned",
  rounds: 2,
  async measure(bench, rounds) {
    const isWarm = await hasPackages(bench);
    const [own, peer] = coldContestants(bench, { keepPackages: true, mustTake: 4 });
    const title = "memory, packages in the store";
    const options = { rounds, warmUp: !isWarm };
    const cold = [
      ...(await watch(bench, own, options)),
      ...(bench.peersProblem === undefined
        ? await watch(bench, peer, { ...options, rounds: 1 })
        : [notMeasured(peer.name, bench.peersProblem)]),
    ];
    const generated: Row[] = [];
    for (const size of PLANNED) {
      for (const contestant of await generatedContestants(bench, size)) {
        generated.push(...(await watch(bench, contestant, { rounds: 1, warmUp: false })));
      }
    }
    return [
      { title, rows: cold },
      { title: "memory, generated stacks", rows: generated },
    ];
  },
};

async function generatedContestants(bench: Bench, size: number): Promise<readonly Contestant[]> {
  const directory = path.join(bench.directory, `generated-${size}`);
  await generateStack(directory, size);
  const store = path.join(bench.directory, "store-generated");
  const place = bench.place(directory, { environment: { QCLOCK_STORE: store } });
  const contestant = (word: string): Contestant => ({
    name: `\`qclock ${word}\`, ${size} images`,
    command: bench.qclockHere(word),
    place,
  });
  const before = async (): Promise<void> => {
    await bench.run(bench.qclockHere("reset", "--images", "--yes"), place);
    await rm(store, { recursive: true, force: true });
  };
  return [
    contestant("plan"),
    ...(BUILT.includes(size) ? [{ ...contestant("build"), before }] : []),
  ];
}

/**
 * Two rows: of the command with what it starts, and of the Engine meanwhile, where builds run, too.
 */
async function watch(
  bench: Bench,
  { name, command, place, prepare, before }: Contestant,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: boolean },
): Promise<readonly Row[]> {
  const peaks: PeakMemory[] = [];
  try {
    await prepare?.();
    if (warmUp) await bench.run(command, place);
    for (let round = 0; round < rounds; round++) {
      await before?.();
      peaks.push(await watchMemory(command, place, bench.signal));
    }
  } catch (error) {
    bench.signal.throwIfAborted();
    return [notMeasured(name, reasonOf(error))];
  }
  const megabytes = (bytes: (peak: PeakMemory) => number): Measured =>
    measured(
      "MB",
      peaks.map((peak) => bytes(peak) / 1e6),
    );
  const outcome = megabytes(({ commandBytes }) => commandBytes);
  // The target is qclock's own: its processes, not the Engine's.
  const target = { text: `< ${MOST_MB} MB`, reached: outcome.max < MOST_MB };
  const ownRow = { contestant: name, outcome, ...(name.startsWith("`qclock") ? { target } : {}) };
  // Planning asks the Engine little: only what builds has a second row.
  if (place.enginePid === undefined || before === undefined) return [ownRow];
  return [
    ownRow,
    {
      contestant: `${name}: the Engine meanwhile`,
      outcome: megabytes(({ engineBytes }) => engineBytes),
    },
  ];
}
