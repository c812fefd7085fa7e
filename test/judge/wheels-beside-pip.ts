/**
 * `npm run judge:wheels`: the wheels of requirements files, unpacked by qclock and installed by
 * `pip install --target` of the same files, and compared file by file. Fails with 1 when a file
 * differs for another reason than those that docs/wheels.md gives. Needs pip with Python 3.11, and
 * an index.
 *
 *   npm run judge:wheels                       every file of wheels/sets
 *   npm run judge:wheels -- flask jupyter      some of them
 *   npm run judge:wheels -- my/requirements.txt
 *   npm run judge:wheels -- --images           make images of them, and ask pip in these; needs an
 *                                              Engine
 */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { openStore } from "../../src/store/disk-store.ts";
import { createDownloader, type Downloader } from "../../src/store/downloader.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { aPython } from "../support/wheel.ts";
import { compareTrees, type TreeVerdict } from "./wheels/compare-trees.ts";
import { hasPip, installByPip } from "./wheels/install-by-pip.ts";
import { installByQclock } from "./wheels/install-by-qclock.ts";
import { readTree } from "./wheels/read-tree.ts";
import { askPipInImages } from "./wheels/use-images.ts";

const sets = path.join(import.meta.dirname, "wheels/sets");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { images: { type: "boolean", default: false } },
});
const chosen = positionals.length > 0 ? positionals : (await readdir(sets)).toSorted();
const files = chosen.map((name) =>
  name.includes("/") ? name : path.join(sets, `${path.basename(name, ".txt")}.txt`),
);
await using folder = await temporaryFolder();
const store = path.join(folder.path, "store");
process.exitCode = (await (values.images ? askInImages() : compareAll())) ? 0 : 1;

/** Whether pip in the images finds what the files ask for, and nothing broken. */
async function askInImages(): Promise<boolean> {
  const answers = await askPipInImages(files, store);
  for (const [name, { check, differences }] of answers)
    console.log(`${name}: ${check} ${differences.join(", ") || "pip list agrees."}`);
  return [...answers.values()].every(
    ({ check, differences }) =>
      check === "No broken requirements found." && differences.length === 0,
  );
}

/** Whether every file that differs from pip's does so for a reason. */
async function compareAll(): Promise<boolean> {
  if (!(await hasPip(aPython))) throw new Error("needs a python3 that is Python 3.11, with pip");
  const downloader = await aDownloaderIn(store);
  const reasons = new Map<string, number>();
  let unexplained = 0;
  console.log("| set | wheels | files | equal | explained | pip | qclock |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const file of files) {
    const name = path.basename(file, ".txt");
    const target = path.join(folder.path, name);
    // Both have fetched the files before they are timed: the network is not what is compared.
    await installByPip({ file, python: aPython, folder: `${target}-first` });
    await installByQclock({ file, python: aPython, downloader });
    const [, pipMs] = await timed(() => installByPip({ file, python: aPython, folder: target }));
    const [made, ownMs] = await timed(() => installByQclock({ file, python: aPython, downloader }));
    const verdict = await compareTrees(await readTree(target), made.tree);
    for (const [reason, of] of verdict.explained)
      reasons.set(reason, (reasons.get(reason) ?? 0) + of.length);
    unexplained += verdict.unexplained.length;
    tell(name, { ...made, verdict, pipMs, ownMs });
  }
  console.log("");
  for (const [reason, count] of reasons) console.log(`${count} files: ${reason}`);
  return unexplained === 0;
}

async function aDownloaderIn(directory: string): Promise<Downloader> {
  const variables = Object.entries(process.env);
  return createDownloader({
    environment: new Map(variables.flatMap(([key, value = ""]) => [[key, value]])),
    store: await openStore(directory),
    offline: false,
    onRetry: (message) => console.error(message),
    sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  });
}

async function timed<Value>(work: () => Promise<Value>): Promise<readonly [Value, number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

function tell(
  name: string,
  found: {
    readonly wheels: number;
    readonly tree: ReadonlyMap<string, unknown>;
    readonly verdict: TreeVerdict;
    readonly pipMs: number;
    readonly ownMs: number;
  },
): void {
  const { equal, explained, unexplained } = found.verdict;
  const others = [...explained.values()].map(({ length }) => length);
  const cells = [
    name,
    found.wheels,
    found.tree.size,
    equal,
    others.reduce((sum, count) => sum + count, 0),
    `${(found.pipMs / 1000).toFixed(1)} s`,
    `${(found.ownMs / 1000).toFixed(1)} s`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
  for (const line of unexplained.slice(0, 20)) console.error(`  ${name}: ${line}`);
}
