import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { adviceOnCommand } from "../../../src/cli/usage/foreign-words.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { usageError } from "../../../src/cli/usage/usage-error.ts";

const streams = { stdout: process.stdout, stderr: process.stderr };

async function hintFor(line: string): Promise<string | undefined> {
  const program = await createProgram(streams, async () => undefined);
  try {
    await program.parseAsync(line.split(" "), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return usageError(
      error,
      program.commands.map((each) => each.name()),
    ).hint;
  }
  throw new Error(`${line} is no mistake`);
}

describe("a command of another tool is told what qclock has, and nothing is taken for a slip", () => {
  test.each(
    "rm kill copy version status pull push inspect create pause list destroy delete clean prune apply deploy test check".split(
      " ",
    ),
  )("%s", async (word) => {
    const hint = await hintFor(word);
    expect(hint).not.toMatch(/^Did you mean|reset/);
    expect(hint).not.toBe("qclock help lists the commands.");
  });
});

test("each command of compose is one of qclock's, or is told what qclock has", async () => {
  const words =
    "attach build commit config cp create down events exec export images kill logs ls pause port ps publish pull push restart rm run scale start stats stop top unpause up version viz volumes wait watch";
  const program = await createProgram(streams, async () => undefined);
  const names = new Set(program.commands.map((each) => each.name()));
  const others = words.split(" ").filter((word) => !names.has(word));
  expect(others).toContain("scale");
  const hints = others.map((word) => [word, adviceOnCommand(word, [...names])] as const);
  for (const [word, hint = ""] of hints) expect(`${word}: ${hint}`).toMatch(/: [^D].*\.$/);
  // What they advise exists.
  const advised = hints.flatMap(([, hint = ""]) =>
    [...hint.matchAll(/qclock ([a-z]+)/g)].map(([, name = ""]) => name),
  );
  expect(advised.filter((name) => !names.has(name))).toEqual([]);
});

describe("a slip of the keyboard", () => {
  test.each([
    ["biuld", "Did you mean build?"],
    ["exce", "Did you mean exec?"],
    ["verfy", "Did you mean verify?"],
    ["resett", "Did you mean reset?"],
    ["upp", "Did you mean up?"],
    ["zzzz", "qclock help lists the commands."],
    ["logs --folow", "Did you mean --follow? See 'qclock logs --help'."],
    ["reset --volumes", "See 'qclock reset --help'."],
    ["reset --purge-volume", "Did you mean --purge-volumes? See 'qclock reset --help'."],
  ])("%s", async (line, hint) => {
    expect(await hintFor(line)).toBe(hint);
  });

  test("never leads to what removes, but for the smallest", () => {
    expect(
      ["rest", "rset", "dwon", "own"].map((word) => adviceOnCommand(word, ["reset", "down"])),
    ).toEqual(["Did you mean reset?", undefined, undefined, undefined]);
  });
});

describe("other mistakes point to the help of their own command", () => {
  test.each([
    ["exec", "See 'qclock exec --help'."],
    ["exec app", "See 'qclock exec --help'."],
    ["up --foo", "See 'qclock up --help'."],
    ["lock why", "See 'qclock lock why --help'."],
    ["bundle frob", "See 'qclock bundle --help'."],
    ["up --jobs many", "See 'qclock up --help'."],
    ["--foo", "See 'qclock --help'."],
  ])("%s", async (line, hint) => {
    expect(await hintFor(line)).toBe(hint);
  });
});
