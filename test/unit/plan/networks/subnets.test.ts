import { expect, test } from "vitest";
import { chooseSubnets } from "../../../../src/plan/networks/subnets.ts";

test("subnets are the first free ones of the range, side by side", () => {
  expect(chooseSubnets({ count: 3, range: "10.213.0.0/16", used: [] })).toEqual([
    "10.213.0.0/28",
    "10.213.0.16/28",
    "10.213.0.32/28",
  ]);
});

test.each([
  ["one inside another", ["10.213.0.0/24"], "10.213.1.0/28"],
  ["a smaller one", ["10.213.0.4/30"], "10.213.0.16/28"],
  ["the last address of one", ["10.213.0.15/32"], "10.213.0.16/28"],
  ["several", ["10.213.0.0/28", "10.213.0.32/28"], "10.213.0.16/28"],
  ["one elsewhere", ["172.17.0.0/16", "192.168.0.0/16", "10.212.255.240/28"], "10.213.0.0/28"],
  ["one that is not IPv4", ["fd00::/64", "", "nonsense"], "10.213.0.0/28"],
])("what is in use is kept clear of: %s", (_, used, first) => {
  expect(chooseSubnets({ count: 1, range: "10.213.0.0/16", used })).toEqual([first]);
});

test("a range that is full is said to be", () => {
  expect(chooseSubnets({ count: 4, range: "10.0.0.0/26", used: [] })).toHaveLength(4);
  expect(chooseSubnets({ count: 5, range: "10.0.0.0/26", used: [] })).toBeUndefined();
  expect(chooseSubnets({ count: 1, range: "10.0.0.0/26", used: ["10.0.0.0/8"] })).toBeUndefined();
  expect(chooseSubnets({ count: 0, range: "10.0.0.0/26", used: ["10.0.0.0/8"] })).toEqual([]);
});

test("no two subnets overlap, high addresses included", () => {
  const chosen = chooseSubnets({ count: 300, range: "240.0.0.0/16", used: ["240.0.1.0/24"] });

  expect(new Set(chosen).size).toBe(300);
  expect(chosen?.some((subnet) => subnet.startsWith("240.0.1."))).toBe(false);
});
