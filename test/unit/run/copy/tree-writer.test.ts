import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { unpackTree } from "../../../../src/run/copy/tree-writer.ts";
import { tarOf, type TarItem } from "../../../support/tar.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 700) {
    await Promise.resolve();
    yield bytes.subarray(start, start + 700);
  }
}

async function unpack(
  target: string,
  items: readonly TarItem[],
  leftOut: string[] = [],
): Promise<number> {
  const onLeftOut = (message: string): number => leftOut.push(message);
  const signal = new AbortController().signal;
  return await unpackTree({ archive: pieces(tarOf(items)), target, onLeftOut, signal });
}

const folder = { path: "data/", type: "directory", mode: 0o755 } as const;

test("a folder comes with its files, links, modes and times, under the name that it is given", async () => {
  await using at = await temporaryFolder();
  const target = path.join(at.path, "copy");
  const leftOut: string[] = [];
  const count = await unpack(
    target,
    [
      folder,
      { path: "data/closed/", type: "directory", mode: 0o500 },
      { path: "data/closed/file", content: "x".repeat(2000), mode: 0o4755, mtime: 1_600_000_000 },
      { path: "data/same", type: "hardlink", target: "data/closed/file" },
      { path: "data/away", type: "symlink", target: "/etc/passwd" },
      { path: "data/pipe", type: "6" },
    ],
    leftOut,
  );

  expect(count).toBe(3);
  const found = await stat(path.join(target, "closed/file"));
  // No bit that would give its owner's privileges.
  expect(found.mode & 0o7777).toBe(0o755);
  expect([found.size, found.nlink, found.mtimeMs]).toEqual([2000, 2, 1_600_000_000_000]);
  expect((await stat(path.join(target, "closed"))).mode & 0o7777).toBe(0o500);
  expect(await readlink(path.join(target, "away"))).toBe("/etc/passwd");
  expect(leftOut).toEqual(["data/pipe is a named pipe, and is left out."]);
});

test.each<readonly [string, readonly TarItem[]]>([
  ["a step up", [folder, { path: "data/../../out", content: "x" }]],
  ["an absolute path", [folder, { path: "/out", content: "x" }]],
  ["another folder", [folder, { path: "out", content: "x" }]],
  [
    "a link of its own to a folder",
    [
      folder,
      { path: "data/l", type: "symlink", target: ".." },
      { path: "data/l/out", content: "x" },
    ],
  ],
  [
    "a link in place of a folder",
    [
      folder,
      { path: "data/a/", type: "directory" },
      { path: "data/a", type: "symlink", target: "/" },
    ],
  ],
  [
    "a hard link to what it does not hold",
    [folder, { path: "data/h", type: "hardlink", target: "secret" }],
  ],
  [
    "a hard link through a link",
    [
      folder,
      { path: "data/l", type: "symlink", target: "../secret" },
      { path: "data/h", type: "hardlink", target: "data/l" },
    ],
  ],
  [
    "a hard link to a file that a link has replaced",
    [
      folder,
      { path: "data/l", content: "x" },
      { path: "data/l", type: "symlink", target: "../secret" },
      { path: "data/h", type: "hardlink", target: "data/l" },
    ],
  ],
])("an archive with %s is refused, and nothing is written beside the target", async (_, items) => {
  await using at = await temporaryFolder();
  await writeFile(path.join(at.path, "secret"), "kept");
  await expect(unpack(path.join(at.path, "copy"), items)).rejects.toMatchObject({
    code: "copy-failed",
  });
  expect((await readdir(at.path)).toSorted()).toEqual(["copy", "secret"]);
  expect(await readFile(path.join(at.path, "secret"), "utf8")).toBe("kept");
  const left = await readdir(path.join(at.path, "copy"));
  expect(left.filter((name) => name.endsWith(".partial"))).toEqual([]);
});

test("links that were there before are replaced as files, and not followed as folders", async () => {
  await using at = await temporaryFolder();
  const target = path.join(at.path, "copy");
  await mkdir(path.join(at.path, "outside"));
  await mkdir(target);
  await writeFile(path.join(at.path, "victim"), "kept");
  await symlink("../victim", path.join(target, "file"));
  await symlink("../outside", path.join(target, "sub"));

  await unpack(target, [folder, { path: "data/file", content: "new" }]);
  expect((await lstat(path.join(target, "file"))).isFile()).toBe(true);
  expect(await readFile(path.join(at.path, "victim"), "utf8")).toBe("kept");

  await expect(
    unpack(target, [folder, { path: "data/sub/file", content: "x" }]),
  ).rejects.toMatchObject({ code: "copy-failed", message: expect.stringContaining("a link") });
  expect(await readdir(path.join(at.path, "outside"))).toEqual([]);
});

test("a file and a folder do not take each other's place, and an archive cut short leaves no file", async () => {
  await using at = await temporaryFolder();
  const target = path.join(at.path, "copy");
  await unpack(target, [folder, { path: "data/a", content: "x" }]);
  await expect(
    unpack(target, [folder, { path: "data/a/", type: "directory" }]),
  ).rejects.toMatchObject({ code: "copy-failed" });
  await expect(unpack(target, [{ path: "data", content: "x" }])).rejects.toMatchObject({
    code: "copy-failed",
  });

  const whole = tarOf([folder, { path: "data/long", content: "y".repeat(5000) }]);
  const request = { target, onLeftOut: () => undefined, signal: new AbortController().signal };
  await expect(
    unpackTree({ archive: pieces(whole.subarray(0, 2048)), ...request }),
  ).rejects.toMatchObject({ code: "copy-failed" });
  expect(await readdir(target)).toEqual(["a"]);
  // Without its end it may be a part, be it at the right block.
  await expect(
    unpackTree({ archive: pieces(whole.subarray(0, 512)), ...request }),
  ).rejects.toMatchObject({ code: "copy-failed" });
});

test.each([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "copy-failed"],
])(
  "what this machine answers %s to could not be written, and is told as %s",
  async (code, told) => {
    const error = Object.assign(new Error("write refused"), { code });
    await expect(unpackBroken(error)).rejects.toMatchObject({
      code: told,
      message: "/nowhere/copy cannot be written: write refused.",
      cause: error,
    });
  },
);

test("a mistake in the archive is the archive's, and what the Engine says stays as it is", async () => {
  await expect(unpackBroken(new Error("no header"))).rejects.toMatchObject({
    code: "copy-failed",
    message: "The container's archive is refused: no header.",
  });
  const gone = new QclockError("engine-unreachable", "Nobody answers.");
  await expect(unpackBroken(gone)).rejects.toBe(gone);
});

/** Unpack an archive of which nothing can be read but an error. */
async function unpackBroken(error: Error): Promise<number> {
  const archive: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      async next() {
        throw error;
      },
    }),
  };
  const signal = new AbortController().signal;
  return await unpackTree({ archive, target: "/nowhere/copy", onLeftOut: () => 0, signal });
}
