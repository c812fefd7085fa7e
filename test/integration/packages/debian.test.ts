import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { debRules } from "../../../src/packages/deb/rules.ts";
import { loadRepositories } from "../../../src/packages/deb/repositories.ts";
import { resolveMirrors } from "../../../src/packages/mirror.ts";
import { resolvePackages } from "../../../src/packages/resolve/resolve-packages.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "./lock-request.ts";

/** QClock's images in one root each, as apt would install them. */
const base = [
  "base-files",
  "base-passwd",
  "bash",
  "ca-certificates",
  "coreutils",
  "dash",
  "mawk",
  "netbase",
  "tzdata",
];
const closures = new Map([
  ["base", base],
  ["app", [...base, "apache2", "php8.2-fpm", "php8.2-mysql"]],
  ["db", [...base, "mariadb-server"]],
]);

test("the real archive: its signature holds, and the closures are those of apt", async ({
  skip,
}) => {
  await using folder = await temporaryFolder();
  const apt = await prepareApt(folder.path);
  if (apt === undefined) {
    skip("needs apt on a machine that reaches a mirror of Debian 12");
    return;
  }
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);

  const { index, repositories } = await loadRepositories({
    os: "debian-12",
    architecture: "amd64",
    mirrors: await resolveMirrors({
      os: "debian-12",
      manifestMirror: undefined,
      environmentMirror: undefined,
      readHostAptSources: () => Promise.resolve([apt.sources]),
    }),
    downloader,
    now: new Date(),
    signal: new AbortController().signal,
  });

  expect(repositories.map(({ id }) => id)).toEqual([
    "bookworm",
    "bookworm-updates",
    "bookworm-security",
  ]);
  for (const [image, wanted] of closures) {
    const ours = resolvePackages({
      image,
      wanted,
      installed: [],
      keep: new Map(),
      index,
      rules: debRules,
    });
    const names = ours.map(({ package: { name, version } }) => `${name} ${version}`);
    expect(names).toEqual(apt.simulateInstall(wanted));
  }
});

interface Apt {
  readonly sources: { readonly name: string; readonly text: string };
  /** Name and version of each package that apt would install into an empty root. */
  simulateInstall(packages: readonly string[]): readonly string[];
}

/** An apt with a state of its own and the host's sources of Debian 12, or undefined where there is none. */
async function prepareApt(folder: string): Promise<Apt | undefined> {
  const sources = await findSources();
  if (sources === undefined || process.arch !== "x64") return undefined;
  for (const name of ["lists/partial", "cache/archives/partial", "etc"]) {
    await mkdir(path.join(folder, name), { recursive: true });
  }
  const copy = path.join(folder, "etc", path.basename(sources.name));
  await writeFile(copy, sources.text);
  await writeFile(path.join(folder, "status"), "");
  const options = [
    `Dir::Etc=${folder}/etc`,
    "Dir::Etc::sourcelist=/dev/null",
    `Dir::Etc::sourceparts=${folder}/etc`,
    `Dir::State=${folder}`,
    `Dir::State::status=${folder}/status`,
    `Dir::Cache=${folder}/cache`,
    `Dir::Log=${folder}`,
    "Acquire::Languages=none",
    "APT::Architecture=amd64",
  ].flatMap((option) => ["-o", option]);
  const run = (...parameters: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync("apt-get", [...options, ...parameters], { encoding: "utf8", timeout: 60_000 });
  if (run("update", "-qq", "--error-on=any").status !== 0) return undefined;
  return {
    sources,
    simulateInstall: (packages) => {
      const { stdout } = run("install", "-s", "-y", "--no-install-recommends", ...packages);
      const lines = String(stdout).matchAll(/^Inst ([^\s:]+)\S* \((\S+)/gm);
      return [...lines]
        .map(([, name, version]) => `${name} ${version}`)
        .toSorted((a, b) => (a.split(" ", 1).join() < b.split(" ", 1).join() ? -1 : 1));
    },
  };
}

async function findSources(): Promise<Apt["sources"] | undefined> {
  const folder = "/etc/apt/sources.list.d";
  const names = await readdir(folder).catch(() => []);
  for (const name of [...names.map((entry) => path.join(folder, entry)), "/etc/apt/sources.list"]) {
    const text = await readFile(name, "utf8").catch(() => "");
    if (/\/debian\/?\s/.test(text) && /\bbookworm-security\b/.test(text)) return { name, text };
  }
  return undefined;
}
