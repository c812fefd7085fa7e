import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { formatError } from "../../../src/reporters/format/error.ts";
import { shortenWords } from "../../../src/reporters/format/shorten.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { screenOf } from "../../support/read-manifest.ts";

const long = "x".repeat(60_000);

test("a long value is cut in a message, and the rest of the sentence stays", () => {
  expect(shortenWords(`Image "${long}" is not defined.`)).toBe(
    `Image "${"x".repeat(59)}...${"x".repeat(19)}" is not defined.`,
  );
  expect(shortenWords("word ".repeat(10_000)).length).toBeLessThanOrEqual(600);
});

test("what is as long as a reference with its digest stays whole", () => {
  const reference = `registry.example/team/name:1.2@sha256:${"0".repeat(64)}`;
  expect(shortenWords(reference)).toBe(reference);
});

test.each([
  ["a name", `name: shop\nimages: { a: { from: "${long}" } }\n`],
  ["a key", `name: shop\n${long}: 1\n`],
  ["a value", `name: "${long}"\n`],
  ["words", `name: shop\nimages: { a: { user: "${"no ".repeat(20_000)}", from: scratch } }\n`],
])("no screen of a manifest is filled by %s", (_, text) => {
  expect(screenOf(text).length).toBeLessThan(1000);
});

test("no error is, either", () => {
  const error = new QclockError("usage", `"${long}" cannot be the name of a stack.`);
  expect(formatError(error, createStyle({ color: false })).length).toBeLessThan(200);
});
