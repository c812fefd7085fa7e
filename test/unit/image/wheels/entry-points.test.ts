import { expect, test } from "vitest";
import { entryPointScript, parseEntryPoints } from "../../../../src/image/wheels/entry-points.ts";

test("programs come from the sections for them, in whatever spacing", () => {
  const text = `# a comment
[flask.commands]
run = flask.cli:run
[console_scripts]
flask=flask.cli:main
odd.name-1 =  pack.é_1 : Some.method  [extra1, extra2]
[ gui_scripts ]
window = pack.window:main
`;
  expect(parseEntryPoints(text)).toEqual([
    { name: "flask", module: "flask.cli", attribute: "main" },
    { name: "odd.name-1", module: "pack.é_1", attribute: "Some.method" },
    { name: "window", module: "pack.window", attribute: "main" },
  ]);
});

test("the program calls the function and ends with what it returns", () => {
  const [point] = parseEntryPoints("[console_scripts]\nx = a.b:C.d");
  expect(point && entryPointScript(point, "/usr/bin/python3.11")).toBe(`#!/usr/bin/python3.11
import sys

from a.b import C

if __name__ == "__main__":
    sys.exit(C.d())
`);
});

test.each([
  ["../evil = a:b", "has no name that a program can have"],
  [".. = a:b", "has no name that a program can have"],
  ["/x = a:b", "has no name that a program can have"],
  ["= a:b", "has no name that a program can have"],
  ["x", "has no name that a program can have"],
  [".wh.python3 = a:b", '".wh.python3" is a whiteout'],
  [`${"x".repeat(256)} = a:b`, "is longer than a file system takes"],
  [`x = ${"a".repeat(200)}`, `its entry point "x = ${"a".repeat(113)}..." names no function`],
  ["x = a", "names no function of a module"],
  ["x = a:b; import os", "names no function of a module"],
  ["x = a b:c", "names no function of a module"],
])("%j is refused: it %s", (line, message) => {
  expect(() => parseEntryPoints(`[console_scripts]\n${line}\n`)).toThrow(message);
});
