import { describe, expect, test } from "vitest";
import {
  literalWords,
  LONGEST_SCRIPT,
  readScript,
  splitOutsideQuotes,
  withFewBlanks,
} from "../../../../../src/packages/scripts/undone/lines.ts";

/** The words behind `mark` in a script that is called with `configure`, and whether each runs. */
function marksOf(script: string): string {
  return readScript(script, "configure")
    .filter(({ text }) => text.startsWith("mark"))
    .map(({ text, runs }) => `${text.slice(5) || "-"}:${runs}`)
    .join(" ");
}

/** Scripts of which it is known what they do. Each was run by dash with "configure" and "". */
const decided: readonly (readonly [string, string])[] = [
  ["if [ $1 = configure ]; then mark a; else mark b; fi; mark c", "a:yes b:no c:yes"],
  ["if [ configure = $1 ]; then mark a; else mark b; fi", "a:yes b:no"],
  ["if [ upgrade = $1 ]; then mark a; else mark b; fi", "a:no b:yes"],
  ['if [ "$1" != configure ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ "$1" != upgrade ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "x$1" = "xconfigure" ]; then mark a; fi', "a:yes"],
  ['if test "$1" = configure; then mark a; fi', "a:yes"],
  ['if test "$1" = upgrade; then mark a; fi', "a:no"],
  ['if [ "$2" = "" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "x$2" = "x" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "$2" = 1.0 ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ -n "$1" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ -z "$1" ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ -n "$2" ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ -z "$2" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ ! -n "$2" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ ! -z "$2" ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ ! -z "$1" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "$1" = configure -a -z "$2" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "$1" = configure -a -n "$2" ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ "$1" = configure ] && [ -z "$2" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "$1" = upgrade ] && [ -z "$2" ]; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ "$1" = upgrade ] || [ -z "$2" ]; then mark a; else mark b; fi', "a:yes b:no"],
  ['if [ "$1" = upgrade ] || [ -n "$2" ]; then mark a; else mark b; fi', "a:no b:yes"],
  // What stands in a branch that is known not to run does not matter.
  ['if [ "$1" = upgrade ] && which x; then mark a; else mark b; fi', "a:no b:yes"],
  ['if [ "$1" = configure ] || which x; then mark a; else mark b; fi', "a:yes b:no"],
  [
    'if [ "$1" = a ]; then mark a; elif [ "$1" = b ]; then mark b; elif [ "$1" = configure ]; then mark c; else mark d; fi',
    "a:no b:no c:yes d:no",
  ],
  [
    'if [ "$1" = configure ]; then mark a; elif [ "$1" = configure ]; then mark b; else mark c; fi',
    "a:yes b:no c:no",
  ],
  ['if [ "$1" = a ]; then mark a; elif [ "$1" = b ]; then mark b; fi; mark c', "a:no b:no c:yes"],
  [
    'if [ "$1" = configure ]; then if [ -n "$2" ]; then mark a; fi; mark b; fi; mark c',
    "a:no b:yes c:yes",
  ],
  ['if [ "$1" = upgrade ]; then if [ -z "$2" ]; then mark a; fi; mark b; fi', "a:no b:no"],
  ['case "$1" in configure) mark a ;; esac; mark b', "a:yes b:yes"],
  ["case $1 in upgrade) mark a ;; configure) mark b ;; *) mark c ;; esac", "a:no b:yes c:no"],
  ['case "${1}" in a|b) mark a ;; c|configure) mark b ;; esac', "a:no b:yes"],
  ['case "$1" in (configure) mark a ;; (*) mark b ;; esac', "a:yes b:no"],
  ['case "$1" in "configure") mark a ;; esac', "a:yes"],
  ["case \"$1\" in 'upgrade') mark a ;; *) mark b; mark c ;; esac", "a:no b:yes c:yes"],
  [
    'case "$1" in\nconfigure)\n  mark a\n  mark b\n  ;;\nabort-*)\n  mark c\nesac',
    "a:yes b:yes c:no",
  ],
  ['case "$1" in\nx) ;;\nconfigure) mark a\nesac\nmark b', "a:yes b:yes"],
  ["{ mark a; }; { mark b\n}\nmark c", "a:yes b:yes c:yes"],
  ["mark a; exit 0; mark b", "a:yes b:no"],
  ['if [ -z "$2" ]; then exit 0; fi; mark a', "a:no"],
  ['if [ -n "$2" ]; then exit 0; fi; mark a', "a:yes"],
  ['case "$1" in configure) ;; *) exit 0 ;; esac; mark a', "a:yes"],
  ['case "$1" in upgrade) ;; *) exit 0 ;; esac; mark a', "a:no"],
  ["f() { mark_not; }; mark a", "a:yes"],
  ["mark a; # mark b\nmark c # mark d\n#mark e\nmark f#g", "a:yes c:yes f#g:yes"],
  ["cat <<E >/dev/null\nmark a\n  E\nE\nmark b", "b:yes"],
  ["cat <<-'E' >/dev/null\nmark a\n\tE\nmark b", "b:yes"],
  ['cat << "E" >/dev/null\nmark a\nE\nmark b', "b:yes"],
  ["echo 'mark a;\nmark b' >/dev/null; mark c", "c:yes"],
  ['echo "mark a;\nmark b" >/dev/null; mark c', "c:yes"],
  ['echo "it\'s" >/dev/null; mark a; echo "it\'s" >/dev/null', "a:yes"],
  ["echo 'a\"b' >/dev/null\nmark a", "a:yes"],
  ['echo \\" >/dev/null\nmark a\necho \\" >/dev/null', "a:yes"],
  ['echo "\\"" >/dev/null\nmark a', "a:yes"],
  ["echo 'x\\' >/dev/null\nmark a", "a:yes"],
  ["x=$(echo a;\necho b); mark a", "a:yes"],
  ["x=`echo a;\necho b`; mark a", "a:yes"],
  ['x="$(echo "a;b" | cat)"; mark a', "a:yes"],
  ["x=$(echo ')' ); mark a", "a:yes"],
  ["return_to=x; exits=y; mark a", "a:yes"],
  ['if [ -n "$2" ]; then for x in a; do mark a; done; mark b; fi; mark c', "a:no b:no c:yes"],
  [
    'if [ -n "$2" ]; then ls | while read x; do mark a; done; mark b; fi; mark c',
    "a:no b:no c:yes",
  ],
  ['if [ -n "$2" ]; then f() {\nmark a\n}\nmark b; fi; mark c', "a:no b:no c:yes"],
  ['if [ -n "$2" ]; then { mark a; }; mark b; fi; mark c', "a:no b:no c:yes"],
  ["f() { (mark_not) }\nmark b", "b:yes"],
  ['if [ -z "$2" ]\nthen\nmark a\nfi', "a:yes"],
  ['if [ "$1" = configure ]; then :; fi; if [ "$1" = x ]; then mark a; fi; mark b', "a:no b:yes"],
];

