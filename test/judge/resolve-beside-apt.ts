/**
 * `npm run judge`: random packages of Debian 12, each resolved by qclock and by `apt-get install
 * --simulate --no-install-recommends` into an empty root, from the same indexes of the host's own
 * mirror. Fails with 1 when a set differs or only apt finds one. Needs apt on Debian 12; changes
 * nothing of it.
 *
 *   npm run judge -- --count 1500 --seed 12
 *   npm run judge -- --names "libsdl2-mixer-dev python3-skbuild"
 *   npm run judge -- --whole      apt reads the whole archive for each package, at a second each
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { createPackageIndex } from "../../src/packages/deb/packages-index.ts";
import { findSources, openApt } from "../support/apt.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { compareWithApt, type Verdict } from "./compare.ts";
import { cutArchive } from "./cut-archive.ts";

/**
 * Packages that share a cut archive: with more of them it grows, with fewer it is made more often.
 */
const BATCH = 100;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1500" },
    seed: { type: "string", default: "12" },
    names: { type: "string" },
    whole: { type: "boolean", default: false },
  },
});

await using folder = await temporaryFolder();
const sources = await findSources();
const whole =
  sources === undefined ? undefined : await openApt(path.join(folder.path, "whole"), sources);
if (whole === undefined)
  throw new Error("needs apt on a machine that reaches a mirror of Debian 12");
const index = createPackageIndex(whole.indexes);
const names = values.names?.split(/\s+/) ?? someOf([...index.names()].toSorted());

const counts = { same: 0, named: 0, neither: 0, "only-qclock": 0, "only-apt": 0, differs: 0 };
for (let start = 0; start < names.length; start += BATCH) {
  const batch = names.slice(start, start + BATCH);
  const place = path.join(folder.path, `cut-${start}`);
  const apt = values.whole ? whole : await cutArchive(place, whole.indexes, batch);
  if (apt === undefined) throw new Error("apt reads no archive that is a folder");
  for (const name of batch) {
    const verdict = compareWithApt(apt, index, name);
    counts[verdict.type === "same" && verdict.named.length > 0 ? "named" : verdict.type] += 1;
    const line = describe(verdict);
    if (line !== undefined) console.log(`${name}: ${line}`);
  }
  console.error(`${Math.min(start + BATCH, names.length)} of ${names.length}`);
}
console.log(`
${names.length} packages
${counts.same} have the same set
${counts.named} have the same set once one of several equal providers is named
${counts.neither} are resolved by neither
${counts["only-qclock"]} are resolved by qclock only
${counts["only-apt"]} are resolved by apt only
${counts.differs} have another set`);
process.exitCode = counts["only-apt"] + counts.differs === 0 ? 0 : 1;

function someOf(pool: string[]): readonly string[] {
  const random = seededRandom(Number(values.seed));
  const count = Math.min(Number(values.count), pool.length);
  return Array.from({ length: count }, () =>
    pool.splice(Math.floor(random() * pool.length), 1),
  ).flat();
}

/** What a person should look at; undefined where there is nothing. */
function describe(verdict: Verdict): string | undefined {
  switch (verdict.type) {
    case "same":
      return verdict.named.length === 0 ? undefined : `same with ${verdict.named.join(", ")} named`;
    case "neither":
    case "only-qclock":
      return verdict.type;
    case "only-apt":
      return `only apt: ${verdict.message}`;
    case "differs":
      return `apt alone takes ${verdict.onlyApt.join(", ") || "nothing"}; qclock alone takes ${verdict.onlyQclock.join(", ") || "nothing"}`;
  }
}
