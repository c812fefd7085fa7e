import { rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listTree, walkTree } from "../../../../src/image/files/file-tree.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const tree = (source: string): Parameters<typeof walkTree>[0] => ({
  source,
  target: "/srv",
  uid: 0,
  gid: 0,
});

test("what is found is told while the walk goes on, each folder before what it holds", async () => {
  await using folder = await temporaryFolder();
  for (const name of ["a", "a/b", "c"]) {
    await mkdir(join(folder.path, name));
    await writeFile(join(folder.path, name, "file"), "");
  }
  const seen: string[] = [];

  const remarks = await walkTree(tree(folder.path), ({ path, source }) => {
    seen.push(path);
    // It is not looked at yet: nobody has made a list of it.
    if (path === "srv/a/b") rmSync(join(source, "file"));
  });

  expect(remarks).toEqual([]);
  expect(seen).toEqual(["srv", "srv/a", "srv/c", "srv/a/b", "srv/a/file", "srv/c/file"]);
  expect((await listTree(tree(folder.path))).files.map(({ path }) => path)).toEqual(seen);
});
