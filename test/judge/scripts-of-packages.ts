/**
 * `npm run judge:scripts`: takes packages of Debian 12 that can be installed together, by priority
 * and by how many others depend on them, interprets their maintainer scripts in a root of them all,
 * and prints how many run whole and why the others do not. Needs dpkg-deb and apt's sources of
 * Debian 12, and 5 MB of disk for each package. Fails with 1 when less than 95 % run whole.
 *
 *   npm run judge:scripts -- --count 1800
 *   npm run judge:scripts -- --programs --scripts 1000  until so many of them have scripts
 *   npm run judge:scripts -- --folder /var/tmp/debs     keeps the packages for the next run
 *   npm run judge:scripts -- --names "nginx samba"      those and what they need, instead
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { createPackageIndex } from "../../src/packages/deb/packages-index.ts";
import { findSources, openApt } from "../support/apt.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { choosePackages, inOrderOfNeed } from "./scripts/choose.ts";
import { runScripts, type ScriptVerdict } from "./scripts/run.ts";
import { type JudgedPackage, unpackPackage } from "./scripts/unpack.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "5000" },
    scripts: { type: "string", default: "1000" },
    programs: { type: "boolean", default: false },
    names: { type: "string" },
    folder: { type: "string" },
  },
});

await using temporary = await temporaryFolder();
const sources = await findSources();
const apt =
  sources === undefined ? undefined : await openApt(path.join(temporary.path, "apt"), sources);
if (sources === undefined || apt === undefined)
  throw new Error("needs apt on a machine that reaches a mirror of Debian 12");
const folder = values.folder ?? path.join(temporary.path, "packages");
fs.mkdirSync(folder, { recursive: true });
const index = createPackageIndex(apt.indexes);
const packages: JudgedPackage[] = [];
const choice = { names: values.names?.split(/\s+/), isPrograms: values.programs };
for (const entry of choosePackages(index, choice)) {
  packages.push(await unpackPackage(folder, sources, entry));
  if (packages.length % 100 === 0) console.error(`${packages.length} packages`);
  const isEnough = withScripts().length >= Number(values.scripts);
  if (isEnough || packages.length >= Number(values.count)) break;
}
report(runScripts(inOrderOfNeed(packages)));

function withScripts(): readonly JudgedPackage[] {
  return packages.filter(({ control }) => control.has("preinst") || control.has("postinst"));
}

function report(verdicts: readonly ScriptVerdict[]): void {
  const count = withScripts().length;
  const failed = verdicts.filter(({ reason }) => reason !== undefined);
  const whole = verdicts.length - failed.length;
  const reasons = Map.groupBy(failed, ({ reason = "" }) => reason);
  const sorted = [...reasons].toSorted(([, a], [, b]) => b.length - a.length);
  for (const [reason, those] of sorted) {
    console.log(`${those.length} ${reason}`);
    for (const { name, details = "" } of those) console.log(`      ${name}  ${details}`);
  }
  const names = new Set(failed.map(({ name }) => name.replace(/\.(?:pre|post)inst .*/, "")));
  const percent = ((100 * whole) / Math.max(verdicts.length, 1)).toFixed(1);
  console.log(`
${packages.length} packages, ${count} of them with scripts
${whole} of ${verdicts.length} runs of scripts end with 0: ${percent} %
${count - names.size} of ${count} packages have all their scripts run whole`);
  process.exitCode = whole >= 0.95 * verdicts.length ? 0 : 1;
}
