import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { recallTables } from "../../../src/packages/kept-tables.ts";
import { TablesWriter } from "../../../src/packages/tables-file.ts";
import type { Store } from "../../../src/store/store.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

test("texts that went into the file at once are found by their keys in each of its tables", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const long = "z".repeat(3_000_000);

  const first = await recall(store, long);
  const second = await recall(store, long);

  expect(first).toEqual([["one", long], ["é"], [], ["two"]]);
  expect(second).toEqual(first);
});

test("tables that were removed to make room are read to the end", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const tables = await recallTables(placeIn(store), (file) => write(file, "x"));
  await rm(store.directory, { recursive: true });

  expect(tables.map((table) => [...table.texts("a")])).toEqual([["one", "x"], []]);
});

test("where the store takes no file the tables are read all the same, and nothing is left", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await mkdir(store.directory);
  await writeFile(path.join(store.directory, "tmp"), "");

  expect(await recall(store, "x")).toEqual([["one", "x"], ["é"], [], ["two"]]);
  const left = await readdir(tmpdir());
  expect(left.filter((name) => name.startsWith("qclock-index-"))).toEqual([]);
});

test("what is wrong with the index itself is thrown", async () => {
  await using temporary = await temporaryStore();
  const wrong = recallTables(placeIn(temporary.store), async () => {
    await Promise.reject(new Error("no index"));
  });

  await expect(wrong).rejects.toThrow("no index");
});

test("a disk that is full everywhere is told as the store's", async () => {
  await using temporary = await temporaryStore();
  const full = async (): Promise<void> => {
    const facts = { code: "ENOSPC", syscall: "write" };
    await Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), facts));
  };

  await expect(recallTables(placeIn(temporary.store), full)).rejects.toMatchObject({
    code: "disk-full",
  });
});

function placeIn(store: Store): Parameters<typeof recallTables>[0] {
  return { store, key: "1".repeat(64), form: "a test" };
}

async function write(file: string, long: string): Promise<void> {
  using writer = new TablesWriter(file, "a test");
  const [one, other] = [writer.newTable(), writer.newTable()];
  one.add("a", "one");
  other.add("b", "two");
  one.add("b", "é");
  one.add("a", long);
  for (const table of [one, other]) writer.addTable(table.finish());
  writer.finish();
}

/** What each table has for two keys. */
async function recall(store: Store, long: string): Promise<readonly (readonly string[])[]> {
  const tables = await recallTables(placeIn(store), (file) => write(file, long));
  return tables.flatMap((table) => ["a", "b"].map((key) => [...table.texts(key)]));
}
