import { describe, expect, test } from "vitest";
import { type ExecOptions, type ExecPlan, planExec } from "../../../src/cli/exec-options.ts";

interface Terminals {
  readonly isInputTerminal?: boolean;
  readonly isOutputTerminal?: boolean;
}

function plan(
  options: Partial<ExecOptions>,
  words: readonly string[] = ["sh"],
  terminals: Terminals = {},
): ExecPlan {
  return planExec({
    service: "app",
    words,
    options: { env: [], ...options },
    environment: new Map([["HOME", "/root"]]),
    isInputTerminal: true,
    isOutputTerminal: true,
    ...terminals,
  });
}

describe("terminal and input", () => {
  const pipe = { isInputTerminal: false };

  test.each<[string, Partial<ExecOptions>, Terminals, boolean, boolean]>([
    ["neither, at a terminal", {}, {}, true, true],
    ["neither, in a pipe", {}, pipe, false, true],
    ["neither, into a file", {}, { isOutputTerminal: false }, false, true],
    ["-T", { tty: false }, {}, false, true],
    ["-i, at a terminal", { interactive: true }, {}, false, true],
    ["-t", { tty: true }, {}, true, false],
    ["-t, in a pipe", { tty: true }, pipe, true, false],
    ["-it", { interactive: true, tty: true }, {}, true, true],
    ["-it, into a file", { interactive: true, tty: true }, { isOutputTerminal: false }, true, true],
  ])("%s", (_, options, terminals, tty, attachStdin) => {
    expect(plan(options, ["sh"], terminals)).toMatchObject({ tty, attachStdin });
  });

  test("-it without a terminal is refused", () => {
    expect(() => plan({ interactive: true, tty: true }, ["sh"], pipe)).toThrow(
      "The input is not a terminal",
    );
  });
});

describe("variables, folder and user", () => {
  test("are handed on", () => {
    expect(plan({ env: ["A=1", "B=", "HOME", "UNSET"], workdir: "/srv", user: "7" })).toMatchObject(
      { environment: ["A=1", "B=", "HOME=/root"], workingDirectory: "/srv", user: "7" },
    );
  });

  test.each([
    [{ env: ["=1"] }, '"=1" is no variable.'],
    [{ workdir: "srv" }, '"srv" is no absolute path.'],
  ])("%j is refused", (options, message) => {
    expect(() => plan(options)).toThrow(message);
  });

  test("an empty user is the container's own", () => {
    expect(plan({ user: "" })).not.toHaveProperty("user");
    expect(plan({ user: "10001:5" })).toMatchObject({ user: "10001:5" });
  });
});

describe("the command", () => {
  test.each([
    [
      ["ls", "-l", "--", "x"],
      ["ls", "-l", "--", "x"],
    ],
    [
      ["--", "ls", "-l"],
      ["ls", "-l"],
    ],
    [["--", "-odd"], ["-odd"]],
  ])("%j", (words, command) => {
    expect(plan({}, words).command).toEqual(command);
  });

  test.each([[["--"]], [["-it", "bash"]]])("%j is refused, with where options stand", (words) => {
    expect(() => plan({}, words)).toThrow(
      expect.objectContaining({ code: "usage", hint: expect.stringContaining("exec --help") }),
    );
  });
});
