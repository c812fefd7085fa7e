import { expect, test } from "vitest";
import { countOf } from "../../src/count.ts";

test.each([
  [0, "0 packages"],
  [1, "1 package"],
  [2, "2 packages"],
])("%i is told as %s", (count, said) => {
  expect(countOf(count, "package")).toBe(said);
});
