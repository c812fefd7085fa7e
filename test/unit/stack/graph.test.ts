import { describe, expect, test } from "vitest";
import {
  closureOf,
  findCycles,
  heaviestPath,
  sortByDependencies,
} from "../../../src/stack/graph.ts";

/** `"a>b,c d"` is a that depends on b and c, and d that depends on nothing. */
function graph(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    text.split(" ").map((node) => {
      const [name = "", targets = ""] = node.split(">");
      return [name, targets === "" ? [] : targets.split(",")];
    }),
  );
}

describe("order", () => {
  test.each([
    ["one", "a", "a"],
    ["a chain", "a>b b>c c", "c b a"],
    ["a diamond", "a>b,c b>d c>d d", "d b c a"],
    ["islands keep their order", "b a c", "b a c"],
    ["names that the graph lacks are passed over", "a>x,b b", "b a"],
  ])("%s", (_shape, text, order) => {
    expect(sortByDependencies(graph(text)).join(" ")).toBe(order);
  });

  test("a chain of twenty thousand does not overflow the stack", () => {
    const chain = new Map(
      Array.from({ length: 20_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]] as const),
    );
    expect(sortByDependencies(chain)[0]).toBe("n19999");
    expect(findCycles(chain)).toEqual([]);
  });
});

describe("cycles", () => {
  test.each([
    ["none", "a>b b", ""],
    ["a node that needs itself", "a>a", "a"],
    ["two", "b>a a>b", "a,b"],
    ["three, from the first in the alphabet", "c>a b>c a>b", "a,b,c"],
    ["a tail that leads into it is no part of it", "a>b b>c c>b", "b,c"],
    ["a diamond is none", "a>b,c b>d c>d d", ""],
    ["two that share nothing", "a>b b>a c>d d>c", "a,b c,d"],
    ["two through one node are told as one", "a>b b>a,c c>b", "a,b"],
  ])("%s", (_shape, text, cycles) => {
    expect(
      findCycles(graph(text))
        .map((cycle) => cycle.join(","))
        .join(" "),
    ).toBe(cycles);
  });
});

test("a closure holds the nodes and what they need, and no more", () => {
  expect([...closureOf(graph("a>b b>c c d>a"), ["a"])].toSorted()).toEqual(["a", "b", "c"]);
  expect([...closureOf(graph("a>b b>a"), ["b"])].toSorted()).toEqual(["a", "b"]);
  expect([...closureOf(graph("a"), ["x"])]).toEqual([]);
});

describe("the chain that weighs most", () => {
  test.each([
    ["nothing", "", {}, ""],
    ["one", "a", { a: 2 }, "a"],
    [
      "the heavier branch, although it is shorter",
      "a>b,d b>c c d",
      { a: 1, b: 1, c: 1, d: 3 },
      "d a",
    ],
    [
      "the longer branch, where it is the heavier one",
      "a>b,d b>c c d",
      { a: 1, b: 2, c: 2, d: 3 },
      "c b a",
    ],
    ["what the end itself weighs", "a>c b>c c", { a: 1, b: 2, c: 5 }, "c b"],
    ["of equal chains the first", "a>c b>d c d", { a: 1, b: 1, c: 1, d: 1 }, "c a"],
    ["of equal branches the first", "a>b,c b c", { a: 1, b: 1, c: 1 }, "b a"],
    ["without a weight only its end", "a>b b", {}, "b"],
    ["what the graph lacks weighs nothing", "a>x", { a: 1, x: 9 }, "a"],
    ["the island", "a>b b c", { a: 1, b: 1, c: 3 }, "c"],
  ])("%s", (_what, text, weights, path) => {
    const weightOf = (name: string): number => new Map(Object.entries(weights)).get(name) ?? 0;
    const dependencies = text === "" ? new Map() : graph(text);
    expect(heaviestPath(dependencies, weightOf).join(" ")).toBe(path);
  });
});
