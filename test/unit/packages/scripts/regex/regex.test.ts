import { describe, expect, it } from "vitest";
import { LimitReached } from "../../../../../src/packages/scripts/limits.ts";
import { Regex } from "../../../../../src/packages/scripts/regex/regex.ts";
import { RegexError } from "../../../../../src/packages/scripts/regex/tree.ts";

const countSteps = (): void => {};

function groupsOf(source: string, text: string, dialect: "basic" | "extended" = "extended") {
  const regex = new Regex(source, { dialect, countSteps });
  const match = regex.exec(text);
  if (match === undefined) return undefined;
  const groups = Array.from({ length: regex.groups }, (_, index) => match.group(index + 1));
  return [text.slice(match.start, match.end), ...groups];
}

describe("a regular expression of POSIX", () => {
  it.each([
    ["(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]],
    ["a|ab|abc", "xabc", ["abc"]],
    ["(a*)*b", "aaac", undefined],
    ["(a*)+", "b", ["", ""]],
    ["x*", "axx", [""]],
    ["^(.*)=(.*)$", "a=b=c", ["a=b=c", "a=b", "c"]],
    ["(^|,)b", "a,b", [",b", ","]],
    ["[]x]+", "a]x", ["]x"]],
    ["[^]a]+", "a]bc", ["bc"]],
    ["[[:digit:]_-]+", "a1_-b", ["1_-"]],
    ["(.)\\1", "abccd", ["cc", "c"]],
    ["\\bfoo\\b", "a foo b", ["foo"]],
    ["a{2}", "aaa", ["aa"]],
    ["a{x", "a{x", ["a{x"]],
  ])("%s in %s is the leftmost, longest match", (source, text, expected) => {
    expect(groupsOf(source, text)).toEqual(expected);
  });

  it.each([
    ["a\\|b", "cb", ["b"]],
    ["*a", "x*a", ["*a"]],
    ["a\\{1,2\\}b", "aaab", ["aab"]],
    ["\\(a*\\)b\\1", "aabaa", ["aabaa", "aa"]],
    ["a+", "a+", ["a+"]],
    ["a\\+", "aa", ["aa"]],
    ["a^b$c", "a^b$c", ["a^b$c"]],
  ])("a basic one, %s, in %s", (source, text, expected) => {
    expect(groupsOf(source, text, "basic")).toEqual(expected);
  });

  it("takes time in proportion to the text where backtracking would take forever", () => {
    let steps = 0;
    const count = (more: number): void => void (steps += more);
    const regex = new Regex("(a|aa)+$", { dialect: "extended", countSteps: count });
    expect(regex.test(`${"a".repeat(50_000)}b`)).toBe(false);
    expect(steps).toBeLessThan(10_000);
  });

  it("is ended by the steps of the script when it has back-references", () => {
    let left = 20_000;
    const count = (more: number): void => {
      if ((left -= more) < 0) throw new LimitReached("steps");
    };
    const regex = new Regex("(a*)(a*)(a*)(a*)\\1\\2\\3\\4b", {
      dialect: "extended",
      countSteps: count,
    });
    expect(() => regex.test("a".repeat(200))).toThrow(LimitReached);
  });

  it("does not grow without a bound", () => {
    expect(
      () => new Regex("((((a{99}){99}){99}){99}){99}", { dialect: "extended", countSteps }),
    ).toThrow(new RegexError("Regular expression too big"));
  });

  it.each([
    ["\\(a", "Unmatched ( or \\("],
    ["[a", "Unmatched [, [^, [:, [., or [="],
    ["a\\", "Trailing backslash"],
    ["\\1", "Invalid back reference"],
    ["[b-a]", "Invalid range end"],
    ["[[:none:]]", "Invalid character class name"],
  ])("refuses %s as the C library does", (source, message) => {
    expect(() => new Regex(source, { dialect: "basic", countSteps })).toThrow(
      new RegexError(message),
    );
  });
});
