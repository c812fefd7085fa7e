import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../../../src/cli/program.ts";
import {
  parseTimeSpan,
  type ResolvedSettings,
  resolveSettings,
} from "../../../../src/cli/settings/settings.ts";
import { parseUserConfig } from "../../../../src/cli/settings/user-config.ts";

/** Parse a command line and give the settings that its command would get. */
async function settingsOf(
  argv: readonly string[],
  around: {
    readonly environment?: Record<string, string>;
    readonly config?: Record<string, string>;
  } = {},
): Promise<ResolvedSettings> {
  let found: Command | undefined;
  const streams = { stdout: process.stdout, stderr: process.stderr };
  const program = await createProgram(streams, async (command) => {
    found = command;
  });
  await program.parseAsync([...argv], { from: "user" });
  if (found === undefined) throw new Error("no command was run");
  return resolveSettings({
    command: found,
    environment: new Map(Object.entries(around.environment ?? {})),
    config: new Map(Object.entries(around.config ?? {})),
    configFile: "/home/u/.config/qclock/config.yaml",
  });
}

describe("global options", () => {
  test.each([
    [["--file", "a.yaml", "ps"]],
    [["ps", "--file", "a.yaml"]],
    [["-f", "a.yaml", "ps"]],
    [["ps", "-f", "a.yaml"]],
  ])("work before and after the command: %j", async (argv) => {
    expect((await settingsOf(argv)).values.file).toEqual(["a.yaml"]);
  });

  test("that take several values keep them in order", async () => {
    const argv = ["-f", "a.yaml", "ps", "--file", "b.yaml", "-f", "c:d.yaml"];
    expect((await settingsOf(argv)).values.file).toEqual(["a.yaml", "b.yaml", "c:d.yaml"]);
    const environment = { QCLOCK_FILE: "a.yaml:ci/b.yaml" };
    const { values, origins } = await settingsOf(["ps"], { environment });
    expect(values.file).toEqual(["a.yaml", "ci/b.yaml"]);
    expect(origins.get("file")?.from).toBe("QCLOCK_FILE");
  });

  test("work on a command of a command", async () => {
    expect((await settingsOf(["engine", "--json", "info", "-v"])).values).toMatchObject({
      json: true,
      verbose: true,
    });
  });

  test("leave -f to logs, which follows as everywhere", async () => {
    const { values } = await settingsOf(["-f", "a.yaml", "logs", "-f", "app"]);
    expect(values.file).toEqual(["a.yaml"]);
  });

  test("after the program's name of exec belong to the program", async () => {
    expect((await settingsOf(["exec", "db", "ls", "--json", "-v"])).values).toMatchObject({
      json: false,
      verbose: false,
    });
  });
});

describe("precedence", () => {
  const environment = { QCLOCK_JOBS: "3" };
  const config = { jobs: "2" };

  test.each([
    ["the flag", ["ps", "--jobs", "4"], { environment, config }, 4, "--jobs"],
    ["then the variable", ["ps"], { environment, config }, 3, "QCLOCK_JOBS"],
    ["then the user's file", ["ps"], { config }, 2, "/home/u/.config/qclock/config.yaml"],
  ] as const)("%s", async (_, argv, around, jobs, from) => {
    const { values, origins } = await settingsOf(argv, around);
    expect(values.jobs).toBe(jobs);
    expect(origins.get("jobs")?.from).toBe(from);
  });

  test("an empty variable counts as unset", async () => {
    expect(
      (await settingsOf(["ps"], { environment: { QCLOCK_FILE: "", QCLOCK_OFFLINE: "" } })).values,
    ).toMatchObject({
      file: [],
      offline: false,
    });
  });

  test.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["no", false],
  ])("a switch's variable is read, not only noticed: %s", async (value, offline) => {
    expect(
      (await settingsOf(["ps"], { environment: { QCLOCK_OFFLINE: value } })).values.offline,
    ).toBe(offline);
  });

  test("a variable that cannot be used is named", async () => {
    await expect(
      settingsOf(["ps"], { environment: { QCLOCK_JOBS: "many" } }),
    ).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("QCLOCK_JOBS"),
    });
  });
});

describe("a wrong command line", () => {
  test.each([
    [["biuld"], /unknown command 'biuld'[\s\S]*build/],
    [["ps", "--jsn"], /unknown option '--jsn'[\s\S]*--json/],
    [["ps", "--jobs", "0"], /at least 1/],
    [["ps", "--progress", "loud"], /Allowed choices are auto, tty/],
    [["exec", "db"], /missing required argument 'command'/],
    [["ps", "extra"], /too many arguments/],
  ])("%j is refused", async (argv, message) => {
    await expect(settingsOf(argv)).rejects.toThrow(message);
  });
});

test.each([
  ["250ms", 250],
  ["90s", 90_000],
  ["1m30s", 90_000],
  ["1h", 3_600_000],
  ["1.5", 1500],
])("the duration %s is %d ms", (text, durationMs) => {
  expect(parseTimeSpan(text)).toBe(durationMs);
});

test.each(["", "s", "10 apples", "1m 30s", "-5s"])('"%s" is no duration', (text) => {
  expect(() => parseTimeSpan(text)).toThrow(/is not a duration/);
});

describe("the user's file", () => {
  test("has a setting a line, with comments and quotes", () => {
    expect(
      parseUserConfig(
        '# mine\n\n---\njobs: 2 # few\ncolor: "never"\nhost: unix:///run/x.sock\n',
        "c.yaml",
      ),
    ).toEqual(
      new Map([
        ["jobs", "2"],
        ["color", "never"],
        ["host", "unix:///run/x.sock"],
      ]),
    );
  });

  test.each([
    ["jbos: 2", /c\.yaml:1 names "jbos"/],
    ["jobs 2", /c\.yaml:1 is not of the form/],
  ])("with the line %s is refused by its place", (text, message) => {
    expect(() => parseUserConfig(text, "c.yaml")).toThrow(message);
  });
});
