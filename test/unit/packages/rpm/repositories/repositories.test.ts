import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { OsName } from "../../../../../src/os.ts";
import type {
  LoadedRepositories,
  LoadRepositoriesRequest,
} from "../../../../../src/packages/repositories.ts";
import {
  mirrorsAt,
  repositoriesAnswer,
  usualMirrors,
} from "../../../../../src/packages/rpm/repositories/mirrors.ts";
import { loadRepositories } from "../../../../../src/packages/rpm/repositories/repositories.ts";
import type { Store } from "../../../../../src/store/store.ts";
import {
  cutAfter,
  type FileServer,
  sendTampered,
  startFileServer,
  status,
} from "../../../../support/file-server.ts";
import { aDownloader } from "../../../../support/lock-request.ts";
import {
  aRepository,
  type ListedPackage,
  type ListedRepository,
} from "../../../../support/rpm/a-repository.ts";
import { armor, aTestKey } from "../../../../support/rpm/an-open-pgp-key.ts";
import { temporaryStore } from "../../../../support/temporary-store.ts";

const os: OsName = "oraclelinux-9";
const key = aTestKey();

const bash: ListedPackage = {
  name: "bash",
  version: "5.1-1.el9",
  architecture: "x86_64",
  dependencies: { requires: ['name="/usr/lib/data"'] },
  files: ["/usr/bin/bash"],
};
const data: ListedPackage = { name: "data", furtherFiles: ["/usr/lib/data"] };
const modules = ["8.1", "8.2"]
  .map(
    (stream) => `---
document: modulemd
version: 2
data: { name: php, stream: ${stream}, version: 1, context: x, arch: x86_64, artifacts: { rpms: [php-0:${stream}-1.noarch] } }
`,
  )
  .join("");
const baseos: ListedRepository = { packages: [bash, data, { name: "old", version: "1-1" }] };
const appstream: ListedRepository = {
  packages: [
    { name: "php", version: "8.0-1" },
    { name: "php", version: "8.1-1" },
    { name: "php", version: "8.2-1" },
    { name: "bash", version: "5.1-1.el9", architecture: "x86_64" },
    { name: "old", version: "1:0-1" },
  ],
  modules,
};

test.for([
  ["the distribution's own folders", "/baseos/latest/x86_64", "/appstream/x86_64"],
  ["folders of reposync", "/ol9_baseos_latest", "/ol9_appstream"],
  ["short folders", "/baseos", "/appstream"],
] as const)(
  "repositories in %s give the same index and the same lock",
  async ([, base, stream]) => {
    await using server = await serve({ [base]: baseos, [stream]: appstream });
    await using temporary = await temporaryStore();

    const { index, repositories, proofOf } = await load(server, temporary.store);

    expect([...index.names()].toSorted()).toEqual(["bash", "data", "old", "php"]);
    expect(index.versions("bash")).toEqual([
      expect.objectContaining({
        version: "5.1-1.el9",
        repository: "ol9_baseos_latest",
        path: "baseos/latest/x86_64/getPackage/bash-5.1-1.el9.x86_64.rpm",
      }),
    ]);
    expect(index.versions("old").map(({ version }) => version)).toEqual(["1:0-1", "1-1"]);
    expect(index.versions("php").map(({ version }) => version)).toEqual(["8.0-1"]);
    expect(index.providers("/usr/bin/bash")).toEqual(["bash"]);
    expect(index.essential()).toEqual([]);
    expect(repositories.map(({ id, archive, signedBy }) => [id, archive, signedBy])).toEqual([
      ["ol9_baseos_latest", "main", undefined],
      ["ol9_appstream", "main", undefined],
    ]);
    const [entry] = index.versions("bash");
    expect(entry === undefined ? undefined : proofOf(entry)).toBeUndefined();
  },
);

