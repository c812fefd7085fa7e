import { expect, test } from "vitest";
import { type ComparableFile, compareFiles } from "../../../src/image/compare-files.ts";

const names = ["before", "after"] as const;

function filesOf(
  ...files: readonly (Partial<ComparableFile> & { readonly path: string })[]
): ReadonlyMap<string, ComparableFile> {
  return new Map(
    files.map((file) => [
      file.path,
      { type: "file", mode: 0o644, uid: 0, gid: 0, size: 1, ...file },
    ]),
  );
}

test("each path and field that differs has a line, by path", () => {
  const before = filesOf(
    { path: "etc/b", mode: 0o644, digest: `sha256:${"a".repeat(64)}` },
    { path: "etc/a", uid: 1 },
    { path: "gone" },
    { path: "link", type: "symlink", linkTarget: "x" },
  );
  const after = filesOf(
    { path: "etc/b", mode: 0o4755, digest: `sha256:${"b".repeat(64)}`, mtime: 5 },
    { path: "etc/a", uid: 2 },
    { path: "link", type: "symlink", linkTarget: "y", mode: 0o777 },
    { path: "new" },
  );

  expect(compareFiles(before, after, names)).toEqual([
    "/etc/a: owner 1:0 before, 2:0 after",
    "/etc/b: mode 0644 before, 4755 after",
    "/etc/b: content sha256:aaaaaaaaaaaa before, sha256:bbbbbbbbbbbb after",
    "/gone: before only",
    "/link: link x before, y after",
    "/new: after only",
  ]);
});

test("what is the same has no line, and so has what only one side knows", () => {
  const before = filesOf({ path: "a" }, { path: "d", type: "directory", size: 4096 });
  const after = filesOf(
    { path: "a", digest: `sha256:${"a".repeat(64)}`, mtime: 1 },
    { path: "d", type: "directory", size: 0 },
  );

  expect(compareFiles(before, after, names)).toEqual([]);
});

test("paths and targets of links steer no terminal", () => {
  const before = filesOf({ path: "a\u001B[31m", type: "symlink", linkTarget: "x\u202E" });
  const after = filesOf({ path: "a\u001B[31m", type: "symlink", linkTarget: "y" });
  expect(compareFiles(before, after, names)).toEqual(["/a?[31m: link x? before, y after"]);
});

test("which of two hard links holds the file is no difference, and what it holds is", () => {
  const link = { type: "hardlink", size: 0 } as const;
  const before = filesOf({ path: "a", size: 3 }, { ...link, path: "b", linkTarget: "a" });
  const after = filesOf({ ...link, path: "a", linkTarget: "b" }, { path: "b", size: 3 });
  const other = filesOf({ ...link, path: "a", linkTarget: "b" }, { path: "b", size: 4 });

  expect(compareFiles(before, after, names)).toEqual([]);
  expect(compareFiles(before, other, names)).toEqual([
    "/a: size 3 before, 4 after",
    "/b: size 3 before, 4 after",
  ]);
});
