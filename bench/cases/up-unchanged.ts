import type { Case } from "../case.ts";
import { prepareRunningStack } from "../running-stack.ts";

/** Everything is up as declared: how long it takes to see that, and to list it. */
export const upUnchanged: Case = {
  name: "up-unchanged",
  summary: "2 services that are up already: up, ps",
  rounds: 10,
  async measure(bench, rounds) {
    const { own, compose, composeCommand } = await prepareRunningStack(bench, bench.engine);
    const bringUp = composeCommand("startInterval", "up", "--wait", "--detach");
    await bench.run(bench.qclock("up"), own);
    try {
      const up = await bench.time(
        [
          { name: "`qclock up`", command: bench.qclock("up"), place: own },
          { name: "`docker compose up --wait`", command: bringUp, place: compose },
        ],
        { rounds },
      );
      const ps = await bench.time(
        [
          { name: "`qclock ps`", command: bench.qclock("ps"), place: own },
          {
            name: "`docker compose ps`",
            command: composeCommand("startInterval", "ps"),
            place: compose,
          },
        ],
        { rounds },
      );
      return [
        { title: "up, nothing changed", rows: up },
        { title: "ps", rows: ps },
      ];
    } finally {
      if (!bench.signal.aborted) {
        await bench.run(bench.qclock("down"), own);
        await bench.run(composeCommand("startInterval", "down"), compose);
      }
    }
  },
};
