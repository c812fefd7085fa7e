import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openStore, toStoreError } from "../../../src/store/disk-store.ts";
import type { Digest } from "../../../src/stack/stack.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";

const content = Buffer.from("a package");
const digest = digestOf(content);

test("what is put under its digest is found there", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;

  await expect(store.find(digest)).resolves.toBeUndefined();
  const file = await store.put(digest, pieces("a ", "package"));

  await expect(store.find(digest)).resolves.toBe(file);
  await expect(readFile(file)).resolves.toEqual(content);
  expect(path.relative(store.directory, file)).toMatch(
    /^blobs\/sha256\/[0-9a-f]{2}\/[0-9a-f]{64}$/,
  );
});

test("content of another digest is refused, and nothing of it is kept", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;

  await expect(store.put(digest, pieces("another package"))).rejects.toMatchObject({
    code: "digest-mismatch",
    message: expect.stringContaining(digest),
  });

  await expect(store.find(digest)).resolves.toBeUndefined();
  await expect(filesOf(store.directory)).resolves.toEqual([]);
});

test("a stream that fails half-way leaves nothing", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield content;
    throw new Error("cut");
  }

  await expect(store.put(digest, broken())).rejects.toThrow("cut");

  await expect(filesOf(store.directory)).resolves.toEqual([]);
});

test("a temporary file is gone at the end of its scope, unless it was committed", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  {
    await using dropped = await store.createTemporary();
    await writeFile(dropped.path, "half");
  }
  await expect(filesOf(store.directory)).resolves.toEqual([]);

  let file: string;
  {
    await using kept = await store.createTemporary();
    await writeFile(kept.path, content);
    file = await kept.commit(digest);
  }
  await expect(store.find(digest)).resolves.toBe(file);
});

test("two writers of one digest both succeed", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;

  const files = await Promise.all([
    store.put(digest, pieces("a package")),
    store.put(digest, pieces("a package")),
  ]);

  expect(files[0]).toBe(files[1]);
  await expect(filesOf(store.directory)).resolves.toHaveLength(1);
});

test("a note comes back as it was written, by kind and key", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;

  await store.writeNote("layer", "sha256:abc", { size: 1, paths: ["é"] });
  await store.writeNote("layer", "other/../key", "text");

  await expect(store.readNote("layer", "sha256:abc")).resolves.toEqual({ size: 1, paths: ["é"] });
  await expect(store.readNote("layer", "other/../key")).resolves.toBe("text");
  await expect(store.readNote("files", "sha256:abc")).resolves.toBeUndefined();
  const files = await filesOf(store.directory);
  expect(files.every((file) => file.startsWith("notes/layer/"))).toBe(true);
});

test.for(["", "{", '{"half": ', "\0\0\0"])("a damaged note %j counts as absent", async (text) => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await store.writeNote("layer", "key", 1);
  await writeFile(path.join(store.directory, "notes", "layer", "key.json"), text);

  await expect(store.readNote("layer", "key")).resolves.toBeUndefined();
});

test("what a killed process left unfinished goes after a day, what is being written stays", async () => {
  await using temporary = await temporaryStore();
  const { directory } = temporary.store;
  const [old, young] = ["1-old", "2-young"].map((name) => path.join(directory, "tmp", name));
  await writeFile(old ?? "", "half");
  await writeFile(young ?? "", "half");
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(old ?? "", yesterday, yesterday);

  await openStore(directory);

  await expect(filesOf(directory)).resolves.toEqual(["tmp/2-young"]);
});

test("a folder is no blob", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const file = await store.put(digest, pieces("a package"));
  const other = digestOf(Buffer.from("other"));
  await mkdir(file.replaceAll(digest.slice(7), other.slice(7)), { recursive: true });

  await expect(store.find(digest)).resolves.toBe(file);
});

test("a store that cannot be made names its folder and the way out", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  await writeFile(file, "");

  await expect(openStore(path.join(file, "store"))).rejects.toMatchObject({
    code: "store-unusable",
    message: expect.stringContaining(path.join(file, "store")),
    hint: expect.stringContaining("QCLOCK_STORE"),
  });
});

test.for([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "store-unusable"],
  ["EPERM", "store-unusable"],
  ["EROFS", "store-unusable"],
  ["ENOTDIR", "store-unusable"],
])("%s is %s", ([code, expected]) => {
  const error = Object.assign(new Error("from the system"), { code });

  expect(toStoreError(error, "/store")).toMatchObject({
    code: expected,
    message: expect.stringContaining("/store"),
    cause: error,
  });
});

test("an error that is not about the disk passes through", () => {
  const error = new Error("a bug");

  expect(toStoreError(error, "/store")).toBe(error);
});

async function* pieces(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(directory, path.join(parentPath, name)))
    .toSorted();
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
