import type { Case } from "../case.ts";
import { prepareRunningStack } from "../running-stack.ts";

/** Until the containers and networks are gone; the database is asked to end and does so in its own time. */
export const down: Case = {
  name: "down",
  summary: "2 services that are up: down",
  rounds: 5,
  async measure(bench, rounds) {
    const { own, compose, composeCommand } = await prepareRunningStack(bench, bench.engine);
    const rows = await bench.time(
      [
        {
          name: "`qclock down`",
          command: bench.qclock("down"),
          place: own,
          before: () => bench.run(bench.qclock("up"), own),
        },
        {
          name: "`docker compose down`",
          command: composeCommand("startInterval", "down"),
          place: compose,
          before: () => bench.run(composeCommand("startInterval", "up", "--wait"), compose),
        },
      ],
      { rounds },
    );
    return [{ title: "down", rows }];
  },
};
