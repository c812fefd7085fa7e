import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { keepCopy, refuseOccupied, writeWholeFile } from "../../../src/store/whole-file.ts";
import { canMountDisks, mountSmallDisk, smallDiskBytes } from "../../support/small-disk.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const canMount = await canMountDisks();

test("small and large pieces are written in their order", async () => {
  await using folder = await temporaryFolder();
  const parts = [1, 2_000_000, 3, 1_048_576, 1_048_575, 5].map((size, index) =>
    Buffer.alloc(size, index + 1),
  );

  const bytes = await write(path.join(folder.path, "file"), parts);

  const content = await readFile(path.join(folder.path, "file"));
  expect(bytes).toBe(content.length);
  expect(content.equals(Buffer.concat(parts))).toBe(true);
  await expect(readdir(folder.path)).resolves.toEqual(["file"]);
});

test("a file in the way stays as it is, unless it may be replaced", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  await writeFile(file, "before");

  await expect(write(file, [Buffer.from("after")])).rejects.toMatchObject({
    code: "would-lose-data",
    hint: expect.stringContaining("--force"),
  });
  await expect(readFile(file, "utf8")).resolves.toBe("before");

  await write(file, [Buffer.from("after")], true);
  await expect(readFile(file, "utf8")).resolves.toBe("after");
});

test("a file that comes while this one is written is not lost", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("ours");
    await writeFile(file, "theirs");
  };

  const writing = writeWholeFile({ file, content: content(), replace: false });

  await expect(writing).rejects.toMatchObject({ code: "would-lose-data" });
  await expect(readFile(file, "utf8")).resolves.toBe("theirs");
  await expect(readdir(folder.path)).resolves.toEqual(["file"]);
});

test("content that fails half-way leaves nothing, and the file before it as it was", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  await writeFile(file, "before");
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(3_000_000);
    throw new Error("cut");
  };

  await expect(writeWholeFile({ file, content: content(), replace: true })).rejects.toThrow("cut");

  await expect(readFile(file, "utf8")).resolves.toBe("before");
  await expect(readdir(folder.path)).resolves.toEqual(["file"]);
});

test("what is no file is never replaced, not even by force", async () => {
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, "folder"));
  await symlink("/dev/null", path.join(folder.path, "device"));

  for (const name of ["folder", "device"])
    await expect(refuseOccupied(path.join(folder.path, name), true)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("is no file"),
    });
});

test("a folder that is not there is told", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "nowhere", "file");

  await expect(write(file, [])).rejects.toMatchObject({
    code: "usage",
    message: `${file} cannot be written.`,
  });
});

test.skipIf(!canMount)("a full disk is told, and nothing is kept", async () => {
  await using disk = await mountSmallDisk();
  const file = path.join(disk.path, "file");

  await expect(write(file, [Buffer.alloc(2 * smallDiskBytes)])).rejects.toMatchObject({
    code: "disk-full",
    message: expect.stringContaining(file),
  });

  await expect(readdir(disk.path)).resolves.toEqual([]);
});

test("each copy has a name of its own", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "lock");
  await writeFile(file, "one");
  await expect(keepCopy(file)).resolves.toBe(`${file}.bak`);
  await writeFile(file, "two");
  await expect(keepCopy(file)).resolves.toBe(`${file}.bak.1`);
  await expect(readFile(`${file}.bak`, "utf8")).resolves.toBe("one");
  await expect(readFile(`${file}.bak.1`, "utf8")).resolves.toBe("two");
});

async function write(file: string, parts: readonly Buffer[], replace = false): Promise<number> {
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield* parts;
  };
  return writeWholeFile({ file, content: content(), replace });
}
