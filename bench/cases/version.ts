import type { Case } from "../case.ts";

/** What it costs to start the program at all. */
export const version: Case = {
  name: "version",
  summary: "the program's version",
  rounds: 15,
  async measure(bench, rounds) {
    const place = bench.place(bench.stackDirectory);
    const rows = await bench.time(
      [
        { name: "`qclock --version`", command: bench.qclock("--version"), place },
        {
          name: "`docker compose version`",
          command: ["docker", "compose", "version"],
          place,
        },
      ],
      { rounds },
    );
    return [{ title: "the program's version", rows }];
  },
};
