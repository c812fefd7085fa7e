/**
 * `npm run judge:apt -- SET...`: the same packages installed by apt with all their scripts and
 * built by qclock, and each path of the two roots compared. Sets are in root/sets.ts, differences
 * that are meant in root/allowed.ts. What a set came to is kept in root/results.json, from which
 * docs/beside-apt.md is made. Fails with 1 when less than 99 % of a set's paths are equal or
 * one differs that no rule allows. Needs root, mmdebstrap and an Engine, on Debian.
 *
 *   npm run judge:apt                      all sets
 *   npm run judge:apt -- nginx php-13      some of them
 *   npm run judge:apt -- --show 500 nginx  the first 500 differences, not 40
 *   npm run judge:apt -- --diff nginx      with the lines by which texts differ
 *   npm run judge:apt -- --keep nginx      keeps apt's roots for the next run
 *   npm run judge:apt -- --list            their names
 */
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { besideAptPage } from "../../docs/beside-apt-page.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { interruption } from "./interruption.ts";
import { allowedDifferences } from "./root/allowed.ts";
import { installedIn, makeAptRoot } from "./root/apt-root.ts";
import { type AllowedDifference, compareRoots, type RootComparison } from "./root/compare-roots.ts";
import { formatDifferences } from "./root/format-differences.ts";
import { makeQclockRoot } from "./root/qclock-root.ts";
import { parseSetResults, withResult } from "./root/results.ts";
import { type PackageSet, sets } from "./root/sets.ts";

/** Paths of a set that must be equal, in percent. */
const THRESHOLD = 99;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    show: { type: "string", default: "40" },
    diff: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    // Kept between runs, so that the mirror is not asked for the same packages again.
    store: { type: "string" },
  },
});
const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
const store = path.resolve(values.store ?? path.join(cache, "qclock-judge"));

const kept = path.join(import.meta.dirname, "root/results.json");
const page = path.resolve(import.meta.dirname, "../../docs/beside-apt.md");

const signal = interruption();

if (values.list)
  for (const { name, packages } of sets) console.log(`${name}: ${packages.join(" ")}`);
else await judge(chosenSets(positionals));

function chosenSets(names: readonly string[]): readonly PackageSet[] {
  const unknown = names.filter((name) => !sets.some((set) => set.name === name));
  if (unknown.length > 0) throw new Error(`there is no set ${unknown.join(", ")}; see --list`);
  return sets.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function judge(chosen: readonly PackageSet[]): Promise<void> {
  const used = new Set<AllowedDifference>();
  const failed: string[] = [];
  for (const set of chosen) {
    console.error(`${set.name}...`);
    const comparison = await compareSet(set).catch((error: unknown) => {
      console.log(
        `\n# ${set.name}: not compared\n${error instanceof Error ? error.message : String(error)}`,
      );
    });
    if (signal.aborted) return;
    if (comparison === undefined || !isGood(comparison)) failed.push(set.name);
    for (const rule of comparison?.byRule.keys() ?? []) used.add(rule);
  }
  const idle = allowedDifferences.filter((rule) => !used.has(rule));
  if (chosen.length === sets.length)
    for (const { path: pattern, reason } of idle)
      console.log(`no set has what this rule allows: ${pattern} (${reason})`);
  console.log(
    `\n${chosen.length - failed.length} of ${chosen.length} sets are as apt installs them` +
      (failed.length === 0 ? "" : `; these are not: ${failed.join(", ")}`),
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

async function compareSet(set: PackageSet): Promise<RootComparison> {
  await using folder = await temporaryFolder();
  const qclock = await makeQclockRoot({ set, folder: folder.path, store, signal });
  const apt = await makeAptRoot({
    set,
    packages: qclock.packages,
    folder: folder.path,
    store,
    kept: values.keep ? path.join(store, "judged-roots") : undefined,
    signal,
  });
  const expected = installedIn(apt).join("\n");
  const locked = qclock.packages.map(({ name, version }) => `${name} ${version}`).toSorted();
  if (expected !== locked.join("\n"))
    throw new Error(`apt installed another set:\n${expected}\nand not\n${locked.join("\n")}`);
  const comparison = compareRoots(apt, qclock.root, allowedDifferences);
  console.log(`\n# ${set.name} (${set.os}, ${locked.length} packages): ${describe(comparison)}`);
  // What the build itself says of scripts, told when it makes the layer and not when it is there.
  for (const line of qclock.output.split("\n"))
    if (line.includes("warning: ")) console.log(line.replace(/^.*?warning: /, "qclock says: "));
  await keep(set, locked.length, comparison);
  console.log(
    formatDifferences(comparison, {
      show: Number(values.show),
      diff: values.diff,
      judge: "apt",
    }),
  );
  return comparison;
}

/** After each set, so that an end before the last one loses nothing. */
async function keep(set: PackageSet, packages: number, comparison: RootComparison): Promise<void> {
  const before = parseSetResults(await readFile(kept, "utf8").catch(() => "{}"));
  const names = sets.map(({ name }) => name);
  const results = withResult(before, { name: set.name, packages, comparison }, names);
  await writeFile(kept, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(page, besideAptPage(results));
}

function describe(comparison: RootComparison): string {
  const { paths, leftOut, equal, allowed, different } = comparison;
  const percent = (count: number): string => `${((100 * count) / paths).toFixed(2)} %`;
  return (
    `${paths} paths, ${equal} equal (${percent(equal)}), ` +
    `${allowed} differ as allowed (${percent(allowed)}), ${different} differ (${percent(different)})` +
    (leftOut === 0 ? "" : `; ${leftOut} caches not counted`)
  );
}

function isGood({ paths, equal, different }: RootComparison): boolean {
  return different === 0 && equal * 100 >= paths * THRESHOLD;
}
