import { expect, test } from "vitest";
import { changesOf } from "../../mutation/changes.ts";

function changed(text: string): readonly string[] {
  return changesOf("a.ts", text).map(
    ({ start, end, replacement }) => text.slice(0, start) + replacement + text.slice(end),
  );
}

test.each([
  ["a === b;", ["a !== b;"]],
  ["a < b;", ["a <= b;"]],
  ["a ?? b;", ["a && b;"]],
  ["!a;", ["a;"]],
  ["const a = true;", ["const a = false;"]],
  ["const a = 7;", ["const a = 8;"]],
  ["a.some(b);", ["a.every(b);"]],
  ["a--;", ["a++;"]],
  ['a === "x";', ['a !== "x";', String.raw`a === "\u0000";`]],
])("%s", (text, expected) => {
  expect(changed(text)).toEqual(expected);
});

test.each([
  'import { a } from "b";',
  "type A = 1 | 2;",
  "const a = (b: 1): b is 1 => c(b);",
  'throw new Error("no such file");',
  "// a === b",
  "a.toString();",
  "a.constructor.valueOf();",
])("nothing of %s is a decision", (text) => {
  expect(changed(text)).toEqual([]);
});