test("a path that no list has is looked for among all paths, when something asked for needs it", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const isFilelists = ({ path: each }: { readonly path: string }): boolean =>
    each.includes("filelists");

  const without = await load(server, temporary.store, { wanted: ["data", "php"] });
  expect(server.requests.filter(isFilelists)).toHaveLength(0);
  expect(without.index.providers("/usr/lib/data")).toEqual([]);

  for (const wanted of [undefined, ["bash"], ["/usr/bin/bash"]]) {
    const { index } = await load(server, temporary.store, wanted === undefined ? {} : { wanted });
    expect(index.providers("/usr/lib/data")).toEqual(["data"]);
    expect(index.versions("data")[0]?.provides).toContainEqual({ name: "/usr/lib/data" });
  }
  expect(server.requests.filter(isFilelists)).toHaveLength(2);
});

test("the lock of a repository is the same, whichever of its files had to be read", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  const locked = [];
  for (const wanted of [["data"], ["bash"], ["data", "bash"]]) {
    await using temporary = await temporaryStore();
    // A second time, from what the first one has kept.
    for (let times = 0; times < 2; times += 1)
      locked.push((await load(server, temporary.store, { wanted })).repositories);
  }

  const types = (locked[0] ?? []).map(({ indexDigests }) =>
    [...indexDigests.keys()].map((each) => each.replace(/^.*-/, "")).toSorted(),
  );
  expect(types).toEqual([
    ["filelists.xml.gz", "primary.xml.gz"],
    ["filelists.xml.gz", "modules.yaml.gz", "primary.xml.gz"],
  ]);
  for (const each of locked) expect(each).toEqual(locked[0]);
});

test("what was found among all paths is looked through in turn, and what takes a name's place", async () => {
  const packages: readonly ListedPackage[] = [
    { name: "app", dependencies: { requires: ['name="/opt/one"'] } },
    {
      name: "one",
      furtherFiles: ["/opt/one"],
      dependencies: { requires: ['name="/opt/two"'] },
    },
    { name: "two", furtherFiles: ["/opt/two"] },
    { name: "old" },
    {
      name: "new",
      dependencies: { obsoletes: ['name="old"'], requires: ['name="/opt/two"'] },
    },
  ];
  await using server = await serve({ "/baseos": { packages }, "/appstream": appstream });
  await using temporary = await temporaryStore();

  for (const wanted of ["app", "old"]) {
    const { index } = await load(server, temporary.store, { wanted: [wanted] });
    expect(index.providers("/opt/two")).toEqual(["two"]);
    expect(index.providers("/opt/one")).toEqual(wanted === "app" ? ["one"] : []);
  }
});

test("of an enabled stream its packages alone are there", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();

  const { index } = await load(server, temporary.store, { modules: ["php:8.2"] });
  expect(index.versions("php").map(({ version }) => version)).toEqual(["8.2-1"]);
  expect(index.hiddenIn?.("php")).toEqual(["php:8.1"]);
  expect(index.hiddenIn?.("php", "8.2-1")).toEqual([]);
  expect(index.takenBy?.("php")).toEqual(["php:8.2"]);
  expect(index.takenBy?.("bash")).toEqual([]);
  await expect(load(server, temporary.store, { modules: ["php:8.9"] })).rejects.toMatchObject({
    code: "unknown-package",
    hint: "The streams of php that exist: 8.1, 8.2.",
  });
});

test("a package for another architecture is not there, and known by it when it is asked for", async () => {
  const packages = ["i686", "aarch64"].map((architecture) => ({ name: "grub", architecture }));
  const more = { packages: [...baseos.packages, ...packages] };
  await using server = await serve({ "/baseos": more, "/appstream": appstream });
  await using temporary = await temporaryStore();

  const wanted = ["bash", "grub", "none"];
  const { index } = await load(server, temporary.store, { wanted });
  expect(index.versions("grub")).toEqual([]);
  expect(wanted.map((name) => index.foreignArchitectures?.(name))).toEqual([
    [],
    ["aarch64", "i686"],
    [],
  ]);

  const arm = await load(server, temporary.store, { architecture: "arm64", wanted });
  expect(arm.index.foreignArchitectures?.("bash")).toEqual(["x86_64"]);
});

