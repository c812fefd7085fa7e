import path from "node:path";
import type { Bench } from "../bench.ts";
import type { Case } from "../case.ts";
import type { Place } from "../command.ts";
import { generatedParts, generateStack } from "../generate-stack.ts";
import { measured, type Row } from "../row.ts";

const IMAGES = 200;
const MOST_MS_PER_IMAGE = 5;

/** A stack far larger than usual, as declared: the time must grow by little for each image. */
export const manyImages: Case = {
  name: "many-images",
  summary: `${IMAGES} images, nothing changed: build`,
  rounds: 3,
  async measure(bench, rounds) {
    const one = await builtStack(bench, 1);
    const many = await builtStack(bench, IMAGES);
    const parts = generatedParts(IMAGES);
    const command = bench.qclockHere("build");
    const rows = await bench.time(
      [
        { name: "`qclock build`", command, place: many },
        { name: "`qclock build`, 1 image", command, place: one },
        {
          name: "`docker buildx bake`",
          command: ["docker", "buildx", "bake"],
          place: many,
          // So many targets at a time make buildx fail with "no such job" now and then.
          attempts: 2,
        },
        {
          name: "`docker buildx bake`, 50 at a time",
          command: ["sh", "-euc", parts.map((part) => `docker buildx bake ${part}`).join("; ")],
          place: many,
          attempts: 2,
        },
      ],
      { rounds },
    );
    for (const place of [one, many]) {
      await bench.run(bench.qclockHere("reset", "--images", "--yes"), place);
    }
    return [{ title: `nothing changed, ${IMAGES} images`, rows: [...rows, ...perImage(rows)] }];
  },
};

async function builtStack(bench: Bench, images: number): Promise<Place> {
  const directory = path.join(bench.directory, `generated-${images}`);
  await generateStack(directory, images);
  const place = bench.place(directory);
  await bench.run(bench.qclockHere("build"), place);
  return place;
}

/** What each image beyond the first adds to qclock's own time. */
function perImage([many, one]: readonly Row[]): readonly Row[] {
  if (many?.outcome.kind !== "measured" || one?.outcome.kind !== "measured") return [];
  const { runs } = one.outcome;
  const outcome = measured(
    "ms per image",
    many.outcome.runs.map((ms, round) => (ms - (runs[round] ?? Number.NaN)) / (IMAGES - 1)),
  );
  return [
    {
      contestant: "`qclock build`, beyond the first",
      outcome,
      target: {
        text: `< ${MOST_MS_PER_IMAGE} ms`,
        reached: outcome.median < MOST_MS_PER_IMAGE,
      },
    },
  ];
}
