import { expect, test } from "vitest";
import { jsonPieces } from "../../../src/store/json-pieces.ts";

const long = Array.from({ length: 10_000 }, (_, index) => (index % 3 === 0 ? null : `é${index}`));

test.for<readonly [string, unknown]>([
  ["a text", "text"],
  ["null", null],
  ["a list", [1, 2]],
  ["a long list", long],
  ["an object", { a: 1, b: ["x"], c: undefined }],
  ["an object with a long list", { long }],
  ["several of them", { a: undefined, long, b: { c: long }, other: long.slice(0, 8192), d: 1 }],
  ["what JSON leaves out", { long: [...long, undefined], f: undefined, g: 2 }],
])("the pieces of %s are its JSON", ([, value]) => {
  expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
});

test("a long list is never one text", () => {
  const longest = Math.max(...[...jsonPieces({ long })].map(({ length }) => length));

  expect(longest).toBeLessThan(JSON.stringify(long).length / 2);
});