test("further repositories are asked when they are named, and their names are known", async () => {
  const further: ListedRepository = { packages: [{ name: "doxygen" }] };
  await using server = await serve({
    "/baseos": baseos,
    "/appstream": appstream,
    "/codeready/builder/x86_64": further,
  });
  await using temporary = await temporaryStore();
  const furtherRepositories = ["ol9_codeready_builder"];

  const { index } = await load(server, temporary.store, { furtherRepositories });
  expect(index.versions("doxygen")[0]?.path).toBe(
    "codeready/builder/x86_64/getPackage/doxygen-1-1.noarch.rpm",
  );
  await expect(
    load(server, temporary.store, { furtherRepositories: ["epel"] }),
  ).rejects.toMatchObject({
    code: "unknown-package",
    message: 'oraclelinux-9 has no repository "epel".',
    hint: expect.stringContaining("ol9_codeready_builder"),
  });
});

test("what was read is kept, and read anew where it was damaged", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const folder = path.join(temporary.store.directory, "derived/indexes");
  const names = async (): Promise<readonly string[]> => {
    const { index } = await load(server, temporary.store, { modules: ["php:8.2"] });
    return [...index.names(), ...index.providers("/usr/lib/data")];
  };

  const first = await names();
  const kept = await readdir(folder);
  // Two lists of packages, one of modules, two of paths.
  expect(kept).toHaveLength(5);
  expect(await names()).toEqual(first);
  for (const file of kept) {
    const bytes = await readFile(path.join(folder, file));
    await writeFile(path.join(folder, file), bytes.subarray(0, -1));
  }
  expect(await names()).toEqual(first);
});

test("a signature by a trusted key is told; a false one is refused, a stranger's counts for nothing", async () => {
  const repomd =
    aRepository("/baseos", baseos).get("/baseos/repodata/repomd.xml") ?? Buffer.alloc(0);
  const signed = (by: typeof key, bytes: Uint8Array): ReadonlyMap<string, Buffer> =>
    new Map([["/baseos/repodata/repomd.xml.asc", Buffer.from(armor("SIGNATURE", by.sign(bytes)))]]);
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const repositories = { "/baseos": baseos, "/appstream": appstream };

  server.serve(filesOf(repositories, signed(key, repomd)));
  const { repositories: locked } = await load(server, temporary.store);
  expect(locked.map(({ signedBy }) => signedBy)).toEqual([key.fingerprint, undefined]);

  const notices: string[] = [];
  server.serve(filesOf(repositories, signed(aTestKey(), repomd)));
  const onNotice = (message: string): void => void notices.push(message);
  const strange = await load(server, temporary.store, { onNotice });
  expect(strange.repositories[0]?.signedBy).toBeUndefined();
  expect(notices).toEqual([expect.stringContaining("counts for nothing (key ")]);

  server.serve(filesOf(repositories, signed(key, Buffer.from("other"))));
  await expect(load(server, temporary.store)).rejects.toMatchObject({
    code: "signature-invalid",
    message: `${server.url}/baseos/repodata/repomd.xml is refused: it is not what the key ${key.fingerprint} signed.`,
  });
});

test("a mirror that lacks a repository is told with all places that were looked at", async () => {
  await using server = await serve({ "/baseos": baseos });
  await using temporary = await temporaryStore();

  await expect(load(server, temporary.store)).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: `ol9_appstream is not on the mirror ${server.url}.`,
    details: ["appstream/x86_64", "ol9_appstream", "appstream"].map(
      (folder) => `${server.url}/${folder}/repodata/repomd.xml does not exist`,
    ),
    hint: "Check that the mirror (from the test) carries ol9_appstream for x86_64.",
  });
});

