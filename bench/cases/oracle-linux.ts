import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Bench } from "../bench.ts";
import type { Case } from "../case.ts";
import type { Place } from "../command.ts";
import { dnfCommand, obtainDnf } from "../dnf.ts";
import type { Contestant } from "../measure.ts";
import { serveOracleLinux, type OracleLinuxMirror } from "../oracle-linux-mirror.ts";

const IMAGE = "bench-el/dnf";
const MODULE = "php:8.2";
const PACKAGES = [
  "bash",
  "coreutils-single",
  "glibc-minimal-langpack",
  "httpd-core",
  "mariadb-server",
  "php-fpm",
  "php-mysqlnd",
  "php-opcache",
];
const MUST_TAKE = 3;
/**
 * Packages that each of the two repositories lists besides. Packed, their metadata takes 180 MB: of
 * Oracle's two, transcripts that people published show 90 MB in December 2024, and 181 MB a year
 * later.
 */
const FILLERS = 100_000;

/** One image of RPM packages, and what dnf makes of the same ones. */
export const oracleLinux: Case = {
  name: "oracle-linux",
  summary: "an image of RPM packages from nothing, with packages at hand, built before: build",
  rounds: 3,
  async measure(bench, rounds) {
    const dnf = await obtainDnf(bench);
    const directory = path.join(bench.directory, "el");
    await mkdir(path.join(directory, "keys"), { recursive: true });
    await using mirror = await serveOracleLinux(path.join(bench.directory, "el-mirror"), {
      place: bench.place(directory),
      store: path.join(bench.cache, "store"),
      fillers: FILLERS,
    });
    await writeFile(path.join(directory, "keys/bench.asc"), mirror.key);
    await writeFile(path.join(directory, "stack.config.yaml"), manifest());
    const own = bench.place(directory, {
      environment: {
        QCLOCK_OS: "oraclelinux-9",
        QCLOCK_MIRROR_ORACLELINUX_9: mirror.url,
        QCLOCK_STORE: path.join(bench.directory, "store-el"),
      },
    });
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => {
      await bench.run(bench.qclockHere("reset", "--images", "--yes"), own);
    });
    const groups = [];
    for (const [atHand, state] of STATES) {
      const contestants = await contestantsOf(bench, { dnf, mirror, own, atHand });
      // What has to be cold is not warmed up.
      const rows = await bench.time(contestants, { rounds, warmUp: atHand !== "nothing" });
      groups.push({ title: `an image of RPM packages, ${state}`, rows });
    }
    return groups;
  },
};

/** What an earlier run has left. dnf keeps metadata and packages, or nothing. */
type AtHand = "nothing" | "packages" | "store";

const STATES: readonly (readonly [AtHand, string])[] = [
  ["nothing", "packages not in the store"],
  ["packages", "packages in the store"],
  ["store", "built before, and gone from the Engine"],
];

async function contestantsOf(
  bench: Bench,
  request: {
    readonly dnf: string;
    readonly mirror: OracleLinuxMirror;
    readonly own: Place;
    readonly atHand: AtHand;
  },
): Promise<readonly Contestant[]> {
  const { dnf, mirror, own, atHand } = request;
  return [
    {
      name: "`qclock build`",
      command: bench.qclockHere("build"),
      place: own,
      async before() {
        await bench.run(bench.qclockHere("reset", "--images", "--yes"), own);
        if (atHand === "packages") {
          await bench.run(bench.qclockHere("store", "prune", "--unused-for", "0"), own);
        } else if (atHand === "nothing") {
          await rm(own.environment["QCLOCK_STORE"] ?? "", { recursive: true, force: true });
          await rm(path.join(own.cwd, "stack.lock.yaml"), { force: true });
        }
      },
    },
    {
      name: "`dnf --installroot`, then `docker import`",
      command: await dnfCommand(dnf, {
        mirror,
        packages: PACKAGES,
        module: MODULE,
        image: IMAGE,
        keepPackages: atHand !== "nothing",
      }),
      place: own,
      before: () => bench.run(["sh", "-c", `docker rmi --force ${IMAGE} || true`], own),
      mustTake: MUST_TAKE,
    },
  ];
}

/** JSON, which is YAML, too. */
function manifest(): string {
  return JSON.stringify({
    name: "qclock-bench-el",
    os: ["oraclelinux-9"],
    keys: { "oraclelinux-9": ["keys/bench.asc"] },
    images: {
      el: {
        from: "scratch",
        packages: { "oraclelinux-9": { install: PACKAGES, modules: [MODULE] } },
      },
    },
  });
}
