import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { readProjectVariables, type Variables } from "../../../../src/cli/open/variables.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** What is read in a project, as if a command ran in its folder. */
async function readIn(
  project: string,
  around: {
    readonly envFile?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Variables> {
  const session = {
    settings: { envFile: around.envFile ?? [] },
    host: {
      workingDirectory: project,
      environment: new Map(Object.entries(around.environment ?? {})),
    },
  };
  const read = await readProjectVariables(
    // @ts-expect-error -- only what is needed of a session
    session,
    { path: path.join(project, "stack.config.yaml") },
  );
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join("\n"));
  return read.value;
}

test(".env beside the manifest gives what the environment lacks", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, ".env"), "A=file\nB=file\n");

  const { environment, origins } = await readIn(folder.path, { environment: { A: "process" } });

  expect(Object.fromEntries(environment)).toEqual({ A: "process", B: "file" });
  expect(Object.fromEntries(origins)).toEqual({ B: ".env:2" });
});

test("named files take its place, and of several the later counts", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  const second = path.join(elsewhere.path, "second");
  await writeFile(path.join(folder.path, ".env"), "A=unread\nD=unread\n");
  await writeFile(path.join(folder.path, "first"), "A=1\nB=1\n");
  await writeFile(second, "B=2\nC=${A}${B}\n");

  const { environment } = await readIn(folder.path, { envFile: ["first", second] });

  expect(Object.fromEntries(environment)).toEqual({ A: "1", B: "2", C: "12" });
});

test("without any file the environment is what there is", async () => {
  await using folder = await temporaryFolder();
  await mkdir(path.join(folder.path, ".env"));

  const { environment, origins } = await readIn(folder.path, { environment: { A: "1" } });

  expect(Object.fromEntries(environment)).toEqual({ A: "1" });
  expect(origins.size).toBe(0);
});

test("a .env that is a link out of the project is not read", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  await writeFile(path.join(elsewhere.path, "credentials"), "A=1");
  await symlink(path.join(elsewhere.path, "credentials"), path.join(folder.path, ".env"));

  await expect(readIn(folder.path)).rejects.toMatchObject({ code: "path-outside-project" });
});

test("a named file that is not there is a mistake in the command line", async () => {
  await using folder = await temporaryFolder();

  await expect(readIn(folder.path, { envFile: ["nowhere"] })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("nowhere"),
  });
});

test("what is wrong in one is told with its place", async () => {
  await using folder = await temporaryFolder();
  await writeFile(path.join(folder.path, ".env"), "A B\n");

  await expect(readIn(folder.path)).rejects.toThrow("NAME=value");
});