/** Scripts of which nothing, or not all, is known without running them. */
const undecided: readonly (readonly [string, string])[] = [
  ["if which x; then mark a; else mark b; fi; mark c", "a:unknown b:unknown c:yes"],
  ['if [ "$1" = "$x" ]; then mark a; else mark b; fi', "a:unknown b:unknown"],
  ['if [ "$3" = configure ]; then mark a; fi', "a:unknown"],
  ["if [ -e /etc/x ]; then mark a; fi", "a:unknown"],
  ['if [ -n "$3" ]; then mark a; fi', "a:unknown"],
  ['if [ -n "$1$2" ]; then mark a; fi', "a:unknown"],
  ['if [ "$1" = configure -a -e /x ]; then mark a; fi', "a:unknown"],
  ['if [ "$1" = configure ] && which x; then mark a; fi', "a:unknown"],
  ['if [ "$1" = upgrade ] || which x; then mark a; fi', "a:unknown"],
  ["if which x || which y; then mark a; fi", "a:unknown"],
  [
    'if which x; then mark a; elif [ "$1" = configure ]; then mark b; else mark c; fi',
    "a:unknown b:unknown c:unknown",
  ],
  [
    'if which x; then mark a; elif [ "$1" = upgrade ]; then mark b; else mark c; fi',
    "a:unknown b:no c:unknown",
  ],
  ['case "$1" in conf*) mark a ;; *) mark b ;; esac', "a:unknown b:unknown"],
  [
    'case "$1" in conf*|upgrade) mark a ;; configure) mark b ;; x) mark c ;; esac',
    "a:unknown b:unknown c:no",
  ],
  ['case "$1" in configure) mark a ;; conf*) mark b ;; esac', "a:yes b:no"],
  [
    "case $1 in configure) case $2 in x) mark a ;; *) mark b ;; esac; mark c ;; *) mark d ;; esac",
    "a:unknown b:unknown c:yes d:no",
  ],
  [
    "case $1 in upgrade) case $2 in x) mark a ;; *) mark b ;; esac; mark c ;; *) mark d ;; esac",
    "a:no b:no c:no d:yes",
  ],
  ['case "$2" in configure) mark a ;; esac', "a:unknown"],
  ['case "$x" in a) mark a ;; *) mark b ;; esac; mark c', "a:unknown b:unknown c:yes"],
  ["while read x; do mark a; done; mark b", "a:unknown b:yes"],
  ["until which x; do mark a; done; mark b", "a:unknown b:yes"],
  ["for x in a; do mark a; done; mark b", "a:unknown b:yes"],
  ["ls | for x in a; do mark a; done; mark b", "a:unknown b:yes"],
  ["ls | until which x; do mark a; done; mark b", "a:unknown b:yes"],
  ["f() { mark a\n}\nmark b", "b:yes"],
  ["f() {\n{\nmark a\n}\nmark b\n}\nmark c", "a:unknown b:unknown c:yes"],
  ["f()\n{\nmark a\n}\nmark b", "a:unknown b:yes"],
  ["function f() {\nmark a\n}\nmark b", "a:unknown b:yes"],
  ["f-g ()\n{\n{\nmark a\n}\nmark b\n}\nmark c", "a:unknown b:unknown c:yes"],
  ["if which x; then exit 0; fi; mark a", "a:unknown"],
  ["if which x; then return 0; fi; mark a; exit; mark b", "a:unknown b:unknown"],
  ['if which x; then exit 0; fi; if [ -n "$2" ]; then mark a; fi', "a:no"],
  ['done; mark a; if [ -z "$2" ]; then mark b; fi; exit; mark c', "a:unknown b:unknown c:unknown"],
  ['if [ -z "$2" ]; then esac; mark a; fi; mark b', "a:unknown b:unknown"],
  ['case "$1" in configure) }; mark a; esac', "a:unknown"],
  ["for x in a; do fi; mark a; done", "a:unknown"],
];

