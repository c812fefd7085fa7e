import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { putInPlace } from "../../../src/store/put-in-place.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

test("what is made takes its place when it is whole, and not before", async () => {
  await using folder = await temporaryFolder();
  const place = path.join(folder.path, "file");
  await writeFile(place, "before");
  await putInPlace(place, async (temporary) => {
    await writeFile(temporary, "half");
    await expect(readFile(place, "utf8")).resolves.toBe("before");
    await writeFile(temporary, "after");
  });
  await expect(readFile(place, "utf8")).resolves.toBe("after");
  await expect(readdir(folder.path)).resolves.toEqual(["file"]);
});

test("two runs do not make it under one name", async () => {
  await using folder = await temporaryFolder();
  const names = new Set<string>();
  const putting = [1, 2].map((count) =>
    putInPlace(path.join(folder.path, "file"), async (temporary) => {
      names.add(temporary);
      await writeFile(temporary, String(count), { flag: "wx" });
    }),
  );
  await Promise.all(putting);
  expect(names.size).toBe(2);
});

test("of what fails nothing stays, and the failure is told as it is", async () => {
  await using folder = await temporaryFolder();
  const place = path.join(folder.path, "file");
  await writeFile(place, "before");
  const failure = new Error("the pipe broke");
  const failing = putInPlace(place, async (temporary) => {
    await writeFile(temporary, "half");
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  await expect(readFile(place, "utf8")).resolves.toBe("before");
  await expect(readdir(folder.path)).resolves.toEqual(["file"]);

  await mkdir(path.join(folder.path, "folder"));
  const occupied = putInPlace(path.join(folder.path, "folder"), (temporary) =>
    writeFile(temporary, "whole"),
  );
  await expect(occupied).rejects.toMatchObject({ code: "EISDIR" });
  await expect(readdir(folder.path)).resolves.toEqual(["file", "folder"]);
});

test("a folder that is not there is the failure that is told", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "file");
  await writeFile(file, "");
  const below = putInPlace(path.join(file, "below"), (temporary) => writeFile(temporary, ""));
  await expect(below).rejects.toMatchObject({ code: "ENOTDIR", syscall: "open" });
});

test("a name may be as long as the file system takes", async () => {
  await using folder = await temporaryFolder();
  const name = "n".repeat(255);
  await putInPlace(path.join(folder.path, name), (temporary) => writeFile(temporary, "whole"));
  await expect(readdir(folder.path)).resolves.toEqual([name]);
});
