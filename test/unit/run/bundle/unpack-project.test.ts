import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import type { BundleEntry } from "../../../../src/image/bundle/document.ts";
import { toWriteError, unpackProject } from "../../../../src/run/bundle/unpack-project.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

type Item =
  | { readonly text: string; readonly executable?: true }
  | { readonly link: string }
  | "folder";

/** A folder that a project is written to, from a store that has its files. */
async function place() {
  await using resources = new AsyncDisposableStack();
  const { store } = resources.use(await temporaryStore());
  const folder = resources.use(await temporaryFolder());
  const owned = resources.move();
  const entryOf = async ([name, item]: readonly [string, Item]): Promise<BundleEntry> => {
    const at = { path: `project/${name}` };
    if (item === "folder") return { ...at, folder: true };
    if ("link" in item) return { ...at, link: item.link };
    const { text, executable } = item;
    const digest = aDigest(text);
    const bytes = Buffer.from(text);
    await store.put(
      digest,
      (async function* () {
        yield await Promise.resolve(bytes);
      })(),
    );
    const sha256 = digest.slice("sha256:".length);
    return { ...at, size: bytes.length, sha256, ...(executable ? { executable } : {}) };
  };
  return {
    store,
    directory: folder.path,
    at: (name: string) => path.join(folder.path, name),
    async unpack(items: Readonly<Record<string, Item>>, replace = false) {
      const entries = await Promise.all(Object.entries(items).map(entryOf));
      return await unpackProject({ entries, directory: folder.path, replace, store });
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const items = {
  "web/page": { text: "page" },
  "bin/run": { text: "#!/bin/sh", executable: true },
  "bin/go": { link: "run" },
  "var/log": "folder",
  "stack.lock.yaml": { text: "version: 2" },
} as const;

test("files, programs, links and folders are written, and the lock is not", async () => {
  await using project = await place();
  const { unpack, at, directory } = project;
  expect(await unpack(items)).toEqual({ written: 4, unchanged: 0 });
  expect(await readFile(at("web/page"), "utf8")).toBe("page");
  expect((await lstat(at("web/page"))).mode & 0o777).toBe(0o644);
  expect((await lstat(at("bin/run"))).mode & 0o777).toBe(0o755);
  expect(await readlink(at("bin/go"))).toBe("run");
  expect((await lstat(at("var/log"))).isDirectory()).toBe(true);
  const all = await readdir(directory, { recursive: true });
  expect(all.toSorted()).toEqual(["bin", "bin/go", "bin/run", "var", "var/log", "web", "web/page"]);
  // A second time all of it is there, and nothing is touched.
  expect(await unpack(items)).toEqual({ written: 0, unchanged: 4 });
});

test.each<readonly [string, (at: (name: string) => string) => Promise<unknown>, string]>([
  ["another text of the same length", (at) => writeFile(at("web/page"), "pagE"), "web/page"],
  ["a longer text", (at) => writeFile(at("web/page"), "page 2"), "web/page"],
  ["a program that was a file", (at) => chmod(at("web/page"), 0o755), "web/page"],
  ["a file that was a program", (at) => chmod(at("bin/run"), 0o644), "bin/run"],
])("%s is in the way of what the bundle has, until it may be replaced", async (_, change, name) => {
  await using project = await place();
  const { unpack, at } = project;
  await unpack(items);
  await change(at);
  await expect(unpack(items)).rejects.toMatchObject({
    code: "would-lose-data",
    message: "1 file of the bundle's project is here with another content.",
    details: [name],
  });
  expect(await unpack(items, true)).toEqual({ written: 1, unchanged: 3 });
  expect(await unpack(items)).toEqual({ written: 0, unchanged: 4 });
});

test("a link that leads elsewhere, or is a file, is in the way as well", async () => {
  await using project = await place();
  const { unpack, at } = project;
  await unpack({ "web/page": { link: "here" } });
  await expect(unpack({ "web/page": { link: "there" } })).rejects.toThrow("1 file of");
  await expect(unpack({ "web/page": { text: "here" } })).rejects.toThrow("1 file of");
  await unpack({ "web/page": { text: "page" } }, true);
  await expect(unpack({ "web/page": { link: "page" } })).rejects.toThrow("1 file of");
  expect(await readFile(at("web/page"), "utf8")).toBe("page");
});

test("a file is the same with its bytes and its owner's right to run it, whatever others may", async () => {
  await using project = await place();
  const { unpack, at } = project;
  await writeFile(at("a"), "text");
  for (const mode of [0o644, 0o645, 0o600]) {
    await chmod(at("a"), mode);
    await unpack({ a: { text: "text" } });
  }
  await chmod(at("a"), 0o744);
  await expect(unpack({ a: { text: "text" } })).rejects.toThrow("1 file of");
  await unlink(at("a"));
  // As many bytes as the file that is to be written.
  await symlink("gone", at("a"));
  await expect(unpack({ a: { text: "text" } })).rejects.toThrow("1 file of");
});

test("a folder in a file's place, and a file in a folder's, are never replaced", async () => {
  await using project = await place();
  const { unpack, at } = project;
  await mkdir(at("a"));
  await writeFile(at("b"), "");
  await symlink(".", at("c"));
  const blocked = async (all: Readonly<Record<string, Item>>): Promise<string> => {
    const outcome = unpack({ z: { text: "z" }, ...all }, true);
    return await outcome.then(
      () => "written",
      (error: unknown) => (error instanceof QclockError ? error.message : "another error"),
    );
  };
  const message = (name: string): string =>
    `The bundle's ${name} cannot be written: a link, or something that is no file, is in its way.`;
  expect(await blocked({ a: { text: "a" } })).toBe(message("a"));
  expect(await blocked({ a: { link: "b" } })).toBe(message("a"));
  expect(await blocked({ b: "folder" })).toBe(message("b"));
  expect(await blocked({ "b/x": { text: "x" } })).toBe(message("b/x"));
  expect(await blocked({ "c/x/y": { text: "y" } })).toBe(message("c/x/y"));
  expect((await readdir(project.directory)).toSorted()).toEqual(["a", "b", "c"]);
});

test("of many files that are in the way ten are named", async () => {
  await using project = await place();
  const { unpack, at } = project;
  const names = Array.from({ length: 11 }, (_, index) => `file-${index + 10}`);
  for (const name of names) await writeFile(at(name), "mine");
  const all = Object.fromEntries(names.map((name) => [name, { text: "theirs" }] as const));
  await expect(unpack(all)).rejects.toMatchObject({
    message: "11 files of the bundle's project are here with another content.",
    details: names.slice(0, 10),
  });
});

test("nothing is written of a project that has something other programs would obey", async () => {
  await using project = await place();
  const { unpack, directory } = project;
  const refusal = async (names: readonly string[]) => {
    const all = names.map((name) => [name, { text: "x" }] as const);
    const error: unknown = await unpack({
      page: { text: "page" },
      ...Object.fromEntries(all),
    }).catch((reason: unknown) => reason);
    if (!(error instanceof QclockError)) throw new Error("it was written");
    return { message: error.message, details: error.details };
  };
  const one = await refusal(["sub/.git/config"]);
  expect(one.message).toBe(
    "The bundle's project has 1 file that qclock does not write, since other programs would obey it.",
  );
  expect(one.details).toEqual(["sub/.git/config: other programs obey .git"]);

  const bare = await refusal(["HEAD", "refs/x", "sub/HEAD", "sub/objects/x"]);
  expect(bare.details).toEqual([
    ".: git takes it for a repository",
    "sub: git takes it for a repository",
  ]);
  const names = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${index}/.env`);
  expect((await refusal(names(10))).details).toHaveLength(10);
  const many = await refusal(names(12));
  expect(many.message).toContain(
    "12 files that qclock does not write, since other programs would obey them",
  );
  expect(many.details.slice(9)).toEqual(["9/.env: other programs obey .env", "and 2 more"]);
  expect(await readdir(directory)).toEqual([]);
});

test("what cannot be written is told, and nothing unfinished is left", async () => {
  await using project = await place();
  const { unpack, directory, store } = project;
  const outcome = unpack({ a: { text: "a" }, "a/b": { text: "b" } });
  await expect(outcome).rejects.toMatchObject({
    code: "usage",
    message: `${path.join(directory, "a/b")} cannot be written.`,
  });
  expect(await readdir(directory)).toEqual(["a"]);
  const gone = { path: "project/c", size: 1, sha256: "0".repeat(64) };
  const lost = unpackProject({ entries: [gone], directory, replace: false, store });
  await expect(lost).rejects.toMatchObject({ code: "store-unusable" });
});

test("a full disk is told as such", () => {
  const failure = (code: string): unknown => Object.assign(new Error(code), { code });
  for (const code of ["ENOSPC", "EDQUOT"])
    expect(toWriteError(failure(code), "/a")).toMatchObject({ code: "disk-full" });
  expect(toWriteError(failure("EROFS"), "/a")).toMatchObject({
    code: "usage",
    message: "/a cannot be written.",
  });
  for (const other of [new QclockError("usage", "known"), new TypeError("a bug"), "a text"])
    expect(toWriteError(other, "/a")).toBe(other);
});
