import { describe, expect, test } from "vitest";
import { parseDotenv, parseRaw, type Statement } from "../../../../src/manifest/dotenv/parse.ts";

/** A statement in short, with the parts of the text that its offsets name. */
function inShort(text: string, statement: Statement): string {
  const { type, start } = statement;
  switch (type) {
    case "malformed":
      return `${statement.reason} <${text.slice(start, statement.end)}>`;
    case "inherited":
      return `${statement.name} at ${start}`;
    case "assignment": {
      const { name, value, valueStart, valueEnd, hasVariables } = statement;
      const written = text.slice(valueStart, valueEnd);
      const kind = hasVariables ? "" : " as it is";
      return `${name} at ${start} = ${JSON.stringify(value)}${kind} <${written}>`;
    }
  }
}

describe("each statement tells where it and its value stand", () => {
  test.each([
    ["A=b", ['A at 0 = "b" <b>']],
    ["A=b\nB=c\n\nC=d", ['A at 0 = "b" <b>', 'B at 4 = "c" <c>', 'C at 9 = "d" <d>']],
    ["  export \t A  =  b c  ", ['A at 11 = "b c" <b c>']],
    ["A", ["A at 0"]],
    ["  export A \nB", ["A at 9", "B at 12"]],
    ["export", ["export at 0"]],
    ["exported=1", ['exported at 0 = "1" <1>']],
    ["A =", ['A at 0 = "" <>']],
    ["A= \nB=1", ['A at 0 = "" <>', 'B at 4 = "1" <1>']],
    ["A:\nB: x", ['A at 0 = "" <>', 'B at 3 = "x" <x>']],
    ['A=\n"x"=1', ['A at 0 = "" <>', 'name <"x"=1>']],
    ["A=$X #y", ['A at 0 = "$X" <$X>']],
    ["A= 'b' ", [`A at 0 = "b" as it is <'b'>`]],
    ["A=' b '\nB", [`A at 0 = " b " as it is <' b '>`, "B at 8"]],
    ['A="b\nc" # d\nB=1', ['A at 0 = "b\\nc" <"b\nc">', 'B at 12 = "1" <1>']],
    ["é_1.2-3[4]=x", ['é_1.2-3[4] at 0 = "x" <x>']],
    ["1A=x", ['1A at 0 = "x" <x>']],
    ["A:=b", ['A at 0 = "=b" <=b>']],
  ])("%j", (text, expected) => {
    expect(parseDotenv(text).map((one) => inShort(text, one))).toEqual(expected);
  });
});

describe("what is no statement is shown, and the next line is read", () => {
  test.each([
    ["=b\nB=c", ["name <=b>", 'B at 3 = "c" <c>']],
    ["  A B=c\nB", ["name <A B=c>", "B at 8"]],
    ["A,B=c", ["name <A,B=c>"]],
    ["export A B", ["name <A B>"]],
    ['A="b" c \nB=1', ["trailing <c >", 'B at 9 = "1" <1>']],
    ["A='b'c # d\nB=1", ["trailing <c # d>", 'B at 11 = "1" <1>']],
    ['A="b"# c', ["trailing <# c>"]],
    ['A="b\nB=1\n', ['unclosed <">']],
    ["A= 'b\\'\nB=1", ["unclosed <'>"]],
  ])("%j", (text, expected) => {
    expect(parseDotenv(text).map((one) => inShort(text, one))).toEqual(expected);
  });
});

/** As Go's `strconv` and compose-go's parser read them. */
test.each([
  [String.raw`"\a\b\f\n\r\t\v"`, "\u0007\b\f\n\r\t\v"],
  [String.raw`"\\n"`, String.raw`\n`],
  [String.raw`"\"\$\'"`, String.raw`"$$\'`],
  [String.raw`"\01\012\0123"`, "\u0001\nS"],
  [String.raw`"\08\1"`, String.raw`\08\1`],
  [String.raw`'\n\\\'\"'`, String.raw`\n\\'\"`],
])("the escapes of %s become what they stand for", (written, value) => {
  expect(parseDotenv(`A=${written}`)).toMatchObject([{ type: "assignment", value }]);
});

describe("without quoting all behind the first = is the value, as docker run --env-file has it", () => {
  test.each([
    ["A=b\nB", ['A at 0 = "b" as it is <b>', "B at 4"]],
    ["A=", ['A at 0 = "" as it is <>']],
    ["A=\nB=", ['A at 0 = "" as it is <>', 'B at 3 = "" as it is <>']],
    ["  A= b=c # d\n", ['A at 2 = " b=c # d" as it is < b=c # d>']],
    [" # A=b\n\t\n\nB='c'", [`B at 10 = "'c'" as it is <'c'>`]],
    ["\tA", ["A at 1"]],
    [" =b\nA=1", ["name <=b>", 'A at 4 = "1" as it is <1>']],
    [" A B=c\nD", ["name <A B=c>", "D at 7"]],
    ["A=1\nA =b", ['A at 0 = "1" as it is <1>', "name <A =b>"]],
    ["export A=b", ["name <export A=b>"]],
  ])("%j", (text, expected) => {
    expect(parseRaw(text).map((one) => inShort(text, one))).toEqual(expected);
  });
});
