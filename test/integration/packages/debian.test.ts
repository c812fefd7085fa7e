import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPackageIndex } from "../../../src/packages/deb/packages-index.ts";
import { mirrorsIn } from "../../../src/packages/deb/mirrors.ts";
import { debRules } from "../../../src/packages/deb/rules.ts";
import { loadRepositories } from "../../../src/packages/deb/repositories.ts";
import type { Mirrors } from "../../../src/packages/mirror.ts";
import { resolvePackages } from "../../../src/packages/resolve/resolve-packages.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";
import { compareWithApt } from "../../judge/compare.ts";
import { cutArchive } from "../../judge/cut-archive.ts";
import { type Apt, type AptSources, findSources, openApt } from "../../support/apt.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { aDownloader } from "../../support/lock-request.ts";

const SEED = 38;
const WHY_SKIPPED = "needs apt on a machine that reaches a mirror of Debian 12";

/**
 * QClock's images in one root each, and the first example of docs/manifest.md, as apt would install
 * them.
 */
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
  ["example", ["base-files", "bash", "coreutils", "nginx-light"]],
]);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let host: { readonly sources: AptSources; readonly apt: Apt } | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  const sources = await findSources();
  const apt = sources === undefined ? undefined : await openApt(folder.path, sources);
  host = sources === undefined || apt === undefined ? undefined : { sources, apt };
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

test("the real archive: its signature holds, and the closures are those of apt", async ({
  skip,
}) => {
  if (host === undefined) {
    skip(WHY_SKIPPED);
    return;
  }
  const { sources, apt } = host;
  await using temporary = await temporaryStore();
  const { downloader } = aDownloader(temporary.store);

  const { index, repositories } = await loadRepositories({
    os: "debian-12",
    architecture: "amd64",
    mirrors: mirrorsOf(sources),
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
    expect(names.toSorted()).toEqual(apt.simulateInstall(wanted));
  }
});

test("forty packages are resolved as apt does; `npm run judge` asks for many more", async ({
  skip,
}) => {
  if (host === undefined) {
    skip(WHY_SKIPPED);
    return;
  }
  const { indexes } = host.apt;
  const index = createPackageIndex(indexes);
  const random = seededRandom(SEED);
  const pool = [...index.names()].toSorted();
  const names = Array.from({ length: 38 }, () =>
    pool.splice(Math.floor(random() * pool.length), 1),
  ).flat();
  const asked = ["libsdl2-mixer-dev", "python3-skbuild", ...names];
  const cut = await cutArchive(path.join(folder.path, "cut"), indexes, asked);
  if (cut === undefined) throw new Error("apt reads no archive that is a folder");

  const verdicts = asked.map((name) => ({ name, ...compareWithApt(cut, index, name) }));

  // A few packages of the archive can be installed by nobody.
  const agreed = verdicts.filter(({ type }) => type === "same" || type === "neither");
  expect(verdicts.filter((verdict) => !agreed.includes(verdict))).toEqual([]);
  expect(agreed.filter(({ type }) => type === "same").length).toBeGreaterThan(35);
});

function mirrorsOf(sources: AptSources): Mirrors {
  const mirrors = mirrorsIn([sources], "debian-12");
  if (mirrors === undefined) throw new Error("apt has no sources of Debian");
  return mirrors;
}
