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
    /** Profiles, and what has named them. */
    readonly profiles?: readonly [names: readonly string[], origin: string, from: string];
  } = {},
): Promise<Variables> {
  const session = {
    settings: { envFile: around.envFile ?? [], profile: around.profiles?.[0] ?? [] },
    origins: new Map([
      ["profile", { origin: around.profiles?.[1] ?? "default", from: around.profiles?.[2] ?? "" }],
    ]),
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

test("chosen profiles are in the variable that says the same, and it says where they are from", async () => {
  await using folder = await temporaryFolder();
  const withFlag = {
    environment: { QCLOCK_PROFILES: "other" },
    profiles: [["debug", "identity"], "flag", "--profile"],
  } as const;

  const bare = await readIn(folder.path, withFlag);
  await writeFile(path.join(folder.path, ".env"), "QCLOCK_PROFILES=file\n");
  const beside = await readIn(folder.path, withFlag);
  const fromFile = await readIn(folder.path);
  const own = await readIn(folder.path, {
    environment: { QCLOCK_PROFILES: "a, b" },
    profiles: [["a", "b"], "variable", "QCLOCK_PROFILES"],
  });

  for (const { environment, origins } of [bare, beside]) {
    expect(environment.get("QCLOCK_PROFILES")).toBe("debug,identity");
    expect(origins.get("QCLOCK_PROFILES")).toBe("--profile");
  }
  expect(fromFile.environment.get("QCLOCK_PROFILES")).toBe("file");
  expect(own.environment.get("QCLOCK_PROFILES")).toBe("a, b");
});
