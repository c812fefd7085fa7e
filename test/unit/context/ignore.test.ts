import { expect, test } from "vitest";
import { parseIgnore } from "../../../src/context/ignore.ts";

// Expected values: moby/patternmatcher's rules, as docker's documentation of .dockerignore has them.
test.each<[rules: string, path: string, ignored: boolean]>([
  ["a", "a", true],
  ["a", "a/b/c", true],
  ["a", "b/a", false],
  ["/a", "a", true],
  ["a/", "a/b", true],
  ["./a/../a", "a", true],
  ["*/temp*", "x/temporary.txt", true],
  ["*/temp*", "temporary.txt", false],
  ["*/temp*", "x/y/temp", false],
  ["**/temp", "x/y/temp", true],
  ["**/temp", "temp", true],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a/**", "a/x", true],
  ["a/**", "a", false],
  ["**", "anything/at/all", true],
  ["temp?", "tempa", true],
  ["temp?", "temp", false],
  ["temp?", "temp/a", false],
  ["*.md", "README.md", true],
  ["*.md", "docs/README.md", false],
  ["*.md\n!README.md", "README.md", false],
  ["*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true],
  ["*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false],
  ["a\n!a/b", "a/b/c", false],
  ["a\n!a/b", "a/c", true],
  ["# a\n#b", "# a", false],
  ["  a  \n\n", "a", true],
  ["\uFEFFa\r\nb\r\n", "a", true],
  ["A", "a", false],
  ["a+b(c).txt", "a+b(c).txt", true],
  ["[ab]c", "bc", true],
  ["[^a]c", "bc", true],
  ["[^a]c", "ac", false],
  ["a\\*", "a*", true],
  ["a\\*", "ab", false],
  ["é?", "été", false],
  ["é*", "été", true],
  ["*é", "été", true],
  [".", "a", false],
])("%j on %j: %s", (rules, path, ignored) => {
  expect(parseIgnore(rules).ignores(path)).toBe(ignored);
});

test("an ignored folder is walked only where an exception may lie inside", () => {
  const rules = parseIgnore("*\n!src/lib/**\n!docs");
  expect(rules.mayHoldExceptions("src")).toBe(true);
  expect(rules.mayHoldExceptions("src/lib")).toBe(true);
  expect(rules.mayHoldExceptions("node_modules")).toBe(false);
  expect(parseIgnore("*\n!**/*.js").mayHoldExceptions("node_modules")).toBe(true);
  expect(parseIgnore("*").mayHoldExceptions("a")).toBe(false);
});

test.each([
  ["ok\n!", 'line 2: "!" needs a pattern'],
  ["[a", 'line 1: "[" is never closed'],
  ["a\\", 'line 1: "\\" at the end escapes nothing'],
  ["[b-a]", 'line 1: "[b-a]" is not a pattern'],
])("%j is no list of patterns", (text, message) => {
  expect(() => parseIgnore(text)).toThrow(new SyntaxError(message));
});
