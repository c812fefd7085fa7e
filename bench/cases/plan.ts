import path from "node:path";
import type { Case } from "../case.ts";
import { generateStack } from "../generate-stack.ts";
import { measured, type Row } from "../row.ts";

const SIZES = [10, 100, 500];
/**
 * Of the cost of an image among many to that among few. It would be 1 if nothing else varied, and 5
 * if it grew squarely.
 */
const MOST_GROWTH = 2;

/** Deciding what to do, for stacks of which nothing is there yet. No peer has it. */
export const plan: Case = {
  name: "plan",
  summary: `${SIZES.join(", ")} images and services: plan`,
  rounds: 5,
  async measure(bench, rounds) {
    const contestants = [];
    for (const size of SIZES) {
      const directory = path.join(bench.directory, `generated-${size}`);
      await generateStack(directory, size);
      contestants.push({
        name: `\`qclock plan\`, ${size} images and services`,
        command: bench.qclockHere("plan"),
        place: bench.place(directory),
      });
    }
    const rows = await bench.time(contestants, { rounds });
    return [{ title: "plan", rows: [...rows, ...growth(rows)] }];
  },
};

/**
 * The cost of each further image in the larger stack, beside that in the smaller one; of the least
 * disturbed rounds.
 */
function growth(rows: readonly Row[]): readonly Row[] {
  const [few, some, many] = rows.map(({ outcome }) =>
    outcome.kind === "measured" ? outcome.min : undefined,
  );
  if (few === undefined || some === undefined || many === undefined) return [];
  const low = (some - few) / 90;
  const high = (many - some) / 400;
  const ratio = high / low;
  return [
    { contestant: "each image from 10 to 100", outcome: measured("ms per image", [low]) },
    {
      contestant: "each image from 100 to 500",
      outcome: measured("ms per image", [high]),
      ratio,
      target: { text: `linear: ≤ ${MOST_GROWTH}`, reached: high <= MOST_GROWTH * low },
    },
  ];
}
