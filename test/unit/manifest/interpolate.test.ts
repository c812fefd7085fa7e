import { describe, expect, test } from "vitest";
import { interpolate } from "../../../src/manifest/interpolate.ts";

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
  ])("%s becomes %s", (source, text) => {
    expect(interpolate(source, environment)).toEqual({ text, problems: [] });
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
    [
      "${EMPTY:?say it}",
      "unset-variable",
      "Variable EMPTY is not set: say it.",
      "${EMPTY:?say it}",
    ],
    ["x${A:-${UNSET}}", "unset-variable", "Variable UNSET is not set.", "${UNSET}"],
    ["a ${NAME", "invalid-interpolation", '"${NAME" is not a variable.', "${NAME"],
    ["${}", "invalid-interpolation", '"${}" is not a variable.', "${}"],
    ["${1A}", "invalid-interpolation", '"${1A}" is not a variable.', "${1A}"],
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
});
