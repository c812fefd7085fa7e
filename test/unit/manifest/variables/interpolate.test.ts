import { describe, expect, test } from "vitest";
import { interpolate } from "../../../../src/manifest/variables/interpolate.ts";

const environment = new Map([
  ["NAME", "value"],
  ["EMPTY", ""],
  ["OTHER", "other"],
]);

describe("values", () => {
  test.each([
    ["nothing to do", "nothing to do"],
    ["$NAME", "value"],
    ["${NAME}", "value"],
    ["a${NAME}b$OTHER.c", "avaluebother.c"],
    ["${EMPTY}", ""],
    ["${EMPTY:-default}", "default"],
    ["${EMPTY-default}", ""],
    ["${UNSET:-default}", "default"],
    ["${UNSET-default}", "default"],
    ["${UNSET:-}", ""],
    ["${UNSET:-${NAME}}", "value"],
    ["${UNSET:-${ALSO:-${NAME}!}}", "value!"],
    ["${NAME:+there}", "there"],
    ["${EMPTY:+there}", ""],
    ["${EMPTY+there}", "there"],
    ["${UNSET+there}", ""],
    ["${NAME:?needed}", "value"],
    ["${EMPTY?needed}", ""],
    ["$$NAME", "$NAME"],
    ["$${NAME}", "${NAME}"],
    ["costs 5$", "costs 5$"],
    ["$1 and $-", "$1 and $-"],
    ["${UNSET:-a:b}", "a:b"],
    ["${UNSET:-a}b}", "ab}"],
    // Braces count in pairs, so that JSON can be a default.
    ['${NAME:-{"a":1}}', "value"],
    ['${UNSET:-{"a":1}}', '{"a":1}'],
    ['${UNSET:-{"a":{"b":2}}}!', '{"a":{"b":2}}!'],
    ["${UNSET:-{a}{b}}c", "{a}{b}c"],
    ["${UNSET:-${ALSO:-{x}}}", "{x}"],
    ["${NAME:+{y}}", "{y}"],
    ["${UNSET:-{${NAME}}}", "{value}"],
    ["a { ${NAME} }", "a { value }"],
    // Where they do not, only those of variables count.
    ["${UNSET:-{}", "{"],
    ["${NAME-{a}", "value"],
    ["${UNSET:-{} and ${NAME}", "{ and value"],
    ["${NAME}}", "value}"],
    ["${UNSET:-$$x}", "$x"],
    ["${UNSET:-$${x}}", "${x}"],
    ["${UNSET:-a:?b}", "a:?b"],
    ["${UNSET-:-b}", ":-b"],
    ["${UNSET:-a\nb}", "a\nb"],
    ["${NAME:?see ${ALSO:?inner}}", "value"],
  ])("%s becomes %s", (source, text) => {
    expect(interpolate(source, environment)).toMatchObject({ text, problems: [] });
  });
});

describe("problems", () => {
  test.each([
    ["a $UNSET b", "unset-variable", "Variable UNSET is not set.", "$UNSET"],
    ["a ${UNSET} b", "unset-variable", "Variable UNSET is not set.", "${UNSET}"],
    [
      "${UNSET:?say it}",
      "unset-variable",
      "Variable UNSET is not set: say it.",
      "${UNSET:?say it}",
    ],
    ["${EMPTY:?say it}", "unset-variable", "Variable EMPTY is empty: say it.", "${EMPTY:?say it}"],
    [
      "${UNSET:?see ${NAME}}",
      "unset-variable",
      "Variable UNSET is not set: see value.",
      "${UNSET:?see ${NAME}}",
    ],
    [
      "${UNSET:?see ${ALSO}!}",
      "unset-variable",
      "Variable UNSET is not set: see !",
      "${UNSET:?see ${ALSO}!}",
    ],
    ["${UNSET?}", "unset-variable", "Variable UNSET is not set.", "${UNSET?}"],
    ["x${A:-${UNSET}}", "unset-variable", "Variable UNSET is not set.", "${UNSET}"],
    ["a ${NAME", "invalid-interpolation", '"${NAME" is not a variable.', "${NAME"],
    ["${}", "invalid-interpolation", '"${}" is not a variable.', "${}"],
    ["${1A}", "invalid-interpolation", '"${1A}" is not a variable.', "${1A}"],
    ["${ NAME }", "invalid-interpolation", '"${ NAME }" is not a variable.', "${ NAME }"],
    ["${NAME:=x}", "invalid-interpolation", '"${NAME:=x}" is not a variable.', "${NAME:=x}"],
    ["${NAME/a/b} x", "invalid-interpolation", '"${NAME/a/b}" is not a variable.', "${NAME/a/b}"],
  ])("%s", (source, code, message, marked) => {
    const [problem, ...others] = interpolate(source, environment).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code, message });
    expect(source.slice(problem?.start, problem?.end)).toBe(marked);
  });

  test("are all told at once", () => {
    const { problems } = interpolate("$A ${B} ${C:-$D} ${E:+$F}", environment);
    expect(problems.map(({ message }) => message)).toEqual([
      "Variable A is not set.",
      "Variable B is not set.",
      "Variable D is not set.",
    ]);
  });

  test("show as much as can be read of what is none, each in its order", () => {
    const messages = (source: string): readonly string[] =>
      interpolate(source, environment).problems.map(({ message }) => message);
    const written = (length: number): string => `\${A ${"b".repeat(length - 5)}}`;
    expect(messages(`${written(40)} \${} ${written(41)}`)).toEqual([
      `"${written(40)}" is not a variable.`,
      '"${}" is not a variable.',
      `"${written(41).slice(0, 37)}..." is not a variable.`,
    ]);
  });

  test("of endless nesting are one, and cost no time", () => {
    const { problems } = interpolate(
      `${"${A:-".repeat(150_000)}${"}".repeat(150_000)}`,
      environment,
    );
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/is a variable inside of 16 others/),
    ]);
  });
});

test("all variables of a text are known, needed or not", () => {
  const { variables } = interpolate("$NAME ${NAME:+${OTHER}} ${NAME:-${A}} $$B", environment);
  expect(variables.map(({ name }) => name)).toEqual(["NAME", "NAME", "OTHER", "NAME", "A"]);
});

test("a large value that is named very often is refused once", () => {
  const large = new Map([["LARGE", "x".repeat(100_000)]]);
  const { text, problems } = interpolate("$LARGE".repeat(100_000), large);
  expect(problems).toEqual([expect.objectContaining({ code: "manifest-too-large", start: 60 })]);
  expect(text.length).toBeLessThanOrEqual(1024 * 1024);
});
