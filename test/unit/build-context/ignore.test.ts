import { expect, test } from "vitest";
import { parseIgnore } from "../../../src/build-context/ignore.ts";

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
  [".*", ".env", true],
  [".*", ".git/config", true],
  [".*", "a/.env", false],
  [".**", ".git/config", true],
  [".*\n!.env.example", ".env.example", false],
  // Escapes and classes, as Go's filepath.Match and regexp read them.
  ["[\\]]c", "]c", true],
  ["[a\\-z]c", "-c", true],
  ["[a\\-z]c", "bc", false],
  ["[a-c]x", "bx", true],
  ["[^a-c]x", "bx", false],
  ["[!a]x", "bx", false],
  ["[é-ü]x", "öx", true],
  ["[[:digit:]]x", "7x", true],
  ["[[:digit:]]x", "ax", false],
  ["\\d*", "7x", true],
  ["a\\?", "a?", true],
  ["a\\?", "ab", false],
  ["a]", "a]", true],
  ["x$y*", "x$yz", true],
  // Compared as text, as moby does.
  ["**log", "a/dialog", true],
  ["**/log", "a/dialog", false],
  ["**/log", "a/log/b", true],
  ["a**", "abc/d", true],
  ["**/*.go", "a/b/c.go", true],
  ["**/*.go", "c.go/d", true],
  ["a/**/b/**/c", "a/x/b/c", true],
  ["a/**/b/**/c", "a/x/c", false],
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

test("the time for a pattern grows with its length, not with the ways to read it", () => {
  const rules = parseIgnore(`${"**/a/".repeat(14)}b\n${"*a".repeat(60)}b`);
  expect(rules.ignores(`${"a/".repeat(40)}c`)).toBe(false);
  expect(rules.ignores(`${"a/".repeat(40)}b`)).toBe(true);
  expect(rules.ignores("a".repeat(200))).toBe(false);
});

test("any number of folders, said a thousand times, is said once", () => {
  const rules = parseIgnore(
    Array.from({ length: 500 }, (_, at) => `${"**/".repeat(1300)}x${at}`).join("\n"),
  );
  for (let at = 0; at < 20; at++) expect(rules.ignores(`${"a/".repeat(40)}c`)).toBe(false);
  expect(rules.ignores(`${"a/".repeat(40)}x499`)).toBe(true);
});

test("a pattern longer than any path is refused", () => {
  expect(parseIgnore("a".repeat(4096)).ignores("a")).toBe(false);
  expect(() => parseIgnore(`ok\n${"a".repeat(4097)}`)).toThrow(
    new SyntaxError("line 2: a pattern of 4097 characters; a path has at most 4096"),
  );
});

test.each([
  ["ok\n!", 'line 2: "!" needs a pattern'],
  ["[a", 'line 1: syntax error in pattern "[a"'],
  ["a\\", String.raw`line 1: syntax error in pattern "a\\"`],
  ["[b-a]", 'line 1: syntax error in pattern "[b-a]"'],
  ["[]a]", 'line 1: syntax error in pattern "[]a]"'],
  ["[-a]", 'line 1: syntax error in pattern "[-a]"'],
  ["[a-]", 'line 1: syntax error in pattern "[a-]"'],
  ["[^]", 'line 1: syntax error in pattern "[^]"'],
  ["x/[]/y", 'line 1: syntax error in pattern "x/[]/y"'],
  [String.raw`dir\yes*`, String.raw`line 1: syntax error in pattern "dir\\yes*"`],
])("%j is no list of patterns", (text, message) => {
  expect(() => parseIgnore(text)).toThrow(new SyntaxError(message));
});
