import { expect, test } from "vitest";
import { recognize } from "../../../../src/cli/usage/recognize.ts";
import { QclockError } from "../../../../src/error.ts";

const fromSystem = (path: string): Error =>
  Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", path });
const failure = new QclockError("build-failed", "It failed.");
const bug = new TypeError("a bug");

/** What `await using` throws when the scope failed and its end did, too. */
const suppressed = (first: unknown, second: unknown): Error =>
  Object.assign(new Error("An error was suppressed during disposal"), {
    name: "SuppressedError",
    suppressed: first,
    error: second,
  });

test("a failure of the world is itself", () => {
  expect(recognize(failure, "/store")).toBe(failure);
});

test("what the system says of the store's files is a failure of the world", () => {
  expect(recognize(fromSystem("/store/blobs/x"), "/store")).toMatchObject({
    code: "store-unusable",
  });
});

test("what it says of other files, and everything else, is a bug", () => {
  expect(recognize(fromSystem("/project/x"), "/store")).toBeUndefined();
  expect(recognize(bug, "/store")).toBeUndefined();
});

test("of two failures the first one counts, and a bug beside it is still a bug", () => {
  const store = fromSystem("/store/tmp/x");

  expect(recognize(suppressed(failure, store), "/store")).toBe(failure);
  expect(recognize(suppressed(suppressed(failure, store), store), "/store")).toBe(failure);
  expect(recognize(suppressed(failure, bug), "/store")).toBeUndefined();
  expect(recognize(suppressed(bug, failure), "/store")).toBeUndefined();
});
