import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { DraftEntry } from "../../../../src/image/layers/draft.ts";
import { writeLayer } from "../../../../src/image/layers/layer-tar.ts";
import { readItems } from "../../../support/tar.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

const common = { mode: 0o644, uid: 0, gid: 0, mtime: 7, origin: { type: "files" } } as const;
const signal = new AbortController().signal;

function aFile(path: string, text: string): DraftEntry {
  const bytes = Buffer.from(text);
  return { ...common, path, type: "file", size: bytes.length, content: { type: "bytes", bytes } };
}

test("entries are asked for one by one, and the first have left before the last is asked for", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const folder = join(store.directory, "tmp");
  const written: number[] = [];
  function* entries(): Generator<DraftEntry> {
    for (let index = 100; index < 160; index++) {
      yield aFile(`file-${index}`, "x".repeat(60_000));
      const [name = ""] = readdirSync(folder);
      written.push(statSync(join(folder, name)).size);
    }
  }

  const layer = await writeLayer({ entries: entries(), kind: "files", epoch: 9, store, signal });

  expect(layer.entries).toHaveLength(60);
  expect(written[0]).toBe(0);
  // Of 3.6 MB no more than the writer's buffer of 1 MB was held back.
  expect(written.at(-1)).toBeGreaterThan(2_400_000);
  expect(layer.sizeBytes).toBe((await readFile(layer.path)).length);
});

test("content of every length around the buffer's comes out as it was, where the entry says", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const megabyte = 1024 * 1024;
  const sizes = [0, 1, 511, 512, 513, 65_536, 65_537, megabyte - 512, megabyte, 3 * megabyte + 1];
  const files = sizes.map((size, index) => aFile(`file-${index}`, String(index).repeat(size)));

  const { path, entries } = await writeLayer({
    entries: files,
    kind: "files",
    epoch: 9,
    store,
    signal,
  });

  const tar = await readFile(path);
  expect(readItems(tar).map(({ content }) => content.length)).toEqual(sizes);
  for (const [index, size] of sizes.entries()) {
    const { offset = 0 } = entries.find(`file-${index}`) ?? {};
    const content = tar.toString("utf8", offset, offset + size);
    expect(content === String(index).repeat(size)).toBe(true);
  }
});

test("capabilities stand in a header of pax, and in the table of the layer", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const capabilities = "0100000280200000000000000000000000000000";
  const long = `${"folder/".repeat(20)}ping`;
  const entries = ["ping", long].map((path) => ({ ...aFile(path, "ping"), capabilities }));
  const layer = await writeLayer({
    entries: [...entries, aFile("plain", "plain")],
    kind: "packages",
    epoch: 9,
    store,
    signal,
  });

  expect([...layer.entries].map((entry) => entry.capabilities)).toEqual([
    capabilities,
    capabilities,
    undefined,
  ]);
  await using folder = await temporaryFolder();
  // The value holds zeros, so that the length of the record has to be right.
  await promisify(execFile)("tar", ["--xattrs", "--xattrs-include=*", "-xf", layer.path], {
    cwd: folder.path,
  });
  expect(await readFile(join(folder.path, long), "utf8")).toBe("ping");
  const tar = await readFile(layer.path);
  const record = Buffer.concat([
    Buffer.from("57 SCHILY.xattr.security.capability="),
    Buffer.from(capabilities, "hex"),
    Buffer.from("\n"),
  ]);
  expect(tar.indexOf(record)).toBeGreaterThan(0);
});
