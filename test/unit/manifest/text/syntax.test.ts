import { describe, expect, test } from "vitest";
import { loadManifest } from "../../../../src/manifest/load.ts";

function problemsOf(text: string): readonly string[] {
  const loaded = loadManifest({
    path: "/p/stack.config.yaml",
    text,
    displayPath: "stack.config.yaml",
    environment: new Map(),
  });
  return loaded.ok
    ? []
    : loaded.error.map(({ code, location }) => `${location.line}:${location.column} ${code}`);
}

test("a slip is told once, not at every token that follows from it", () => {
  const slip = "name: t\nimages:\n  a: { labels: { x: ${X} } }\n  b: { from: a, files: [x, y] }\n";
  expect(problemsOf(slip)).toEqual(["3:22 yaml-syntax"]);
});

describe("what is never closed is shown where it begins, and once", () => {
  test.each([
    ["name: shop\nimages: [unclosed\nservices:\n  app: { image: base }\n", "2:9 yaml-syntax"],
    ["name: shop\nimages:\n  a: { from: b\nservices: {}\n", "3:6 yaml-syntax"],
    ["name: shop\nimages: { a: { from: b }\n", "2:9 yaml-syntax"],
    ['name: "shop\nimages: {}\n', "1:7 yaml-syntax"],
    [
      "name: shop\nimages:\n  a: { user: '1:1 }\nservices: { app: { image: a } }\n",
      "3:14 yaml-syntax",
    ],
    [`name: "${"x".repeat(900_000)}\n`, "1:7 yaml-syntax"],
  ])("%j", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });
});

/** What is said of a text that cannot be read: the place, the message and the hint. */
function told(text: string): readonly string[] {
  const loaded = loadManifest({
    path: "/p/stack.config.yaml",
    text,
    displayPath: "stack.config.yaml",
    environment: new Map(),
  });
  return loaded.ok
    ? []
    : loaded.error.map(({ message, hint = "", location: { offset, length } }) =>
        [message, hint, text.slice(offset, offset + length)].join(" | "),
      );
}

test.each([
  [
    "name: [a\n",
    "This bracket is never closed. | Close it with ], or put the value in quotes if it is meant as text. | [",
  ],
  [
    "name: { a: b\n",
    "This bracket is never closed. | Close it with }, or put the value in quotes if it is meant as text. | {",
  ],
  ['name: "a\n', 'This quote is never closed. | Close it with ". | "'],
  ["name: 'a\n", "This quote is never closed. | Close it with '. | '"],
  [
    "a: [x]\nb: [[y], z\n",
    "This bracket is never closed. | Close it with ], or put the value in quotes if it is meant as text. | [",
  ],
  ["a: [ '", "This quote is never closed. | Close it with '. | '"],
  [
    "a: 1\n---\nb: 2\n",
    "The manifest holds more than one document. | One file describes one stack; remove the `---` line. | -",
  ],
  ["a:\n\tb: c\n", "Tabs are not allowed as indentation. | Indent with spaces. | \t"],
  [
    "a: !x b\n",
    "Unresolved tag: !x. | A manifest has the tags `!reset` and `!override` alone; remove it. | !x",
  ],
])("%j cannot be read, and it is said why, where and what to do", (text, expected) => {
  expect(told(text)).toEqual([expected]);
});
