import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../src/store/disk-store.ts";
import { toStoreError } from "../../../src/store/store-error.ts";
import type { Digest } from "../../../src/digest.ts";
import type { Store } from "../../../src/store/store.ts";
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

test("a note of bytes comes back as it was written, beside one of the same name, and not when it is damaged", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await store.writeNote("files", "key", "text");

  await expect(store.readNoteBytes("files", "key")).resolves.toBeUndefined();
  await store.writeNoteBytes("files", "key", [Buffer.from("by"), Buffer.from("tes")]);

  await expect(store.readNoteBytes("files", "key")).resolves.toEqual(Buffer.from("bytes"));
  await expect(store.readNote("files", "key")).resolves.toBe("text");
  await writeFile(path.join(store.directory, "notes", "files", "key.bin"), "bytes");
  await expect(store.readNoteBytes("files", "key")).resolves.toBeUndefined();
});

test("what a killed process left unfinished goes after a day, what is being written stays", async () => {
  await using temporary = await temporaryStore();
  const { directory } = temporary.store;
  await mkdir(path.join(directory, "tmp"), { recursive: true });
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
  const store = await openStore(path.join(file, "store"));

  await expect(store.put(digest, pieces("a package"))).rejects.toMatchObject({
    code: "store-unusable",
    message: expect.stringContaining(path.join(file, "store")),
    hint: expect.stringContaining("QCLOCK_STORE"),
  });
});

test("a store below a folder in which nothing can be made ends at once", async () => {
  const store = await openStore("/proc/qclock-test");

  await expect(store.put(digest, pieces("a package"))).rejects.toMatchObject({
    code: "store-unusable",
    message: "The store in /proc/qclock-test cannot be written.",
  });
});

test("opening a store makes nothing, and neither does looking", async () => {
  await using folder = await temporaryFolder();
  const store = await openStore(path.join(folder.path, "store"));

  await expect(store.find(digest)).resolves.toBeUndefined();
  await expect(store.readNote("layer", "key")).resolves.toBeUndefined();

  await expect(readdir(folder.path)).resolves.toEqual([]);
});

test("a note that cannot be written is left out: looking and taking down need none", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, "store"), "a file");
  const store = await openStore(path.join(folder.path, "store"));

  await expect(store.writeNote("layer", "key", 1)).resolves.toBeUndefined();
  await expect(store.readNote("layer", "key")).resolves.toBeUndefined();
});

test.for([0o000, 0o022, 0o277, 0o777])(
  "folders have the mode 0700 and files 0600 with the umask %o",
  async (umask) => {
    await using folder = await temporaryFolder();
    const before = process.umask(umask);
    try {
      const store = await openStore(path.join(folder.path, "cache", "store"));
      await store.put(digest, pieces("a package"));
      await store.writeNote("layer", "key", 1);
    } finally {
      process.umask(before);
    }

    const modes = await modesBelow(folder.path);
    expect(modes.get("cache/store")).toBe("700");
    expect([...modes.values()].filter((mode) => mode === "600")).toHaveLength(2);
    expect(new Set(modes.values())).toEqual(new Set(["700", "600"]));
  },
);

