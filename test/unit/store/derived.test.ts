import { chmod, mkdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { DerivedFiles } from "../../../src/store/derived.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import type { Store } from "../../../src/store/store.ts";

test("what is kept is found by its key, also when the file that it was made as is gone", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const kept = new DerivedFiles(store, "indexes");

  await expect(kept.find("a")).resolves.toBeUndefined();
  await keep(store, kept, "a", "content");

  const file = (await kept.find("a")) ?? "";
  await expect(readFile(file, "utf8")).resolves.toBe("content");
  expect(path.relative(store.directory, file)).toBe("derived/indexes/a");
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
});

test("of two files of one key the first stays, until it is removed", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const kept = new DerivedFiles(store, "indexes");
  await keep(store, kept, "a", "first");
  await keep(store, kept, "a", "second");

  await expect(readFile((await kept.find("a")) ?? "", "utf8")).resolves.toBe("first");
  await kept.remove("a");
  await keep(store, kept, "a", "third");
  await expect(readFile((await kept.find("a")) ?? "", "utf8")).resolves.toBe("third");
});

test("a link, and a file that others may read or write, are not believed", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const kept = new DerivedFiles(store, "packages");
  const folder = path.join(store.directory, "derived/packages");
  await keep(store, kept, "real", "content");
  await symlink(path.join(folder, "real"), path.join(folder, "link"));
  await writeFile(path.join(folder, "open"), "content");
  await chmod(path.join(folder, "open"), 0o644);

  await expect(kept.find("real")).resolves.toBeDefined();
  for (const key of ["link", "open"]) await expect(kept.find(key)).resolves.toBeUndefined();
});

test("what was used least recently goes first, and no more than has to", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const kept = new DerivedFiles(store, "packages", 25);
  for (const [index, key] of ["a", "b", "c"].entries()) {
    await keep(store, kept, key, "0123456789");
    const time = new Date(Date.UTC(2026, 0, 1 + index));
    await utimes(path.join(store.directory, "derived/packages", key), time, time);
  }
  await kept.find("a");

  await kept.prune();
  await expect(keysOf(kept)).resolves.toEqual(["a", "c"]);
  await kept.prune();
  await expect(keysOf(kept)).resolves.toEqual(["a", "c"]);
});

test("where nothing can be kept nothing fails", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await mkdir(store.directory);
  await writeFile(path.join(store.directory, "derived"), "a file in the way");
  const kept = new DerivedFiles(store, "packages");

  await keep(store, kept, "a", "content");
  await expect(kept.find("a")).resolves.toBeUndefined();
  await expect(kept.list()).resolves.toEqual([]);
  await kept.prune();
  await kept.remove("a");
});

async function keysOf(kept: DerivedFiles): Promise<readonly string[]> {
  return (await kept.list()).map(({ file }) => path.basename(file)).toSorted();
}

async function keep(store: Store, kept: DerivedFiles, key: string, text: string): Promise<void> {
  await using temporary = await store.createTemporary();
  await writeFile(temporary.path, text);
  await kept.keep(key, temporary.path);
}
