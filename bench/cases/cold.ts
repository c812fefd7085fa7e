import type { Case } from "../case.ts";
import { coldContestants } from "../cold.ts";

/** A new machine: no package is here, and the Engine has no image. */
export const cold: Case = {
  name: "cold",
  summary: "3 images from nothing, packages fetched: build",
  rounds: 3,
  async measure(bench, rounds) {
    const contestants = coldContestants(bench, { keepPackages: false, mustTake: 3 });
    // Nothing is warm on purpose, so that a round before would only take time.
    const rows = await bench.time(contestants, { rounds, warmUp: false });
    return [{ title: "cold, packages not in the store", rows }];
  },
};