describe("a script that is called with configure and no old version", () => {
  test.each(decided)("%j: %s", (script, expected) => {
    expect(marksOf(script)).toBe(expected);
  });

  test.each(undecided)("of which not all is known, %j: %s", (script, expected) => {
    expect(marksOf(script)).toBe(expected);
  });
});

describe("where commands of a script begin and end", () => {
  test.each<readonly [string, readonly string[]]>([
    ["a;b\nc", ["a", "b", "c"]],
    ["a;;b", ["a", "b"]],
    ["  a  b \n\n ; c ", ["a b", "c"]],
    ["a # b; c\nd", ["a", "d"]],
    ["a#b", ["a#b"]],
    ["a '#b'", ["a '#b'"]],
    ["# a", []],
    ["a 'b\nc' d", ["a 'b\nc' d"]],
    ['a "b;$(c;d)" e', ['a "b;$(c;d)" e']],
    ["a \\; b", ["a \\; b"]],
    ["a \\\n b", ["a  b"]],
    ["a <<X b\nc\nX\nd", ["a <<X b", "d"]],
    ["a <<X\nc\nXY\n XX\n X \nd", ["a <<X", "d"]],
    ["a <<X\nno end", ["a <<X"]],
    ["a <<X\nX", ["a <<X"]],
    ["a <<X\n\nX\nb <<Y\nb\nY\nc", ["a <<X", "b <<Y", "c"]],
    ["a <<'X Y'\nb", ["a <<'X Y'", "b"]],
    ['rm "$DPKG_ROOT/a" "${DPKG_ROOT}/b"', ['rm "/a" "/b"']],
  ])("%j: %j", (script, commands) => {
    expect(readScript(script, "configure").map(({ text }) => text)).toEqual(commands);
  });

  test("a word is the end of a here-document however it is indented, but not in a long line", () => {
    const far = `${" ".repeat(150)}X`;
    const tooFar = `X${"x".repeat(250)}`;
    const commands = readScript(`a <<X\n${tooFar}\nb\n${far}\nc`, "configure");
    expect(commands.map(({ text }) => text)).toEqual(["a <<X", "c"]);
  });

  test("nothing is known of a script that is longer than any", () => {
    const longest = `mark\n${"#".repeat(LONGEST_SCRIPT - 5)}`;
    expect(longest).toHaveLength(256 * 1024);
    expect(readScript(longest, "configure")).toEqual([{ text: "mark", runs: "yes" }]);
    expect(readScript(`${longest}#`, "configure")).toEqual([]);
  });

  test("blanks are made one, and lines begin with none", () => {
    expect(withFewBlanks("a \t b\r\n\n  \tc\f\vd ")).toBe("a b \nc d ");
  });
});

