import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { FileConflict } from "../../../../src/packages/file-conflict.ts";
import { conflictsOfImages } from "../../../../src/packages/rpm/image-conflicts.ts";
import { aPackage } from "../../../support/rpm/a-package.ts";
import { fileHeaderEntries, type PayloadFile } from "../../../support/rpm/a-payload.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** Packages of these files in one image, or in an image and its child. */
async function conflictsOf(
  packages: Readonly<Record<string, readonly PayloadFile[]>>,
  options: { readonly exclude?: readonly string[]; readonly inChild?: readonly string[] } = {},
): Promise<Readonly<Record<string, readonly FileConflict[]>>> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const { exclude = [], inChild = [] } = options;
  const named = await Promise.all(
    Object.entries(packages).map(async ([name, files]) => {
      const file = path.join(folder.path, name);
      await writeFile(file, aPackage({ name, entries: fileHeaderEntries(files) }));
      return { name, file };
    }),
  );
  const unreadable = { name: "gone", file: path.join(folder.path, "gone") };
  const found = await conflictsOfImages([
    {
      image: "base",
      parent: undefined,
      packages: [unreadable, ...named.filter(({ name }) => !inChild.includes(name))],
      exclude,
    },
    {
      image: "app",
      parent: "base",
      packages: named.filter(({ name }) => inChild.includes(name)),
      exclude,
    },
  ]);
  return Object.fromEntries(found);
}

const conflict = { path: "/usr/bin/x", first: "a", second: "b" };

test("a file that two packages bring with different content is a conflict", async () => {
  const packages = {
    a: [{ path: "/usr/bin/x", content: "a" }],
    b: [{ path: "/bin/x", content: "b" }],
  };
  expect(await conflictsOf(packages)).toEqual({ base: [conflict], app: [] });
  expect(await conflictsOf(packages, { inChild: ["b"] })).toEqual({ base: [], app: [conflict] });
  expect(await conflictsOf(packages, { exclude: ["/usr/bin", "/bin"] })).toEqual({
    base: [],
    app: [],
  });
});

test.each<readonly [what: string, one: PayloadFile, other: PayloadFile, isConflict: boolean]>([
  ["the same content", { path: "/x", content: "a" }, { path: "/x", content: "a" }, false],
  ["another mode", { path: "/x", mode: 0o100644 }, { path: "/x", mode: 0o100755 }, true],
  ["two folders", { path: "/x", mode: 0o40755 }, { path: "/x", mode: 0o40700 }, false],
  [
    "two links",
    { path: "/x", mode: 0o120777, target: "a" },
    { path: "/x", mode: 0o120777, target: "b" },
    true,
  ],
  ["a link and a file", { path: "/x", mode: 0o120777, target: "a" }, { path: "/x" }, true],
  // Md5 of an old package, which says nothing beside SHA-256: unpacking tells whether they differ.
  ["digests of two kinds", { path: "/x", digest: "a".repeat(32) }, { path: "/x" }, false],
  ["a ghost", { path: "/x", content: "a", flags: 64 }, { path: "/x", content: "b" }, false],
])("%s: %s", async (_, one, other, isConflict) => {
  const { base = [] } = await conflictsOf({ a: [one], b: [other] });
  expect(base.length > 0).toBe(isConflict);
});
