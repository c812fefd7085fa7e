import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readBuildTime, readFacts } from "../../../../src/packages/rpm/facts.ts";
import type { HeaderEntry } from "../../../../src/packages/rpm/header/header.ts";
import { contradictionIn } from "../../../../src/packages/rpm/identity.ts";
import { readPackageFile } from "../../../../src/packages/rpm/file/package-file.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { aPackage, type PackageOptions } from "../../../support/rpm/a-package.ts";
import { bigints, numbers, shorts, texts } from "../../../support/rpm/header-entries.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const packages = path.resolve(import.meta.dirname, "../../../fixtures/rpm/packages");

async function inFile<T>(options: PackageOptions, read: (file: string) => Promise<T>): Promise<T> {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "hello.rpm");
  await writeFile(file, aPackage(options));
  return await read(file);
}

/** The entries of a header that list these files. */
function files(
  listed: readonly { path: string; mode: number; flags?: number; user?: string; group?: string }[],
): readonly HeaderEntry[] {
  const folders = [...new Set(listed.map((file) => `${path.posix.dirname(file.path)}/`))];
  const folderOf = (file: string): number => folders.indexOf(`${path.posix.dirname(file)}/`);
  return [
    shorts(
      tags.fileModes,
      listed.map(({ mode }) => mode),
    ),
    numbers(
      tags.fileFlags,
      listed.map(({ flags = 0 }) => flags),
    ),
    texts(
      tags.fileUserNames,
      listed.map(({ user = "root" }) => user),
    ),
    texts(
      tags.fileGroupNames,
      listed.map(({ group = "root" }) => group),
    ),
    numbers(
      tags.directoryIndexes,
      listed.map((file) => folderOf(file.path)),
    ),
    texts(
      tags.baseNames,
      listed.map((file) => path.posix.basename(file.path)),
    ),
    texts(tags.directoryNames, folders),
  ];
}

describe("the facts of a package", () => {
  test("are its dependencies, as rpm says them", async () => {
    const file = path.join(packages, "epel-release-latest-9.noarch.rpm");
    const { relations, installedBytes, paths } = await readFacts(file, false);
    expect(relations.requires.map(({ text }) => text)).toEqual([
      "/bin/sh",
      "/usr/bin/bash",
      "config(epel-release) = 9-8.el9",
      "redhat-release >= 9",
    ]);
    expect(relations.provides.map(({ name }) => name)).toContain("config(epel-release)");
    expect(relations.provides.map(({ name }) => name)).toContain("/etc/yum.repos.d/epel.repo");
    expect(relations.conflicts.map(({ text, verb }) => `${verb} ${text}`)).toEqual([
      "conflicts with fedora-release",
    ]);
    expect(installedBytes).toBe(26_881);
    expect(paths).toBeUndefined();
  });

  test("are boolean dependencies, too", async () => {
    const file = path.join(packages, "rpm-rich-deps-1.0-1.noarch.rpm");
    const { relations } = await readFacts(file, false);
    const boolean = relations.requires.filter(({ text }) => text.startsWith("("));
    expect(boolean.length).toBeGreaterThan(0);
  });

  test("are its paths, without those that it does not bring", async () => {
    const listed = files([
      { path: "/usr/bin/su", mode: 0o104755 },
      { path: "/usr/bin/wall", mode: 0o102755, group: "tty" },
      { path: "/usr/sbin/postdrop", mode: 0o102755, user: "mail", group: "postdrop" },
      { path: "/usr/share/x", mode: 0o40755 },
      { path: "/usr/share/link", mode: 0o120777 },
      { path: "/var/log/x", mode: 0o100600, flags: 64 },
    ]);
    const { paths } = await inFile({ entries: listed }, (file) => readFacts(file, true));
    expect(paths).toEqual([
      { path: "usr/bin/su", type: "file", mode: 0o4755, uid: 0, gid: 0 },
      { path: "usr/bin/wall", type: "file", mode: 0o2755, uid: 0, gid: 5 },
      { path: "usr/sbin/postdrop", type: "file", mode: 0o2755, uid: 8, gid: -1 },
      { path: "usr/share/x", type: "directory", mode: 0o755, uid: 0, gid: 0 },
      { path: "usr/share/link", type: "symlink", mode: 0o777, uid: 0, gid: 0 },
    ]);
  });

  test("are its size, of more than 32 bits where it has them", async () => {
    const entries = [bigints(tags.longSize, [6_000_000_000n])];
    const facts = await inFile({ entries, without: [tags.size] }, (file) => readFacts(file, false));
    expect(facts.installedBytes).toBe(6_000_000_000);
  });

  test("are refused where its lists contradict each other", async () => {
    const listed = files([{ path: "/a/b", mode: 0o100644 }]);
    const read = (entries: readonly HeaderEntry[]): Promise<unknown> =>
      inFile({ entries: [...listed, ...entries] }, (file) => readFacts(file, true));
    await expect(read([numbers(tags.directoryIndexes, [1])])).rejects.toThrow(
      "its file 0 is in folder 1, of 1",
    );
    await expect(read([numbers(tags.directoryIndexes, [0, 0])])).rejects.toThrow(
      "its header lists 2 folders of 1 files",
    );
    await expect(read([shorts(tags.fileModes, [1, 2])])).rejects.toThrow("lists 2 modes of 1");
    await expect(
      read([texts(tags.requireName, ["a", "b"]), numbers(tags.requireFlags, [0])]),
    ).rejects.toThrow("2 names, 1 flags and 0 versions of what it requires");
  });

  test("are refused where its paths would fill the memory", async () => {
    const count = 1000;
    const entries = [
      numbers(
        tags.directoryIndexes,
        Array.from({ length: count }, () => 0),
      ),
      texts(
        tags.baseNames,
        Array.from({ length: count }, (_, at) => `${at}`),
      ),
      texts(tags.directoryNames, [`/${"a".repeat(100_000)}/`]),
    ];
    await expect(inFile({ entries }, (file) => readFacts(file, false))).rejects.toThrow(
      "the names of its entries take more than",
    );
  });
});

