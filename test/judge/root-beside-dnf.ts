/**
 * `npm run judge:dnf-root -- SET...`: the same packages laid down by dnf and rpm with all their
 * scripts run, and by qclock, and each path of the two roots compared, and each row of their
 * databases. The packages are made for it: small ones with traps, and real programs out of Debian's
 * packages. Differences that are meant are in dnf-root/allowed.ts; what a set came to is kept in
 * dnf-root/results.json, from which docs/beside-dnf.md is made. Fails with 1 when a path differs
 * that no rule allows. Needs root, rpm, dnf and createrepo-c, on Debian 12.
 *
 *   npm run judge:dnf-root                         all sets
 *   npm run judge:dnf-root -- scripts httpd        some of them
 *   npm run judge:dnf-root -- --diff scripts       with the lines by which texts differ
 *   npm run judge:dnf-root -- --repository FOLDER  keeps the packages for the next run
 */
import { access, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { besideDnfPage } from "../../docs/beside-dnf-page.ts";
import { temporaryFolder, temporaryStore } from "../support/temporary-store.ts";
import { differingTables } from "./dnf-root/compare-databases.ts";
import { allowedDifferences } from "./dnf-root/allowed.ts";
import { makeDnfRoot } from "./dnf-root/dnf-root.ts";
import {
  BUILD_TIME,
  makeRepository,
  openRepository,
  type RpmRepository,
} from "./dnf-root/repository.ts";
import { parseSetResults, withResult } from "./root/results.ts";
import { makeRpmRoot } from "./dnf-root/rpm-root.ts";
import { type RpmSet, rpmSets } from "./dnf-root/sets.ts";
import { interruption } from "./interruption.ts";
import { compareRoots, type RootComparison } from "./root/compare-roots.ts";
import { formatDifferences } from "./root/format-differences.ts";
import { readRoot } from "./root/tar-root.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { diff: { type: "boolean", default: false }, repository: { type: "string" } },
});
const kept = path.join(import.meta.dirname, "dnf-root/results.json");
const page = path.resolve(import.meta.dirname, "../../docs/beside-dnf.md");
const signal = interruption();

const unknown = positionals.filter((name) => !rpmSets.some((set) => set.name === name));
if (unknown.length > 0) throw new Error(`there is no set ${unknown.join(", ")}`);
await using work = await temporaryFolder();
const repository = await repositoryIn(values.repository ?? path.join(work.path, "repository"));
const failed: string[] = [];
for (const set of rpmSets) {
  if (positionals.length > 0 && !positionals.includes(set.name)) continue;
  if (!(await judge(set, repository))) failed.push(set.name);
}
console.log(failed.length === 0 ? "\nall are as dnf leaves them" : `\nnot: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function repositoryIn(folder: string): Promise<RpmRepository> {
  const isThere = await access(path.join(folder, "test.repo")).then(
    () => true,
    () => false,
  );
  if (isThere) return openRepository(folder);
  const onPackage = (name: string): void => console.error(`rpmbuild ${name}`);
  return makeRepository(folder, { signal, onPackage });
}

/** Whether every difference is one that is meant. */
async function judge(set: RpmSet, from: RpmRepository): Promise<boolean> {
  await using folder = await temporaryFolder();
  await using place = await temporaryStore();
  const wanted = set.packages;
  const dnf = await makeDnfRoot({ repository: from, wanted, folder: folder.path, signal });
  const ours = await makeRpmRoot({
    packages: dnf.packages,
    folder: folder.path,
    store: place.store,
    epoch: BUILD_TIME,
    signal,
  });
  const root = readRoot([ours.layer]);
  const comparison = compareRoots(dnf.root, root, allowedDifferences);
  const tables = await differingTables(folder.path, { dnf: dnf.root, qclock: root });
  const { paths, equal, allowed, different, leftOut } = comparison;
  console.log(
    `\n# ${set.name}: ${dnf.packages.size} packages, ${paths} paths, ${equal} equal, ` +
      `${allowed} differ as allowed, ${different} differ; ${leftOut} not counted; ` +
      `dnf ${Math.round(dnf.durationMs)} ms, qclock ${Math.round(ours.durationMs)} ms`,
  );
  for (const { package: name, script, reason } of ours.left)
    console.log(`${script} of ${name} was undone: ${reason}`);
  for (const table of tables) console.log(`the databases differ in ${table}`);
  console.log(formatDifferences(comparison, { show: 40, diff: values.diff, judge: "dnf" }));
  await keep(set, dnf.packages.size, comparison);
  return different === 0 && tables.length === 0 && ours.left.length === 0;
}

async function keep(set: RpmSet, packages: number, comparison: RootComparison): Promise<void> {
  const before = parseSetResults(await readFile(kept, "utf8").catch(() => "{}"));
  const names = rpmSets.map(({ name }) => name);
  const results = withResult(before, { name: set.name, packages, comparison }, names);
  await writeFile(kept, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(page, besideDnfPage(results));
}