test("a folder that a mirror answers 403 for is looked for in the next place", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const first = "/appstream/x86_64/repodata/repomd.xml";
  server.answer(first, status(403));
  server.answer("/ol9_appstream/repodata/repomd.xml", status(403));

  const { index } = await load(server, temporary.store);
  expect(index.versions("php")).toHaveLength(1);

  server.answer("/appstream/repodata/repomd.xml", status(404));
  await expect(load(server, temporary.store)).rejects.toMatchObject({
    code: "mirror-unreachable",
    message: `${server.url}${first}: the mirror answered 403.`,
  });
});

test("a folder that a mirror wants a password for ends the search", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  server.answer("/appstream/x86_64/repodata/repomd.xml", status(401));

  await expect(load(server, temporary.store)).rejects.toMatchObject({
    message: expect.stringContaining("answered 401"),
  });
});

test.for([
  ["another bit", "primary.xml.gz", sendTampered, "digest-mismatch"],
  ["its first half", "primary.xml.gz", cutAfter(100), "mirror-unreachable"],
  ["nothing", "primary.xml.gz", status(404), "mirror-unreachable"],
  ["a refusal", "repomd.xml", status(403), "mirror-unreachable"],
  [
    "a web page",
    "repomd.xml",
    (response: { end: (text: string) => unknown }) => void response.end("<html><body>"),
    "package-corrupt",
  ],
] as const)("a mirror that gives %s of a file is refused", async ([, ending, answer, code]) => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  server.answer(ending, answer);

  await expect(load(server, temporary.store)).rejects.toMatchObject({ code });
});

test("a repository that was published anew while it was read is read again", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const older = filesOf({ "/baseos": { packages: [] } }).get("/baseos/repodata/repomd.xml");
  server.answer("/baseos/repodata/repomd.xml", (response) => void response.end(older), 1);

  const { index } = await load(server, temporary.store);
  expect(index.versions("bash")).toHaveLength(1);
});

const bomb = `<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><metadata packages="0">&b;</metadata>`;
test.for([
  ["entities", { texts: { primary: bomb } }, "it declares a document type or entities"],
  ["more than it says", { unpackedBytes: 50 }, "it is larger than 50 bytes when unpacked"],
  [
    "a huge count",
    { texts: { primary: '<metadata packages="9999999999999"/>' } },
    'it says that it lists "9999999999999" packages',
  ],
  [
    "half of a list",
    { texts: { primary: '<metadata packages="1"><package>' } },
    "it is cut off inside <package>",
  ],
  [
    "zeros that were packed",
    { texts: { primary: "\0".repeat(64 * 1024 ** 2) } },
    "it holds control characters",
  ],
] as const)("metadata with %s is refused in one sentence", async ([, spoiled, why]) => {
  await using server = await serve({
    "/baseos": { ...baseos, ...spoiled },
    "/appstream": appstream,
  });
  await using temporary = await temporaryStore();

  await expect(load(server, temporary.store)).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringMatching(
      new RegExp(
        `^The metadata of ol9_baseos_latest \\(repodata/[0-9a-f]{64}-primary.xml.gz\\) cannot be read: .*${why}`,
      ),
    ),
  });
});

test("what is odd about modules is told, and is no failure", async () => {
  const odd = { ...appstream, modules: `${modules}${modules.replaceAll("php-0:", "phq-0:")}` };
  await using server = await serve({ "/baseos": baseos, "/appstream": odd });
  await using temporary = await temporaryStore();
  const notices: string[] = [];

  await load(server, temporary.store, { onNotice: (message) => void notices.push(message) });
  expect(notices).toEqual(
    ["8.1", "8.2"].map(
      (stream) =>
        `ol9_appstream: modules.yaml says two things of php:${stream}, version 1, context x: the first one counts.`,
    ),
  );
});