describe("the time when a package was built", () => {
  test("stands in its header", async () => {
    expect(await readBuildTime(path.join(packages, "epel-release-latest-9.noarch.rpm"))).toBe(
      1_725_051_350,
    );
  });

  test("has to stand there", async () => {
    const entries = [numbers(tags.buildTime, [0])];
    await expect(inFile({ entries }, readBuildTime)).rejects.toMatchObject({
      code: "package-corrupt",
    });
    await expect(readBuildTime(path.join(packages, "../README.md"))).rejects.toMatchObject({
      code: "package-corrupt",
    });
    const first = [numbers(tags.buildTime, [1])];
    expect(await inFile({ entries: first }, readBuildTime)).toBe(1);
  });

  test("of a file that is not there is not asked of the package", async () => {
    await expect(readBuildTime(path.join(packages, "none.rpm"))).rejects.toMatchObject({
      code: "ENOENT",
    });
  });
});

describe("an unpacked package", () => {
  const locked = { name: "hello", version: "1.0-1.el9", architecture: "x86_64" };

  async function contradiction(options: PackageOptions): Promise<string | undefined> {
    const { header } = await inFile(options, readPackageFile);
    const metadata = new Map([["header", Buffer.from(header.bytes).toString("base64")]]);
    return contradictionIn({ metadata, entries: [] }, locked);
  }

  test("is the one that the lock names, or says in what it differs", async () => {
    expect(await contradiction({})).toBeUndefined();
    expect(await contradiction({ name: "other" })).toBe(
      'its header says "other" as its name, but the lock says "hello"',
    );
    expect(await contradiction({ epoch: 1 })).toBe(
      'its header says "1:1.0-1.el9" as its version, but the lock says "1.0-1.el9"',
    );
    expect(await contradiction({ architecture: "i686" })).toBe(
      'its header says "i686" as its architecture, but the lock says "x86_64"',
    );
    expect(await contradiction({ name: "other", epoch: 1, architecture: "i686" })).toMatch(
      /^its header says "other" as its name/,
    );
  });

  test("without a header is refused", () => {
    expect(() => contradictionIn({ metadata: new Map(), entries: [] }, locked)).toThrow(
      "its header ends in the middle",
    );
  });
});