describe("what separates commands", () => {
  const operator = /^(?:&&|\|\||\|)/;

  test.each<readonly [string, readonly string[] | undefined]>([
    ["a && b", ["a ", "&&", " b"]],
    ["a||b|c", ["a", "||", "b", "|", "c"]],
    ["a", ["a"]],
    ["", [""]],
    ["|", ["", "|", ""]],
    [
      "'a|b' | \"c|d\" | `e|f` | $(g|h)",
      ["'a|b' ", "|", ' "c|d" ', "|", " `e|f` ", "|", " $(g|h)"],
    ],
    ["a \\| b", ["a \\| b"]],
    ['"a\\"|b" | c', ['"a\\"|b" ', "|", " c"]],
    ["'a\\' | b", ["'a\\' ", "|", " b"]],
    ['"it\'s" | b', ['"it\'s" ', "|", " b"]],
    ["'say \"' | b", ["'say \"' ", "|", " b"]],
    ["'$(' | b", ["'$(' ", "|", " b"]],
    ["$a (b | c", ["$a (b ", "|", " c"]],
    ['$(a ")|" | b) | c', ['$(a ")|" | b) ', "|", " c"]],
    ["a | 'b", undefined],
    ['a | "b', undefined],
    ["a | $(b", undefined],
    ["a | `b", undefined],
  ])("%j: %j", (text, parts) => {
    expect(splitOutsideQuotes(text, operator)).toEqual(parts);
  });
});

describe("the words of a command", () => {
  test.each<readonly [string, readonly string[] | undefined]>([
    ["a b  c", ["a", "b", "c"]],
    ["a \"b\" 'c'", ["a", "b", "c"]],
    ["a /b/c.d,e=f:g@h%i~j+k_l-m", ["a", "/b/c.d,e=f:g@h%i~j+k_l-m"]],
    ["a b || true", ["a", "b"]],
    ["a b || :", ["a", "b"]],
    ["a b || exit 1", ["a", "b"]],
    ["a b >/dev/null", ["a", "b"]],
    ["a b 2> /dev/null", ["a", "b"]],
    ["a b 2>&1", ["a", "b"]],
    ["", []],
    ["a 'b c'", undefined],
    ["a $b", undefined],
    ["a `b`", undefined],
    ["a *", undefined],
    ["a; b", undefined],
    ["a > b", undefined],
    ["a || b", undefined],
    ["a | b", undefined],
  ])("%j: %j", (text, words) => {
    expect(literalWords(text)).toEqual(words);
  });
});
