import { posix } from "node:path";
import { expect, test } from "vitest";
import { parseIgnore } from "../../../src/build-context/ignore.ts";
import { seededRandom } from "../../support/seeded-random.ts";

// Expected values: moby/patternmatcher's rules, as docker's documentation of .dockerignore has
// them.
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
  const many = parseIgnore("*\n!a/b/c\n!a/b\n!a/bb\n!a b\n!d?");
  for (const folder of ["a", "a/b", "a/b/x", "a/bb/x", "d", "dx"])
    expect(many.mayHoldExceptions(folder)).toBe(true);
  for (const folder of ["a/a", "a/c", "b", "c"]) expect(many.mayHoldExceptions(folder)).toBe(false);
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

test("thousands of patterns are compared with thousands of paths at once", () => {
  const lines = (pattern: (number: number) => string): string =>
    Array.from({ length: 5000 }, (_, number) => pattern(number)).join("\n");
  const paths = Array.from({ length: 10_000 }, (_, at) => `src/a/b${at % 50}/lib/abab${at}.ts`);
  // A character of its own keeps each pattern apart from the others, while it matches almost
  // everything.
  const other = (number: number): string => String.fromCodePoint(0x4e00 + number);
  for (const [text, last] of [
    [lines((at) => `**/name${at}`), "x/y/name4999"],
    [lines((at) => `${"**/a/".repeat(14)}b${at}`), `${"a/".repeat(14)}b4999`],
    [lines((at) => `**/*${at}*a/**/*${at}x`), "b4999a/c/d/4999x"],
    [lines((at) => `**/[^${other(at)}]*x${at}x`), "a/bx4999x"],
    [lines((at) => `${at % 2 === 0 ? "" : "!"}**/keep${at}*`), "a/keep4998"],
  ] as const) {
    const rules = parseIgnore(text);
    expect(paths.filter((path) => rules.ignores(path))).toEqual([]);
    expect(rules.ignores(last)).toBe(true);
  }
});

test("what is remembered of paths is forgotten before it fills the memory", () => {
  // Each of the last twelve characters counts, so that each path leads elsewhere.
  const rules = parseIgnore(
    Array.from({ length: 400 }, (_, at) => `*[ab]????????????x${at}`).join("\n"),
  );
  const random = seededRandom(1);
  const letters = (): string =>
    Array.from({ length: 40 }, () => (random() < 0.5 ? "b" : "c")).join("");
  for (let count = 0; count < 500; count++) {
    const name = letters();
    expect(rules.ignores(`${name}x7`)).toBe(name.at(-13) === "b");
  }
});

test("random patterns match the paths that moby's expressions do", () => {
  const random = seededRandom(8);
  const pick = (values: readonly string[]): string =>
    values[Math.floor(random() * values.length)] ?? "";
  const some = (values: readonly string[], most: number): string =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(values)).join("");
  const pieces = [
    "a",
    "b",
    "é",
    "/",
    "/",
    "*",
    "?",
    "**",
    "**/",
    "/**",
    "[ab]",
    "[^a]",
    ".",
    "\\*",
  ];
  for (let round = 0; round < 1500; round++) {
    const lines = Array.from({ length: 4 }, () => pick(["", "", "!"]) + some(pieces, 7));
    const rules = parseIgnore(lines.join("\n"));
    for (let count = 0; count < 5; count++) {
      const path = some(["a", "b", "é", "*", ".", "/a", "/b"], 7).replace(/^\//u, "");
      const said = { path, lines, ignored: rules.ignores(path) };
      expect(said).toEqual({ path, lines, ignored: ignoredByExpressions(lines, path) });
    }
  }
});

/**
 * As moby/patternmatcher decides it: each line an expression, tried on the path and on each folder
 * above it.
 */
function ignoredByExpressions(lines: readonly string[], path: string): boolean {
  const names = path.split("/");
  const candidates = names.map((_, index) => names.slice(0, index + 1).join("/"));
  let ignored = false;
  for (const line of lines) {
    const exception = line.startsWith("!");
    const pattern = posix.normalize(line.slice(exception ? 1 : 0)).replace(/^\/(?=.)/u, "");
    const clean = pattern.replace(/(?<=.)\/$/u, "");
    if (candidates.some((each) => fits(clean, each))) ignored = !exception;
  }
  return ignored;
}

function fits(pattern: string, path: string): boolean {
  if (/^\*\*[^*?[\]\\]*$/u.test(pattern)) {
    const ending = pattern.slice(2);
    return path.endsWith(ending) || (ending.startsWith("/") && path === ending.slice(1));
  }
  const expression = pattern.replaceAll(
    /\*\*\/?$|\*\*\/?|\*|\?|\\.|[.+()|{}$]/gu,
    (piece, at: number) => {
      const isLast = at + piece.length === pattern.length;
      if (piece.startsWith("**")) return isLast ? ".*" : "(.*/)?";
      if (piece === "*") return "[^/]*";
      if (piece === "?") return "[^/]";
      return piece.startsWith("\\") ? piece : `\\${piece}`;
    },
  );
  return new RegExp(`^${expression}$`, "su").test(path);
}

test("a pattern longer than any path is refused", () => {
  expect(parseIgnore("a".repeat(4096)).ignores("a")).toBe(false);
  expect(() => parseIgnore(`ok\n${"a".repeat(4097)}`)).toThrow(
    new SyntaxError("line 2: a pattern of 4097 characters; a path has at most 4096"),
  );
});

test("patterns that are too many to be held are refused", () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `${at} ${"a".repeat(30)}`);
  expect(() => parseIgnore(lines.join("\n"))).toThrow(
    /^line \d+: more than 500000 different characters of patterns$/u,
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
