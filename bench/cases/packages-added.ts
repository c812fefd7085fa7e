import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseDocument } from "yaml";
import type { Bench } from "../bench.ts";
import type { Case } from "../case.ts";
import { peerWayCommand, readPackages, writeImage, writePeerWay } from "../peer-way.ts";
import { processorMs } from "../processor-time.ts";
import { measured, type Row } from "../row.ts";
import { copyStack } from "../stack-folders.ts";

/**
 * Packages that little else comes along with, a pair for each run: what was added once is not new
 * any more.
 */
const PAIRS: readonly (readonly [string, string])[] = [
  ["curl", "less"],
  ["nano", "jq"],
  ["file", "tree"],
  ["bc", "ed"],
  ["rsync", "whois"],
  ["patch", "psmisc"],
  ["lsof", "strace"],
  ["xxd", "bzip2"],
  ["unzip", "zip"],
  ["cpio", "time"],
  ["socat", "netcat-openbsd"],
  ["tcpdump", "iperf3"],
];
const PACKAGES = ["images", "app", "packages", "debian-12"];
const MOST_BUILD_MS = 4000;
const MOST_NAME_MS = 2000;

/**
 * An edit of the manifest: two packages more in an image whose other packages were built before,
 * and one that no repository has.
 */
export const packagesAdded: Case = {
  name: "packages-added",
  summary: "two packages added to the app's image: build; a wrong name: lock",
  rounds: 4,
  async measure(bench, rounds) {
    const directory = path.join(bench.directory, "edited");
    await copyStack(bench.root, directory);
    // A name of its own: at the end each stack is removed, and the project's may be in use.
    await setManifest(directory, ["name"], "qclock-bench-edited");
    const store = path.join(bench.directory, "store-edited");
    const place = bench.place(directory, { environment: { QCLOCK_STORE: store } });
    const { app } = await readPackages(directory);
    const pairs = PAIRS.values();
    const addPair = async (): Promise<void> => {
      const pair = pairs.next().value;
      if (pair === undefined) throw new Error("there are no more packages to add");
      await setManifest(directory, PACKAGES, [...app, ...pair]);
    };
    const build = bench.qclockHere("build");
    await bench.run(build, place);
    // A lock that fits needs no index; the edits begin where one was read, as after the first
    // `lock`.
    await bench.run(bench.qclockHere("lock", "--update"), place);
    await bench.run(build, place);

    const rows = await bench.time(
      [
        { name: "`qclock build`", command: build, place, before: addPair },
        await bakeContestant(bench, app),
      ],
      { rounds },
    );
    const builds = await eachRound(rounds, async () => {
      await addPair();
      return processorMs(build, place, bench.signal);
    });
    await setManifest(directory, PACKAGES, [...app, "no-such-package"]);
    const lock = bench.qclockHere("lock");
    const names = await eachRound(rounds, () => processorMs(lock, place, bench.signal));
    return [
      {
        title: "two packages added to an image",
        rows: [...rows, withLimit("`qclock build`: processor time", builds, MOST_BUILD_MS)],
      },
      {
        title: "a package name that is wrong",
        rows: [withLimit("`qclock lock`: processor time", names, MOST_NAME_MS)],
      },
    ];
  },
};

/**
 * The same edit for `apt-get install` over a base of mmdebstrap, with what was downloaded before in
 * cache mounts.
 */
async function bakeContestant(
  bench: Bench,
  packages: readonly string[],
): Promise<Parameters<Bench["time"]>[0][number]> {
  const directory = path.join(bench.directory, "peer-way-edited");
  const place = bench.place(directory);
  const pairs = PAIRS.values();
  return {
    name: "`docker buildx bake`",
    command: ["docker", "buildx", "bake"],
    place,
    prepare: async () => {
      await writePeerWay(bench, directory, true);
      await bench.run(peerWayCommand, place);
    },
    before: async () => {
      const all = [...packages, ...(pairs.next().value ?? [])];
      await writeImage(directory, { name: "app", packages: all, keepPackages: true });
    },
  };
}

async function eachRound(
  rounds: number,
  measureOnce: () => Promise<number>,
): Promise<readonly number[]> {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await measureOnce());
  return values;
}

function withLimit(contestant: string, runs: readonly number[], limitMs: number): Row {
  const outcome = measured("ms", runs);
  const target = { text: `< ${limitMs} ms`, reached: outcome.median < limitMs };
  return { contestant, outcome, target };
}

/** Change one place of the manifest; the rest stays as it is. */
async function setManifest(
  directory: string,
  place: readonly string[],
  value: unknown,
): Promise<void> {
  const file = path.join(directory, "stack.config.yaml");
  const document = parseDocument(await readFile(file, "utf8"));
  document.setIn(place, value);
  await writeFile(file, document.toString());
}
