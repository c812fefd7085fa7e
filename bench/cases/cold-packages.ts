import type { Case } from "../case.ts";
import { coldContestants } from "../cold.ts";

/**
 * The packages were fetched before; layers and images are made again. The round that warms up
 * fetches them.
 */
export const coldPackages: Case = {
  name: "cold-packages",
  summary: "3 images from nothing, packages at hand: build",
  rounds: 3,
  async measure(bench, rounds) {
    const contestants = coldContestants(bench, { keepPackages: true, mustTake: 4 });
    const rows = await bench.time(contestants, { rounds });
    return [{ title: "cold, packages in the store", rows }];
  },
};
