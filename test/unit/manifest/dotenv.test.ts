import { describe, expect, test } from "vitest";
import { readVariables } from "../../../src/manifest/dotenv/read.ts";
import { formatDiagnostics } from "../../../src/reporters/format/diagnostic.ts";

const environment = new Map([
  ["HOME", "/home/me"],
  ["EMPTY", ""],
]);

function read(text: string, format?: "dotenv" | "raw"): ReturnType<typeof readVariables> {
  return readVariables(
    { text, displayPath: ".env" },
    { lookup: (name) => environment.get(name), ...(format === undefined ? {} : { format }) },
  );
}

function valuesOf(text: string, format?: "dotenv" | "raw"): Readonly<Record<string, string>> {
  const { variables, problems } = read(text, format);
  expect(formatDiagnostics(problems, { color: false }).trim()).toBe("");
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

function screenOf(text: string): string {
  return `\n${formatDiagnostics(read(text).problems, { color: false })}`;
}

/**
 * Each row here and in the next table was given to compose-go's parser as well; those that differ
 * from it say so.
 */
describe("a line is read as compose reads it", () => {
  test.each([
    ["A=b", { A: "b" }],
    ["A = b ", { A: "b" }],
    ["  export A=b", { A: "b" }],
    ["export\tA=b", { A: "b" }],
    ["A: b", { A: "b" }],
    ["A=", { A: "" }],
    ["A=b=c", { A: "b=c" }],
    ["A.b-c=1", { "A.b-c": "1" }],
    ["\uFEFFA=b\r\nB=c\r\n", { A: "b", B: "c" }],
    ["\n# comment\n\n  # another\nA=b\n", { A: "b" }],
    ["A=b # comment", { A: "b" }],
    ["A=b#c", { A: "b#c" }],
    ["A=#b", { A: "#b" }],
    ['A="b # c" # comment', { A: "b # c" }],
    ["A='b' # comment", { A: "b" }],
    ['A=""', { A: "" }],
    [String.raw`A="a\nb\tc\\d\"e"`, { A: 'a\nb\tc\\d"e' }],
    [String.raw`A="\x \' \u00e9 \c"`, { A: String.raw`\x \' \u00e9 \c` }],
    [String.raw`A="\0101"`, { A: "A" }],
    [String.raw`A='a\nb\'c'`, { A: String.raw`a\nb'c` }],
    [String.raw`A=a\nb`, { A: String.raw`a\nb` }],
    ['A="one\ntwo"\nB=3', { A: "one\ntwo", B: "3" }],
    ["A='one\ntwo'\nB=3", { A: "one\ntwo", B: "3" }],
    ["A=1\nA=2", { A: "2" }],
    ["HOME\n", { HOME: "/home/me" }],
    ["EMPTY\nNOBODY\n", { EMPTY: "" }],
    ["A=it's", { A: "it's" }],
  ])("%j", (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });

  test.each([
    ["A=b\t# comment", { A: "b" }],
    ["A= # comment", { A: "" }],
  ])("but a comment is one everywhere behind a space: %j", (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });
});

describe("variables in values", () => {
  test.each([
    ["A=1\nB=${A}2\nC=$B", { A: "1", B: "12", C: "12" }],
    ['A=1\nB="${A}2"', { A: "1", B: "12" }],
    ["A=1\nB='${A}2'", { A: "1", B: "${A}2" }],
    ["A=${NOBODY:-x}", { A: "x" }],
    ["A=$$B", { A: "$B" }],
    [String.raw`A="\$B"`, { A: "$B" }],
    // The environment goes before the file, as compose has it.
    ["HOME=/elsewhere\nA=$HOME", { HOME: "/elsewhere", A: "/home/me" }],
    ["A=${EMPTY:-x}${EMPTY-y}", { A: "x" }],
  ])("%j", (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });
});

describe("the format raw", () => {
  test.each([
    ['A="b" # $C', { A: '"b" # $C' }],
    ["A= b ", { A: " b " }],
    ["# comment\n\n A=b\nHOME\nNOBODY\n", { A: "b", HOME: "/home/me" }],
  ])("%j", (text, expected) => {
    expect(valuesOf(text, "raw")).toEqual(expected);
  });

  test("has no name with a space", () => {
    expect(read("A B=c", "raw").problems.map(({ code }) => code)).toEqual(["env-file-syntax"]);
  });
});

describe("what is wrong", () => {
  test("is shown by its line, and no value is", () => {
    expect(
      screenOf(
        'A=1\nDB PASSWORD=hunter2\nexport TOKEN=pa$$word$hunter\nB="x" y\nC=${D\nE="open\nF=1\nhunter2',
      ),
    ).toMatchInlineSnapshot(`
      "
      .env:2:1 error: A variable is written as NAME=value, its name of letters, digits, \`_\`, \`.\` and \`-\`. [env-file-syntax]

          2 | ** ****************
            | ~~~~~~~~~~~~~~~~~~~
            hint: A value over several lines stands in quotes; a comment begins with #.

      .env:3:22 error: Variable hunter is not set. [unset-variable]

          3 | export TOKEN=***************
            |                      ~~~~~~~
            hint: Set it in the environment, or give a default: \${hunter:-value}. A value in single quotes is taken as it is, dollar signs included.

      .env:4:7 error: Nothing but a comment may follow the closing quote. [env-file-syntax]

          4 | B=*** *
            |       ~
            hint: Put the whole value in quotes, and a backslash before those inside of it.

      .env:5:3 error: A dollar sign and a brace begin no variable here. [invalid-interpolation]

          5 | C=***
            |   ~~~
            hint: Write \${NAME}, \${NAME:-default} or \${NAME:?message}; a plain dollar sign is $$. A value in single quotes is taken as it is, dollar signs included.

      .env:6:3 error: This quote is never closed. [env-file-syntax]

          6 | E=*****
            |   ~
            hint: Close it, or write a backslash before a quote that is meant as text.

      5 errors
      "
    `);
  });

  test("names the column of a variable in quotes, and the whole value where escapes move it", () => {
    const columns = (text: string): readonly number[] =>
      read(text).problems.map(({ location }) => location.column);
    expect(columns('A="one $TWO"')).toEqual([8]);
    expect(columns(String.raw`A="a\tone $TWO"`)).toEqual([3]);
  });

  test("is that a control character would be sent on", () => {
    expect(read(String.raw`A="\033[31m"`).problems[0]?.message).toBe(
      "A holds the control character ESC, U+001B.",
    );
  });

  test("is that what may be told to others holds what may not", () => {
    const { problems, variables } = read(
      "SECRET=1\nQCLOCK_PUBLIC_A=x\nQCLOCK_PUBLIC_B=$QCLOCK_PUBLIC_A\nQCLOCK_PUBLIC_C=${SECRET:-}\nQCLOCK_PUBLIC_D=${HOME}",
    );
    expect(problems.map(({ code, location }) => [code, location.line])).toEqual([
      ["variable-sent-away", 4],
      ["variable-sent-away", 5],
    ]);
    expect(variables.get("QCLOCK_PUBLIC_B")?.value).toBe("x");
    expect(variables.get("QCLOCK_PUBLIC_C")?.value).toBe("");
  });
});

test.each([
  ["half a million lines", "A=1\n".repeat(250_000)],
  ["an open quote and a megabyte", `A="${"\\\\x".repeat(300_000)}`],
  ["thousands of mistakes", "a b\n".repeat(100_000)],
  ["variables in variables", `A="${"${A:-".repeat(100_000)}"`],
])("%s cost little", (_what, text) => {
  const start = performance.now();
  expect(read(text).problems.length).toBeLessThanOrEqual(500);
  // Not a benchmark: what is not linear takes minutes.
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("more than a mebibyte is not read", () => {
  expect(read(`A=${"x".repeat(2 ** 20)}`).problems.map(({ code }) => code)).toEqual([
    "manifest-too-large",
  ]);
});

test("lines that each name the one before twice are refused before they fill the memory", () => {
  const doubling = Array.from({ length: 60 }, (_, index) => `A${index + 1}=$A${index}$A${index}`);
  const { problems, variables } = read([`A0=${"x".repeat(100)}`, ...doubling].join("\n"));
  expect(problems).toMatchObject([
    { code: "manifest-too-large", location: { file: ".env", line: 14 } },
  ]);
  const characters = variables.values().reduce((sum, { value }) => sum + value.length, 0);
  expect(characters).toBeLessThan(2 * 1024 * 1024);
});
