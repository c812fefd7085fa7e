/**
 * `npm run judge:wheels`: the wheels of requirements files, unpacked by qclock and installed by
 * `pip install --target` of the same files, and compared file by file. Fails with 1 when a file
 * differs for another reason than those that docs/wheels.md gives. Needs pip with Python 3.11, and
 * an index.
 *
 *   npm run judge:wheels                       every file of wheels/sets
 *   npm run judge:wheels -- flask jupyter      some of them
 *   npm run judge:wheels -- my/requirements.txt
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

const sets = path.join(import.meta.dirname, "wheels/sets");
const { positionals } = parseArgs({ allowPositionals: true });
const chosen = positionals.length > 0 ? positionals : (await readdir(sets)).toSorted();
if (!(await hasPip(aPython))) throw new Error("needs a python3 that is Python 3.11, with pip");

await using folder = await temporaryFolder();
const downloader = await aDownloaderIn(path.join(folder.path, "store"));
const reasons = new Map<string, number>();
let hasFailed = false;
console.log("| set | wheels | files | equal | explained | pip | qclock |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const name of chosen) {
  const file = name.includes("/") ? name : path.join(sets, `${path.basename(name, ".txt")}.txt`);
  const target = path.join(folder.path, path.basename(file, ".txt"));
  // Both have fetched the files before they are timed: the network is not what is compared.
  await installByPip({ file, python: aPython, folder: `${target}-first` });
  await installByQclock({ file, python: aPython, downloader });
  const [, pipMs] = await timed(() => installByPip({ file, python: aPython, folder: target }));
  const [made, ownMs] = await timed(() => installByQclock({ file, python: aPython, downloader }));
  const verdict = await compareTrees(await readTree(target), made.tree);
  tell(path.basename(file, ".txt"), { ...made, verdict, pipMs, ownMs });
}
console.log("");
for (const [reason, count] of reasons) console.log(`${count} files: ${reason}`);
process.exitCode = hasFailed ? 1 : 0;

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
  const others = [...explained].map(([reason, files]): number => {
    reasons.set(reason, (reasons.get(reason) ?? 0) + files.length);
    return files.length;
  });
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
  if (unexplained.length > 0) hasFailed = true;
  for (const line of unexplained.slice(0, 20)) console.error(`  ${name}: ${line}`);
}
