import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { StoredFile } from "../../../../../src/packages/rpm/repositories/metadata-file.ts";
import { writePrimaryInThread } from "../../../../../src/packages/rpm/repositories/primary-thread.ts";
import {
  type PrimaryTask,
  writePrimary,
} from "../../../../../src/packages/rpm/repositories/write-primary.ts";
import { primaryXml } from "../../../../support/rpm/a-repository.ts";
import { temporaryFolder } from "../../../../support/temporary-store.ts";

const packages = [
  { name: "web", dependencies: { provides: ['name="httpd"'], requires: ['name="/bin/sh"'] } },
  { name: "tools", files: ["/usr/bin/tool"], architecture: "x86_64" },
  { name: "other", architecture: "aarch64" },
];

test("a thread writes the same tables as reading here", async () => {
  await using folder = await temporaryFolder();
  const task = await taskIn(folder.path, primaryXml(packages));
  await writePrimary(task, never());
  const here = await readFile(task.target, "latin1");

  await writePrimaryInThread({ ...task, target: path.join(folder.path, "there") }, never());

  expect(await readFile(path.join(folder.path, "there"), "latin1")).toBe(here);
  expect(here).toContain("/usr/bin/tool");
  expect(here).not.toContain("aarch64");
});

test("what is wrong with a list is said in the same words", async () => {
  await using folder = await temporaryFolder();
  const task = await taskIn(folder.path, "<metadata packages='2'></metadata>");
  const message = "it says that it lists 2 packages, and lists 0";

  await expect(writePrimary(task, never())).rejects.toThrow(message);
  await expect(writePrimaryInThread(task, never())).rejects.toThrow(message);
});

test("what the file system says of the target arrives whole", async () => {
  await using folder = await temporaryFolder();
  const task = await taskIn(folder.path, primaryXml(packages));
  const target = path.join(folder.path, "absent/tables");

  await expect(writePrimaryInThread({ ...task, target }, never())).rejects.toMatchObject({
    code: "ENOENT",
    syscall: "open",
    path: target,
  });
});

test("an interruption ends a thread that reads", async () => {
  await using folder = await temporaryFolder();
  const task = await taskIn(folder.path, primaryXml(packages));
  const interruption = new AbortController();
  const reading = writePrimaryInThread(task, interruption.signal);
  interruption.abort(new Error("interrupted"));

  await expect(reading).rejects.toThrow("interrupted");
});

function never(): AbortSignal {
  return new AbortController().signal;
}

async function taskIn(folder: string, text: string): Promise<PrimaryTask> {
  const stored = path.join(folder, "primary.xml");
  await writeFile(stored, text);
  const file: StoredFile = {
    repository: "all",
    path: "primary.xml",
    digest: `sha256:${"0".repeat(64)}`,
    stored,
    unpackedBytes: undefined,
  };
  return { file, architecture: "x86_64", target: path.join(folder, "tables"), form: "a test" };
}
