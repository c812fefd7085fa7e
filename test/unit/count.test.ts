import { expect, test } from "vitest";
import { countOf, firstOf, listFirst } from "../../src/count.ts";

test.each([
  [0, "0 packages"],
  [1, "1 package"],
  [2, "2 packages"],
])("%i is told as %s", (count, said) => {
  expect(countOf(count, "package")).toBe(said);
});

test("of some lines the first are told, and how many more there are", () => {
  expect(firstOf(["a", "b", "c"], 3)).toEqual(["a", "b", "c"]);
  expect(firstOf(["a", "b", "c", "d"], 2)).toEqual(["a", "b", "and 2 more"]);
});

test("the same of names in a sentence", () => {
  expect(listFirst(["a", "b"], 2)).toBe("a, b");
  expect(listFirst(["a", "b", "c"], 2)).toBe("a, b and 1 more");
  expect(listFirst(["a", "b", "c"], 2, "; ")).toBe("a; b and 1 more");
});