test("a store that was left open to others is closed when it is read", async () => {
  await using temporary = await temporaryStore();
  const { directory } = temporary.store;
  await temporary.store.put(digest, pieces("a package"));
  await chmod(directory, 0o777);

  await (await openStore(directory)).find(digest);

  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test("a blob that others may write is found only with its own content, and closed", async () => {
  await using temporary = await temporaryStore();
  const { directory } = temporary.store;
  const file = await temporary.store.put(digest, pieces("a package"));

  await chmod(file, 0o666);
  await writeFile(file, "a PACKAGE");
  await expect((await openStore(directory)).find(digest)).resolves.toBeUndefined();

  await writeFile(file, content);
  await expect((await openStore(directory)).find(digest)).resolves.toBe(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test.skipIf(process.getuid?.() !== 0)(
  "what another user has written is proved by its digest, and such a note is not believed",
  async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const file = await store.put(digest, pieces("a package"));
    await store.writeNote("layer", "key", "true");
    await chown(file, 65_534, 65_534);
    await chown(path.join(store.directory, "notes", "layer", "key.json"), 65_534, 65_534);
    const again = (): Promise<Store> => openStore(store.directory);

    await expect((await again()).find(digest)).resolves.toBe(file);
    await expect((await again()).readNote("layer", "key")).resolves.toBeUndefined();
    await writeFile(file, "a PACKAGE");
    await expect((await again()).find(digest)).resolves.toBeUndefined();
  },
);

test.skipIf(process.getuid?.() !== 0)(
  "in the folder of another user nothing is believed without a proof",
  async () => {
    await using temporary = await temporaryStore();
    const { store } = temporary;
    const file = await store.put(digest, pieces("a package"));
    await store.writeNote("layer", "key", "true");
    await chown(store.directory, 65_534, 65_534);
    await writeFile(file, "a PACKAGE");
    const again = await openStore(store.directory);

    await expect(again.find(digest)).resolves.toBeUndefined();
    await expect(again.readNote("layer", "key")).resolves.toBeUndefined();
  },
);

test("a blob or a note that is a link is none", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const file = await store.put(digest, pieces("a package"));
  await store.writeNote("layer", "key", 1);
  const note = path.join(store.directory, "notes", "layer", "key.json");
  for (const each of [file, note]) {
    await rename(each, `${each}.away`);
    await symlink(`${each}.away`, each);
  }

  await expect(store.find(digest)).resolves.toBeUndefined();
  await expect(store.readNote("layer", "key")).resolves.toBeUndefined();
  // Written again, the link goes and not what it led to.
  await store.put(digest, pieces("a package"));
  await expect(store.find(digest)).resolves.toBe(file);
});

/** How a store can be broken under a run, each at one of the folders that it uses. */
const breakages = {
  "a file": (place: string) => writeFile(place, ""),
  "a link loop": (place: string) => symlink(place, place),
  "a link to nothing": (place: string) => symlink(`${place}/nothing/there`, place),
} as const;

/** A store that is broken at one of its folders; the store's own when the place is empty. */
async function brokenStore(
  folder: string,
  { kind, place }: { readonly kind: keyof typeof breakages; readonly place: string },
): Promise<Store> {
  const broken = path.join(folder, "store", place);
  await mkdir(path.dirname(broken), { recursive: true });
  await breakages[kind](broken);
  return openStore(path.join(folder, "store"));
}

const kinds = ["a file", "a link loop", "a link to nothing"] as const;
const everyKindAt = (
  ...places: readonly string[]
): readonly (readonly [keyof typeof breakages, string])[] =>
  kinds.flatMap((kind) => places.map((place) => [kind, place] as const));

test.for(everyKindAt("", "tmp", "blobs", "blobs/sha256"))(
  "%s at store/%s is one message about a blob, with the place",
  async ([kind, place]) => {
    await using folder = await temporaryFolder();
    const store = await brokenStore(folder.path, { kind, place });

    await expect(store.find(digest)).resolves.toBeUndefined();
    await expect(store.put(digest, pieces("a package"))).rejects.toMatchObject({
      code: "store-unusable",
      message: expect.stringContaining(store.directory),
    });
  },
);

test.for(everyKindAt("", "tmp", "notes", "notes/layer"))(
  "%s at store/%s leaves notes out",
  async ([kind, place]) => {
    await using folder = await temporaryFolder();
    const store = await brokenStore(folder.path, { kind, place });

    await expect(store.writeNote("layer", "key", 1)).resolves.toBeUndefined();
    await expect(store.readNote("layer", "key")).resolves.toBeUndefined();
  },
);

test("a folder in a blob's place is one message", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const file = await store.put(digest, pieces("a package"));
  await rm(file);
  await mkdir(path.join(file, "full"), { recursive: true });

  await expect(store.find(digest)).resolves.toBeUndefined();
  await expect(store.put(digest, pieces("a package"))).rejects.toMatchObject({
    code: "store-unusable",
    message: expect.stringContaining(file),
  });
});

test("a store that is removed while a file is written is one message", async () => {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  await using blob = await store.createTemporary();
  await rm(store.directory, { recursive: true });

  await expect(blob.commit(digest)).rejects.toMatchObject({
    code: "store-unusable",
    message: `Something was removed from the store in ${store.directory} while it was in use.`,
  });
});

test.for([
  ["ENOSPC", "disk-full"],
  ["EDQUOT", "disk-full"],
  ["EACCES", "store-unusable"],
  ["EPERM", "store-unusable"],
  ["EROFS", "store-unusable"],
  ["ENOTDIR", "store-unusable"],
  ["ENOENT", "store-unusable"],
  ["EISDIR", "store-unusable"],
  ["ELOOP", "store-unusable"],
  ["EIO", "store-unusable"],
  ["EMFILE", "store-unusable"],
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

test.for([
  ["a decompressor's", { code: "Z_DATA_ERROR" }],
  ["a stream's", { code: "ERR_STREAM_DESTROYED" }],
  ["one about a file elsewhere", { code: "ENOENT", path: "/project/file" }],
] as const)("%s error passes through", ([, fields]) => {
  const error = Object.assign(new Error("from elsewhere"), fields);

  expect(toStoreError(error, "/store")).toBe(error);
});

/** Modes below a folder, by path. */
async function modesBelow(directory: string): Promise<ReadonlyMap<string, string>> {
  const modes = new Map<string, string>();
  for (const { parentPath, name } of await readdir(directory, {
    recursive: true,
    withFileTypes: true,
  })) {
    const file = path.join(parentPath, name);
    modes.set(path.relative(directory, file), ((await stat(file)).mode & 0o777).toString(8));
  }
  return modes;
}

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