test("the updates that moves take in are told, and are no part of the lock", async () => {
  const update = (id: string, version: string): string =>
    `<update type="security"><id>${id}</id><severity>Moderate</severity><pkglist><collection><package name="bash" version="${version}" release="1.el9" epoch="0" arch="x86_64"/></collection></pkglist></update>`;
  const updateinfo = `<updates>${update("ELSA-10", "5.1")}${update("ELSA-9", "5.0.1")}${update("ELSA-8", "5.0")}${update("ELSA-11", "5.2")}</updates>`;
  const withUpdates: ListedRepository = { ...baseos, texts: { updateinfo } };
  await using server = await serve({ "/baseos": withUpdates, "/appstream": appstream });
  await using temporary = await temporaryStore();

  const { advisoriesOf, repositories } = await load(server, temporary.store);
  const move = { name: "bash", from: "5.0-1.el9", to: "5.1-1.el9" };
  const found = await advisoriesOf?.([move, { name: "data", from: "0-1", to: "1-1" }]);

  const severity = { kind: "security", severity: "Moderate", vulnerabilities: [] };
  expect(found).toEqual([
    { move, advisory: { id: "ELSA-9", ...severity } },
    { move, advisory: { id: "ELSA-10", ...severity } },
  ]);
  expect(await advisoriesOf?.([])).toEqual([]);
  const paths = repositories.flatMap(({ indexDigests }) => [...indexDigests.keys()]);
  expect(paths.filter((each) => each.includes("updateinfo"))).toEqual([]);
});

test("an interruption ends it with its reason", async () => {
  await using server = await serve({ "/baseos": baseos, "/appstream": appstream });
  await using temporary = await temporaryStore();
  const reason = new Error("interrupted");

  await expect(load(server, temporary.store, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
});

test("mirrors that somebody names are the root, and further roots of packages", () => {
  const otherPaths = expect.any(Function);
  expect(mirrorsAt(["http://a.invalid"])).toEqual({
    main: "http://a.invalid",
    security: "http://a.invalid",
    otherPaths,
  });
  expect(mirrorsAt(["http://a.invalid", "http://b.invalid", "http://c.invalid"])).toMatchObject({
    main: "http://a.invalid",
    further: ["http://b.invalid", "http://c.invalid"],
  });
  expect(usualMirrors(os).main).toMatch(/^https:.*OracleLinux\/OL9$/);
});

test("whether the repositories answer is asked of the first one, of any architecture", async () => {
  await using temporary = await temporaryStore();
  for (const [folder, answers] of [
    ["/baseos/latest/x86_64", true],
    ["/baseos/latest/aarch64", true],
    ["/baseos", true],
    ["/appstream", false],
  ] as const) {
    await using server = await serve({ [folder]: baseos });
    expect(await repositoriesAnswer(aRequest(server, temporary.store))).toBe(answers);
  }
});

function serve(repositories: Readonly<Record<string, ListedRepository>>): Promise<FileServer> {
  return startFileServer(filesOf(repositories));
}

function filesOf(
  repositories: Readonly<Record<string, ListedRepository>>,
  further: ReadonlyMap<string, Buffer> = new Map(),
): ReadonlyMap<string, Buffer> {
  const all = Object.entries(repositories).flatMap(([folder, repository]) => [
    ...aRepository(folder, repository),
  ]);
  return new Map([...all, ...further]);
}

function load(
  server: FileServer,
  store: Store,
  parts: Partial<LoadRepositoriesRequest> = {},
): Promise<LoadedRepositories> {
  return loadRepositories({ ...aRequest(server, store), ...parts });
}

function aRequest(server: FileServer, store: Store): LoadRepositoriesRequest {
  return {
    os,
    architecture: "amd64",
    mirrors: { ...mirrorsAt([server.url]), origin: "the test" },
    downloader: aDownloader(store).downloader,
    keys: [key],
    now: new Date(),
    signal: new AbortController().signal,
  };
}
