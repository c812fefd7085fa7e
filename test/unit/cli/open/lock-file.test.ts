import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readLock } from "../../../../src/cli/open/lock-file.ts";
import { temporaryFolder, temporaryStore } from "../../../support/temporary-store.ts";

const inTheWay: Readonly<Record<string, (file: string) => unknown>> = {
  "a pipe": (file) => execFileSync("mkfifo", [file]),
  "a folder": (file) => mkdir(file),
  "a link to itself": (file) => symlink(file, file),
};

test.for(Object.entries(inTheWay))(
  "%s in the lock's place is refused at once",
  async ([, make]) => {
    await using folder = await temporaryFolder();
    await using temporary = await temporaryStore();
    const file = path.join(folder.path, "stack.lock.yaml");
    await make(file);

    await expect(readLock(file, "stack.lock.yaml", temporary.store)).rejects.toMatchObject({
      code: "lock-invalid",
      message: "The lock stack.lock.yaml cannot be read.",
    });
  },
);

test("no lock is no failure", async () => {
  await using folder = await temporaryFolder();
  await using temporary = await temporaryStore();
  const file = path.join(folder.path, "stack.lock.yaml");

  expect(await readLock(file, "stack.lock.yaml", temporary.store)).toMatchObject({ ok: true });
});
