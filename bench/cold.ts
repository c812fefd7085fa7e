import { access, rm } from "node:fs/promises";
import path from "node:path";
import type { Bench } from "./bench.ts";
import type { Contestant } from "./measure.ts";
import { peerWayCommand, writePeerWay } from "./peer-way.ts";

const KEPT_STORE = "store-packages";

/**
 * Whether contestants that keep packages have run before in this bench, and so have packages to
 * keep.
 */
export async function hasPackages(bench: Bench): Promise<boolean> {
  return await access(path.join(bench.directory, KEPT_STORE)).then(
    () => true,
    () => false,
  );
}

/**
 * The two ways to make the three images when the Engine has none of them. `keepPackages`: what was
 * downloaded before is at hand for both, but nothing that was made of it.
 */
export function coldContestants(
  bench: Bench,
  { keepPackages, mustTake }: { readonly keepPackages: boolean; readonly mustTake: number },
): readonly [Contestant, Contestant] {
  const store = path.join(bench.directory, keepPackages ? KEPT_STORE : "store-cold");
  const own = bench.place(bench.stackDirectory, { environment: { QCLOCK_STORE: store } });
  const directory = path.join(bench.directory, keepPackages ? "peer-way-kept" : "peer-way");
  const place = bench.place(directory);
  return [
    {
      name: "`qclock build`",
      command: bench.qclock("build"),
      place: own,
      async before() {
        await bench.run(bench.qclock("reset", "--images", "--yes"), own);
        if (keepPackages) await bench.run(bench.qclock("store", "prune", "--unused-for", "0"), own);
        else await rm(store, { recursive: true, force: true });
      },
    },
    {
      name: "mmdebstrap, then `docker buildx bake`",
      command: peerWayCommand,
      place,
      prepare: () => writePeerWay(bench, directory, keepPackages),
      // Build results of other cases could share layers with these. The packages' cache mounts are
      // another type.
      before: () => bench.run(emptyBuilder(keepPackages), place),
      mustTake,
    },
  ];
}

function emptyBuilder(keepPackages: boolean): readonly [string, ...string[]] {
  const images = "docker images --quiet --filter reference='bench-cold/*'";
  const prune = `docker buildx prune --all --force${keepPackages ? " --filter type=regular" : ""}`;
  return ["sh", "-euc", `${images} | xargs --no-run-if-empty docker rmi --force; ${prune}`];
}
