import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import { aliasOffset, offsetOf, problem } from "../../../../src/packages/lock/problems.ts";

const text = "version: 2\r\n  a: [1]\r\nlast: yes";

test.each<readonly [offset: number, place: object]>([
  [0, { line: 1, column: 1, length: 10, sourceLine: "version: 2" }],
  [9, { line: 1, column: 10, length: 1, sourceLine: "version: 2" }],
  [14, { line: 2, column: 3, length: 6, sourceLine: "  a: [1]" }],
  [28, { line: 3, column: 7, length: 3, sourceLine: "last: yes" }],
  [31, { line: 3, column: 10, length: 1, sourceLine: "last: yes" }],
])("the place at %i is its line from there to its end", (offset, place) => {
  const made = problem({ text, file: "qclock.lock", offset, message: "m", hint: "h" });
  expect(made).toEqual({
    severity: "error",
    code: "lock-invalid",
    message: "m",
    location: { file: "qclock.lock", offset, ...place },
    related: [],
    hint: "h",
  });
});

test("what stands behind a line's text counts for nothing", () => {
  const { location } = problem({ text: "a:   \n", file: "f", offset: 0, message: "", hint: "" });
  expect(location).toMatchObject({ length: 2, sourceLine: "a:   " });
});

test("a path that leads nowhere is at the nearest thing above it", () => {
  const document = parseDocument("a:\n  b:\n    - x\n    - y\n");
  expect(offsetOf(document, ["a", "b", 1])).toBe(22);
  expect(offsetOf(document, ["a", "b", 7, "z"])).toBe(12);
  expect(offsetOf(document, ["a", "c"])).toBe(5);
  expect(offsetOf(document, ["q"])).toBe(0);
  expect(offsetOf(parseDocument(""), ["a"])).toBe(0);
});

test("of several aliases the first is found, and none where there is none", () => {
  expect(aliasOffset(parseDocument("a: &x 1\nb: *x\nc: *x\n"))).toBe(11);
  expect(aliasOffset(parseDocument("a: 1\n"))).toBeUndefined();
});
