import { describe, expect, test } from "vitest";
import { type ReadOptions, readVariables } from "../../../../src/manifest/dotenv/read.ts";

function read(text: string, options: Partial<ReadOptions> = {}): ReturnType<typeof readVariables> {
  const lookup: ReadOptions["lookup"] = (name) => (name === "HOME" ? "/root" : undefined);
  return readVariables({ text, displayPath: "app.env" }, { lookup, ...options });
}

/** What is underlined, with the line and column at which it begins. */
function places(text: string, options: Partial<ReadOptions> = {}): readonly string[] {
  return read(text, options).problems.map(({ code, location }) => {
    const { line, column, offset, length } = location;
    return `${line}:${column} ${code} <${text.slice(offset, offset + length)}>`;
  });
}

describe("a problem is underlined where it stands, and on its first line alone", () => {
  test.each([
    ["A=1\n  B C=2\n", ["2:3 env-file-syntax <B C=2>"]],
    ["A='1' x  ", ["1:7 env-file-syntax <x  >"]],
    ["A=$NOBODY-x", ["1:3 unset-variable <$NOBODY>"]],
    ["A=x${NOBODY}y", ["1:4 unset-variable <${NOBODY}>"]],
    ['A="x$NOBODY"', ["1:5 unset-variable <$NOBODY>"]],
    ['A="\n$NOBODY x"', ["2:1 unset-variable <$NOBODY>"]],
    ['A="\\t$NOBODY\nx"', ['1:3 unset-variable <"\\t$NOBODY>']],
    ["A=1\nB=${A\nC=1", ["2:3 invalid-interpolation <${A>"]],
    ['LONGER_THAN_THE_VALUE=1\nA="\\t$NO"', ['2:3 unset-variable <"\\t$NO">']],
    ['export ABC="\u0001"', ["1:8 invalid-value <ABC>"]],
    ["QCLOCK_PUBLIC_A=$HOME/x", ["1:17 variable-sent-away <$HOME/x>"]],
    ['QCLOCK_PUBLIC_A="$HOME\nx"', ['1:17 variable-sent-away <"$HOME>']],
  ])("%j", (text, expected) => {
    expect(places(text)).toEqual(expected);
  });
});

test("of a line with a problem the name is shown, and its value hidden", () => {
  const line = (text: string): string | undefined => read(text).problems[0]?.location.sourceLine;
  expect(line("  export  A.b-c =x $NOBODY\n")).toBe("  export  A.b-c =* *******");
  expect(line('A: "ä$NOBODY"')).toBe("A: **********");
  expect(line("A=1\nsecret words")).toBe("****** *****");
});

test("a variable has the place of its name", () => {
  const { variables } = read("\n  export HOME\nBEE=1\n");
  expect(variables.get("HOME")).toMatchObject({
    value: "/root",
    location: { file: "app.env", line: 2, column: 10, offset: 10, length: 4 },
  });
  expect(variables.get("BEE")?.location).toMatchObject({ line: 3, column: 1, length: 3 });
});

test("the environment goes before the file, and the file before earlier ones", () => {
  const { variables, problems } = read("A=file\nX=$HOME $A $B\nA\nB\nC", {
    earlier: (name) => (name === "C" ? undefined : `earlier ${name}`),
  });
  expect(problems).toEqual([]);
  expect([...variables].map(([name, { value }]) => `${name}=${value}`)).toEqual([
    "A=file",
    "X=/root file earlier B",
    "B=earlier B",
  ]);
});

test("a dollar sign that is meant as text is hinted at where single quotes would help", () => {
  const hintOf = (text: string, lookup: ReadOptions["lookup"] = () => undefined) =>
    read(text, { lookup }).problems.map(({ hint }) => hint?.includes("single quotes"));
  expect(hintOf("A=$B")).toEqual([true]);
  expect(hintOf("A=${B")).toEqual([true]);
  // What is wrong is the variable's value, however it is written.
  expect(hintOf("A=$B", () => "\uFFFD")).toEqual([false]);
  expect(hintOf(`A=${"$B".repeat(3)}`, () => "x".repeat(2 ** 20))).toContain(false);
});

test("a mebibyte is read, and of more its beginning is shown", () => {
  const text = `A=1\n#${"x".repeat(2 ** 20 - 5)}`;
  expect(read(text).problems).toEqual([]);
  expect(places(`${text}x`)).toEqual(["1:1 manifest-too-large <A>"]);
});

test("five hundred mistakes are told, and no more", () => {
  expect(places("a b\n".repeat(600))).toHaveLength(500);
});

test("a variable that may be told takes from others that may be told, whatever their form", () => {
  const text = "QCLOCK_PUBLIC_A=1\nQCLOCK_PUBLIC_B=${QCLOCK_PUBLIC_A}${QCLOCK_PUBLIC_C:-2}";
  expect(read(text).problems).toEqual([]);
  expect(read(text).variables.get("QCLOCK_PUBLIC_B")?.value).toBe("12");
  const sent = read("QCLOCK_PUBLIC_C=${QCLOCK_PUBLIC_A:-}${FIRST:-}${SECOND:-}").problems;
  expect(sent.map(({ message }) => message)).toEqual([
    "QCLOCK_PUBLIC_C may be sent to another machine, so FIRST must not be part of it.",
  ]);
  expect(read("A=1\nQCLOCK_PUBLIC_B='$A'").variables.get("QCLOCK_PUBLIC_B")?.value).toBe("$A");
});
