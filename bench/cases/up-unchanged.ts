import type { Case } from "../case.ts";
import { runningStack } from "../running-stack.ts";

/** Everything is up as declared: how long it takes to see that, and to list it. */
export const upUnchanged: Case = {
  name: "up-unchanged",
  summary: "2 services that are up already: up, ps",
  rounds: 10,
  async measure(bench, rounds) {
    const stack = runningStack(bench, bench.engine);
    const { own, compose, composeCommand } = stack;
    const ownUp = bench.qclock("up");
    const composeUp = composeCommand("startInterval", "up", "--wait", "--detach");
    // In one go: the compose files are made from qclock's containers, which are down again
    // afterwards.
    const bothUp = async (): Promise<void> => {
      await stack.prepareCompose();
      await bench.run(ownUp, own);
      await bench.run(composeUp, compose);
    };
    try {
      const up = await bench.time(
        [
          { name: "`qclock up`", command: ownUp, place: own },
          {
            name: "`docker compose up --wait`",
            command: composeUp,
            place: compose,
            prepare: bothUp,
          },
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
        if (bench.peersProblem === undefined) {
          await bench.run(composeCommand("startInterval", "down"), compose);
        }
      }
    }
  },
};
