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
 * Packages that each of the two repositories lists besides. Packed, their lists of packages are
 * 13 MB then and those of paths 23 MB. Of all metadata of Oracle's two, transcripts that people
 * published show 90 MB in December 2024, and 181 MB a year later.
 */
const FILLERS = 20_000;

/** One image of RPM packages, and what dnf makes of the same ones. */
export const oracleLinux: Case = {
  name: "oracle-linux",
  summary: "an image of RPM packages from nothing, and with packages at hand: build",
  rounds: 5,
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
    for (const keepPackages of [false, true]) {
      const contestants = await contestantsOf(bench, { dnf, mirror, own, keepPackages });
      // What has to be cold is not warmed up.
      const rows = await bench.time(contestants, { rounds, warmUp: keepPackages });
      const state = keepPackages ? "in the store" : "not in the store";
      groups.push({ title: `an image of RPM packages, packages ${state}`, rows });
    }
    return groups;
  },
};

async function contestantsOf(
  bench: Bench,
  request: {
    readonly dnf: string;
    readonly mirror: OracleLinuxMirror;
    readonly own: Place;
    readonly keepPackages: boolean;
  },
): Promise<readonly Contestant[]> {
  const { dnf, mirror, own, keepPackages } = request;
  return [
    {
      name: "`qclock build`",
      command: bench.qclockHere("build"),
      place: own,
      async before() {
        await bench.run(bench.qclockHere("reset", "--images", "--yes"), own);
        if (keepPackages) {
          await bench.run(bench.qclockHere("store", "prune", "--unused-for", "0"), own);
        } else {
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
        keepPackages,
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
