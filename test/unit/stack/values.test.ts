import { describe, expect, test } from "vitest";
import {
  isInside,
  parseCommand,
  parseDuration,
  parseMode,
  parseOwner,
  parsePairs,
  parseSize,
} from "../../../src/stack/values.ts";

// As the compose specification defines them.
test.each([
  ["1h", 3_600_000],
  ["1m", 60_000],
  ["1s", 1000],
  ["1ms", 1],
  ["1500us", 1.5],
  ["1.5s", 1500],
  ["1h2m3s4ms", 3_723_004],
  ["0s", 0],
])("the duration %s", (text, milliseconds) => {
  expect(parseDuration(text)).toBeCloseTo(milliseconds, 9);
});

test.each([
  [65_536, 65_536],
  ["65536", 65_536],
  ["7b", 7],
  ["2k", 2048],
  ["2KB", 2048],
  ["2m", 2_097_152],
  ["2Mb", 2_097_152],
  ["2g", 2_147_483_648],
  ["2 gb", 2_147_483_648],
  ["2t", 2_199_023_255_552],
  ["1.5k", 1536],
  ["0.3k", 307],
])("the size %s", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test("modes are octal, owners two numbers", () => {
  expect(parseMode("0755")).toBe(493);
  expect(parseMode("644")).toBe(420);
  expect(parseOwner("10001:20002")).toEqual({ uid: 10_001, gid: 20_002 });
});

test("pairs in a list end their name at the first =, and may have no value", () => {
  expect([...parsePairs(["a=b=c", "=x", "bare", "empty="])]).toEqual([
    ["a", "b=c"],
    ["", "x"],
    ["bare", ""],
    ["empty", ""],
  ]);
  expect([...parsePairs({ a: 1, b: true, c: "=" })]).toEqual([
    ["a", "1"],
    ["b", "true"],
    ["c", "="],
  ]);
  expect([...parsePairs(undefined)]).toEqual([]);
});

// The words are those that `sh -c 'printf "[%s]\n" …'` prints.
describe("a command in one text", () => {
  test.each([
    ["  a  b ", ["a", "b"]],
    [String.raw`a\ b`, ["a b"]],
    [String.raw`\"a b\"`, ['"a', 'b"']],
    [String.raw`"a\"b\\c\$d\e"`, [String.raw`a"b\c$d\e`]],
    [String.raw`'a\b"c'`, [String.raw`a\b"c`]],
    [`a"b c"'d e'f`, ["ab cd ef"]],
    [`"" ''`, ["", ""]],
    ["a \tb", ["a", "b"]],
  ])("%j", (text, words) => {
    expect(parseCommand(text)).toEqual(words);
  });

  test("a list is words as they are", () => {
    expect(parseCommand(["a b", '"'])).toEqual(["a b", '"']);
  });
});

test.each([
  ["/srv", "/srv", true],
  ["/srv", "/srv/a/b", true],
  ["/srv/", "/srv/a", true],
  ["/", "/srv", true],
  ["/srv", "/srv2", false],
  ["/srv", "/", false],
  ["/srv/a", "/srv", false],
  ["/srv", "/other/srv/", false],
])("in the folder %s lies %s: %s", (folder, file, inside) => {
  expect(isInside(folder, file)).toBe(inside);
});
