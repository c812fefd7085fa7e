import { lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Engine, PathStat } from "../../../../src/docker/engine.ts";
import { copyOut, openArchive } from "../../../../src/run/copy/copy-out.ts";
import { tarOf } from "../../../support/tar.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const paths: Readonly<Record<string, PathStat>> = {
  "/real": { type: "directory" },
  "/link": { type: "symlink", linkTarget: "/real" },
};

/** A container with a folder that holds one file, and a link to it. */
async function* archiveOf(at: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const name = path.posix.basename(at);
  yield paths[at]?.type === "directory"
    ? tarOf([
        { path: `${name}/`, type: "directory" },
        { path: `${name}/file`, content: "x" },
      ])
    : tarOf([
        name === "link"
          ? { path: name, type: "symlink", target: "real" }
          : { path: name, content: "new" },
      ]);
}

test.each<readonly [string, boolean, readonly string[]]>([
  ["/real", false, ["real", "real/file"]],
  ["/real/.", false, ["file"]],
  ["/link", false, ["link"]],
  ["/link", true, ["link", "link/file"]],
  ["/link/.", false, ["file"]],
  ["/link/.", true, ["file"]],
])("cp of %s to a folder, links followed: %s", async (source, followLink, files) => {
  await using at = await temporaryFolder();
  const target = path.join(at.path, "out");
  await mkdir(target);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two calls that it makes
  const engine = {
    statPath: async (_: string, asked: string) => paths[asked],
    getArchive: async (_: string, asked: string) => archiveOf(asked),
  } as unknown as Engine;
  const signal = new AbortController().signal;
  await copyOut(
    { engine, containerId: "c", path: source, followLink, signal },
    { target, onLeftOut: () => undefined },
  );
  expect((await readdir(target, { recursive: true })).toSorted()).toEqual(files);
  expect(await readdir(at.path)).toEqual(["out"]);
});

/** Copies out of the container; resolves with what the Engine was asked for. */
async function copy(
  from: string,
  { target = "", found = paths }: { target?: string; found?: Readonly<Record<string, PathStat>> },
): Promise<readonly string[]> {
  const asked: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the two calls that it makes
  const engine = {
    statPath: async (_: string, at: string) => found[at],
    getArchive: async (_: string, at: string) => {
      asked.push(at);
      return archiveOf(at);
    },
  } as unknown as Engine;
  const source = {
    engine,
    containerId: "c",
    path: from,
    followLink: false,
    signal: new AbortController().signal,
  };
  if (target === "") await openArchive(source);
  else await copyOut(source, { target, onLeftOut: () => undefined });
  return asked;
}

describe("where a copy goes, by the rules of docker cp", () => {
  const found = { ...paths, "/etc/file": { type: "file" } } as const;

  test.each([
    ["/real", "new", ["new", "new/file"]],
    ["/real", "new/", ["new", "new/file"]],
    ["/real/.", "new", ["new", "new/file"]],
    ["/real", "there", ["there", "there/real", "there/real/file"]],
    ["/real", "way", ["there", "there/real", "there/real/file"]],
    ["/etc/file", "new", ["new"]],
    ["/etc/file", "there", ["there", "there/file"]],
    ["/etc/file", "old", ["old"]],
    // A link of this machine that is named is what it leads to.
    ["/etc/file", "last", ["old"]],
  ])("cp %s %s", async (from, to, files) => {
    await using at = await temporaryFolder();
    await mkdir(path.join(at.path, "there"));
    await writeFile(path.join(at.path, "old"), "old");
    await symlink("there", path.join(at.path, "way"));
    await symlink("old", path.join(at.path, "last"));
    await copy(from, { target: `${at.path}/${to}`, found });
    const all = (await readdir(at.path, { recursive: true })).filter((file) => !/^way./.test(file));
    for (const file of files) expect(all).toContain(file);
    const others = all.filter((file) => !["there", "old", "way", "last", ...files].includes(file));
    expect(others).toEqual([]);
    expect((await lstat(path.join(at.path, "last"))).isSymbolicLink()).toBe(true);
  });

  test.each([
    ["/etc/file", "new/", "There is no folder AT/new/."],
    ["/etc/file", "no/new", "There is no folder AT/no."],
    ["/real", "old/new", "There is no folder AT/old."],
    ["/real", "old", "AT/old is a file, and /real a folder."],
    ["/none", "new", "There is no /none in the container."],
    ["/", "new", "A whole root is copied as a tar alone."],
    ["/.", "new", "A whole root is copied as a tar alone."],
  ])("cp %s %s is refused", async (from, to, message) => {
    await using at = await temporaryFolder();
    await writeFile(path.join(at.path, "old"), "old");
    const root = { ...found, "/": { type: "directory" } } as const;
    await expect(copy(from, { target: `${at.path}/${to}`, found: root })).rejects.toMatchObject({
      code: "copy-failed",
      message: message.replace("AT", at.path),
    });
    expect(await readdir(at.path)).toEqual(["old"]);
  });
});

test("a tar is that of the path without what is behind its name, of a link what it leads to", async () => {
  const found = {
    ...paths,
    "/": { type: "directory" },
    "/lost": { type: "symlink", linkTarget: "/gone" },
  } as const;
  const askedFor = async (from: string): Promise<readonly string[]> => await copy(from, { found });
  expect(await askedFor("/real/.")).toEqual(["/real"]);
  expect(await askedFor("/")).toEqual(["/"]);
  expect(await askedFor("/link")).toEqual(["/link"]);
  expect(await askedFor("/link/.")).toEqual(["/real"]);
  await expect(askedFor("/lost/.")).rejects.toThrow("There is no /gone in the container.");
});
