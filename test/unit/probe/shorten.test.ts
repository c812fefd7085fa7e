import { expect, test } from "vitest";
import { shorten } from "../../../src/probe/shorten.ts";

test("a text of 200 characters stays, a longer one is told by its beginning", () => {
  expect(shorten("x".repeat(200))).toBe("x".repeat(200));
  expect(shorten("x".repeat(201))).toBe(`${"x".repeat(197)}...`);
  expect(shorten("")).toBe("");
});
