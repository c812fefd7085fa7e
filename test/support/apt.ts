import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { IndexText } from "../../src/packages/deb/packages-index.ts";

/** A file of apt's sources. */
export interface AptSources {
  readonly name: string;
  readonly text: string;
}

/** An apt that has nothing installed, and its indexes. */
export interface Apt {
  /** The Packages files that it reads, by suite, in the order in which qclock reads them. */
  readonly indexes: readonly IndexText[];
  /** `name version` of each package that apt would install, sorted; undefined where it refuses. */
  simulateInstall(packages: readonly string[]): readonly string[] | undefined;
}

/** The host's sources of Debian 12 with its security updates; undefined where it has none. */
export async function findSources(): Promise<AptSources | undefined> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  for (const name of [...names.map((entry) => path.join(folder, entry)), "/etc/apt/sources.list"]) {
    const text = await readFile(name, "utf8").catch(() => "");
    if (/\/debian\/?\s/.test(text) && /\bbookworm-security\b/.test(text)) return { name, text };
  }
  return undefined;
}

/**
 * An apt with a state of its own in a folder; undefined where there is none or no mirror is
 * reached.
 */
export async function openApt(folder: string, sources: AptSources): Promise<Apt | undefined> {
  if (process.arch !== "x64") return undefined;
  for (const name of ["lists/partial", "cache/archives/partial", "etc"])
    await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, "etc", path.basename(sources.name)), sources.text);
  await writeFile(path.join(folder, "status"), "");
  const options = [
    `Dir::Etc=${folder}/etc`,
    "Dir::Etc::sourcelist=/dev/null",
    `Dir::Etc::sourceparts=${folder}/etc`,
    `Dir::State=${folder}`,
    `Dir::State::status=${folder}/status`,
    `Dir::Cache=${folder}/cache`,
    // Written once, so that each of many runs need not parse the indexes.
    `Dir::Cache::pkgcache=${folder}/cache/pkgcache.bin`,
    `Dir::Cache::srcpkgcache=${folder}/cache/srcpkgcache.bin`,
    `Dir::Log=${folder}`,
    "Acquire::Languages=none",
    "Acquire::GzipIndexes=false",
    // The folder may be one that apt's own user cannot enter.
    "APT::Sandbox::User=root",
    "APT::Architecture=amd64",
    "APT::Architectures::=amd64",
  ].flatMap((option) => ["-o", option]);
  const run = (...parameters: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync("apt-get", [...options, ...parameters], {
      encoding: "utf8",
      timeout: 120_000,
      maxBuffer: 64 * 1024 ** 2,
    });
  if (run("update", "-qq", "--error-on=any").status !== 0) return undefined;
  return {
    indexes: await readIndexes(path.join(folder, "lists")),
    simulateInstall: (packages) => {
      const { status, stdout } = run("install", "-s", "-y", "--no-install-recommends", ...packages);
      if (status !== 0) return undefined;
      const lines = String(stdout).matchAll(/^Inst ([^\s:]+)\S* \((\S+)/gm);
      return [...lines].map(([, name, version]) => `${name} ${version}`).toSorted();
    },
  };
}

async function readIndexes(lists: string): Promise<readonly IndexText[]> {
  const files = (await readdir(lists)).filter((name) => name.endsWith("_Packages"));
  const indexes = await Promise.all(
    files.map(async (name) => ({
      repository: /_dists_([^_]+)_/.exec(name)?.[1] ?? name,
      text: await readFile(path.join(lists, name), "latin1"),
    })),
  );
  // Of one version in two suites the earlier file's entry is kept: security before the release.
  return indexes.toSorted((a, b) => (a.repository < b.repository ? 1 : -1));
}
