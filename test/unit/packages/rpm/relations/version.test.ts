import { describe, expect, test } from "vitest";
import { compareVersions, isWithin } from "../../../../../src/packages/rpm/relations/version.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

/** Each is older than the next; rpm 4.18 says the same of each pair. */
const IN_ORDER = [
  "0~~-1",
  "1.0~rc1-1.el9",
  "1.0~rc1^git2-1.el9",
  "1.0-1.el9",
  "1.0-1.1.el9",
  "1.0-10.el9",
  "1.0^git1-1.el9",
  "1.0^git1.5-1.el9",
  "1.0a-1",
  "1.0a2-1",
  "1.0.fc-1",
  "1.0.1-1",
  "1.2.3.4.5.6.7.8.9999999999999999999999-1",
  "1.2.3.4.5.6.7.8.10000000000000000000000-1",
  "1.9-1",
  "1.10-1",
  "2-1",
  "20230311-1",
  "1:0.1-1",
  "2:0~-0",
  "10:0-0",
];

describe("compareVersions", () => {
  test("orders each before the next, and so before all that follow", () => {
    for (const [i, one] of IN_ORDER.entries())
      for (const [j, other] of IN_ORDER.entries())
        expect([one, other, Math.sign(compareVersions(one, other))]).toEqual([
          one,
          other,
          Math.sign(i - j),
        ]);
  });

  test.each([
    ["1.0-1", "1.0-1"],
    ["1.0-1", "0:1.0-1"],
    ["1.0-1", "1_0-1"],
    ["01.00-1", "1.0-1"],
    ["1.0.-1", "1.0-1"],
    ["1.0-", "1.0"],
  ])("%s and %s are the same", (one, other) => {
    expect(compareVersions(one, other)).toBe(0);
    expect(compareVersions(other, one)).toBe(0);
  });

  test("is an order for whatever text a hostile index holds", () => {
    const random = seededRandom(9);
    const sign = (): string => "01aA~^.-:_+ü("[Math.floor(random() * 13)] ?? "";
    const text = (): string => Array.from({ length: Math.floor(random() * 7) }, sign).join("");
    for (let round = 0; round < 3000; round += 1) {
      const [a, b, c] = [text(), text(), text()];
      const [first, second] = [compareVersions(a, b), compareVersions(b, c)];
      expect([a, b, Math.sign(first)]).toEqual([a, b, -Math.sign(compareVersions(b, a)) || 0]);
      const isOrdered = first > 0 || second > 0 || compareVersions(a, c) <= 0;
      expect([a, b, c, isOrdered]).toEqual([a, b, c, true]);
    }
  });
});

describe("isWithin", () => {
  test.each([
    ["= 1.0-1", "= 1.0-1", true],
    ["= 1.0-1", "= 1.0-2", false],
    ["= 1.0-1", "= 1.0", true],
    ["= 1.0", "= 1.0-7", true],
    ["= 1.0", ">= 1.0-7", true],
    ["= 1.0-7", "> 1.0", false],
    ["= 1.0-7", "< 1.0", false],
    ["= 1.0-7", "<= 1.0", true],
    ["= 1.0-1", "< 1.0-2", true],
    ["= 1.0-2", "< 1.0-2", false],
    ["= 1:1.0-1", ">= 2.0", true],
    ["= 2.0-1", ">= 1:1.0", false],
    [">= 1", "< 2", true],
    [">= 2", "< 2", false],
    [">= 2", "<= 2", true],
    ["> 2", "<= 2", false],
    ["< 2", "< 1", true],
    ["> 2", "> 3", true],
    ["<= 1", "> 2", false],
  ] as const)("what is %s is %s: %s", (provided, wanted, expected) => {
    expect(isWithin(bound(provided), bound(wanted))).toBe(expected);
  });
});

function bound(text: string): Parameters<typeof isWithin>[0] {
  const [operator, version = ""] = text.split(" ");
  if (operator !== "<" && operator !== "<=" && operator !== "=" && operator !== ">=")
    return { operator: ">", version };
  return { operator, version };
}
