import type { Case } from "../case.ts";
import { runningStack } from "../running-stack.ts";

/**
 * Until the containers and networks are gone; the database is asked to end and does so in its own
 * time.
 */
export const down: Case = {
  name: "down",
  summary: "2 services that are up: down",
  rounds: 5,
  async measure(bench, rounds) {
    const stack = runningStack(bench, bench.engine);
    const { own, compose, composeCommand } = stack;
    const rows = await bench.time(
      [
        {
          name: "`qclock down`",
          command: bench.qclock("down"),
          place: own,
          prepare: stack.prepareOwn,
          before: () => bench.run(bench.qclock("up"), own),
        },
        {
          name: "`docker compose down`",
          command: composeCommand("startInterval", "down"),
          place: compose,
          prepare: stack.prepareCompose,
          before: () => bench.run(composeCommand("startInterval", "up", "--wait"), compose),
        },
      ],
      { rounds },
    );
    return [{ title: "down", rows }];
  },
};
