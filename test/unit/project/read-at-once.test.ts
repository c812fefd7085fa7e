import { execFileSync } from "node:child_process";
import { mkdir, rename, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { bufferAtOnce, readAtOnce } from "../../../src/project/read-at-once.ts";
import { Turns } from "../../../src/turns.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const read = (file: string): string | undefined =>
  readAtOnce(file, bufferAtOnce())?.toString("utf8");

test("a small file is read whole, one that is a byte too long is left to others", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  const most = bufferAtOnce().length - 1;
  await writeFile(file, "ours");
  expect(read(file)).toBe("ours");
  await truncate(file, 0);
  expect(read(file)).toBe("");
  await truncate(file, most);
  expect(read(file)).toHaveLength(most);
  await truncate(file, most + 1);
  expect(read(file)).toBeUndefined();
});

test("links, also those in a folder's place, pipes, folders and what is not there are left to others", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await mkdir(at("conf"));
  await writeFile(at("conf/app"), "the host's");
  await symlink(at("conf/app"), at("link"));
  execFileSync("mkfifo", [at("pipe")]);
  expect(["link", "pipe", "conf", "none"].map((name) => read(at(name)))).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );

  await rename(at("conf"), at("aside"));
  await symlink(at("aside"), at("conf"));
  expect(read(at("conf/app"))).toBeUndefined();
});

test("work that does not wait is over its turn after some milliseconds, and others come in between", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const timer = setTimeout(() => seen.push("a timer"), 1);
  expect(turns.isOver()).toBe(false);
  while (!turns.isOver());
  expect(seen).toEqual([]);
  while (seen.length === 0) await turns.next();
  clearTimeout(timer);
  await turns.next();
  expect(turns.isOver()).toBe(false);
});
