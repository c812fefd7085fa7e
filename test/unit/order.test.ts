import { expect, test } from "vitest";
import { by, byKey, compareTexts } from "../../src/order.ts";

test("texts are in the order of their code units, capitals before small letters", () => {
  const sorted = ["b", "a", "Z", "", "a-b", "a", "ä", "aa"].toSorted(compareTexts);
  expect(sorted).toEqual(["", "Z", "a", "a", "a-b", "aa", "b", "ä"]);
  expect(compareTexts("a", "a")).toBe(0);
});

test("things are in the order of their texts, and equal ones stay as they were", () => {
  const things = [
    { name: "b", number: 1 },
    { name: "a", number: 2 },
    { name: "a", number: 3 },
  ];
  expect(things.toSorted(by(({ name }) => name)).map(({ number }) => number)).toEqual([2, 3, 1]);
});

test("entries of a map are in the order of their keys", () => {
  const entries = new Map([
    ["b", 1],
    ["a", 2],
  ]);
  expect([...entries].toSorted(byKey)).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
