/**
 * `npm run judge:modules`: small repositories with modules, made at random; for each, the packages
 * that qclock and dnf would choose from when some streams are enabled. Fails with 1 when the two
 * differ. What qclock refuses, such as a stream that is not there, dnf passes over, so that nothing
 * is compared. Needs Debian's dnf.
 *
 *   npm run judge:modules -- --count 100 --seed 9
 */
import { parseArgs } from "node:util";
import { QclockError } from "../../src/error.ts";
import { mirrorsAt } from "../../src/packages/rpm/repositories/mirrors.ts";
import { loadRepositories } from "../../src/packages/rpm/repositories/repositories.ts";
import { startFileServer } from "../support/file-server.ts";
import { aDownloader } from "../support/lock-request.ts";
import { aRepository } from "../support/rpm/a-repository.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { temporaryStore } from "../support/temporary-store.ts";
import { aModuleUniverse, type ModuleUniverse } from "./dnf/module-universe.ts";
import { shownByDnf } from "./dnf/shown-by-dnf.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "50" },
    seed: { type: "string", default: "9" },
  },
});

const random = seededRandom(Number(values.seed));
const counts = { same: 0, refused: 0, differs: 0 };
for (let round = 0; round < Number(values.count); round += 1) {
  const universe = aModuleUniverse(random);
  const own = await shownByQclock(universe);
  if (own === undefined) {
    counts.refused += 1;
    continue;
  }
  const expected = await shownByDnf(universe);
  const [onlyQclock, onlyDnf] = [
    own.filter((each) => !expected.includes(each)),
    expected.filter((each) => !own.includes(each)),
  ];
  if (onlyQclock.length + onlyDnf.length === 0) {
    counts.same += 1;
    continue;
  }
  counts.differs += 1;
  console.log(`asked for ${universe.asked.join(", ")}`, { onlyQclock, onlyDnf });
  console.log(universe.modules);
}
console.log(counts);
process.exitCode = counts.differs === 0 ? 0 : 1;

/** As `shownByDnf`; undefined where it refuses what is asked for. */
async function shownByQclock(universe: ModuleUniverse): Promise<readonly string[] | undefined> {
  await using server = await startFileServer(
    new Map([...aRepository("/baseos", universe), ...aRepository("/appstream", { packages: [] })]),
  );
  await using temporary = await temporaryStore();
  try {
    const { index } = await loadRepositories({
      os: "oraclelinux-9",
      architecture: "amd64",
      mirrors: { ...mirrorsAt([server.url]), origin: "the judge" },
      downloader: aDownloader(temporary.store).downloader,
      keys: [],
      modules: universe.asked,
      now: new Date(),
      signal: new AbortController().signal,
    });
    return [...index.names()]
      .flatMap((name) =>
        index
          .versions(name)
          .map(({ version }) => `${name}-${version.includes(":") ? version : `0:${version}`}`),
      )
      .toSorted();
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    return undefined;
  }
}
