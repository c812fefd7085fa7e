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
  ["a network that is told by an address in the middle of it", ["10.213.0.9/28"], "10.213.0.16/28"],
  ["one address without a length", ["10.213.0.3/32"], "10.213.0.16/28"],
  ["the range's upper half", ["10.213.200.1/17"], "10.213.0.0/28"],
  ["the range's lower half", ["10.213.100.1/17"], "10.213.128.0/28"],
  ["several", ["10.213.0.0/28", "10.213.0.32/28"], "10.213.0.16/28"],
  ["one elsewhere", ["172.17.0.0/16", "192.168.0.0/16", "10.212.255.240/28"], "10.213.0.0/28"],
  ["one that is not IPv4", ["fd00::/64", "", "nonsense"], "10.213.0.0/28"],
])("what is in use is kept clear of: %s", (_, used, first) => {
  expect(chooseSubnets({ count: 1, range: "10.213.0.0/16", used })).toEqual([first]);
});

test("a range begins where its network does, and may be of another size", () => {
  const of = (range: string, prefix?: number): readonly string[] | undefined =>
    chooseSubnets({ count: 1, range, used: [], ...(prefix === undefined ? {} : { prefix }) });
  expect(of("192.168.7.77/24")).toEqual(["192.168.7.0/28"]);
  expect(of("255.255.255.240/28")).toEqual(["255.255.255.240/28"]);
  expect(of("10.0.0.0/8", 30)).toEqual(["10.0.0.0/30"]);
  expect(of("10.0.0.8/29", 29)).toEqual(["10.0.0.8/29"]);
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
