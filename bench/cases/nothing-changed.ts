import { type Bench, notMeasured } from "../bench.ts";
import type { Case, CaseGroup } from "../case.ts";
import { reasonOf } from "../command.ts";
import { dockerfileProject } from "../dockerfile-project.ts";
import type { BenchEngine } from "../engine.ts";

/** All three images are in the Engine as declared: how long it takes to see that. */
export const nothingChanged: Case = {
  name: "nothing-changed",
  summary: "3 images, nothing changed: build",
  rounds: 10,
  async measure(bench, rounds) {
    const title = "nothing changed, 3 images";
    const groups = [await onEngine({ bench, engine: bench.engine, title, rounds })];
    const older = `${title}, Engine 20.10`;
    try {
      const engine = await bench.debian12();
      groups.push(await onEngine({ bench, engine, title: older, rounds }));
    } catch (error) {
      bench.signal.throwIfAborted();
      groups.push({ title: older, rows: [notMeasured("all", reasonOf(error))] });
    }
    return groups;
  },
};

async function onEngine(request: {
  readonly bench: Bench;
  readonly engine: BenchEngine;
  readonly title: string;
  readonly rounds: number;
}): Promise<CaseGroup> {
  const { bench, engine, title, rounds } = request;
  const own = bench.place(bench.stackDirectory, { engine });
  await bench.run(bench.qclock("build"), own);
  const project = dockerfileProject(bench, engine);
  const rows = await bench.time(
    [
      { name: "`qclock build`", command: bench.qclock("build"), place: own },
      {
        name: "`docker buildx bake`",
        command: ["docker", "buildx", "bake"],
        ...project,
        mustTake: 2,
      },
      {
        name: "`docker compose build`",
        command: ["docker", "compose", "build"],
        ...project,
        mustTake: 3,
      },
    ],
    { rounds },
  );
  return { title, rows };
}
