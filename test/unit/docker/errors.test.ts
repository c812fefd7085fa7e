import { expect, test } from "vitest";
import { cleanText, engineFailure, engineStatus, systemCode } from "../../../src/docker/errors.ts";
import { QclockError } from "../../../src/error.ts";

test.each([
  ["\u001B[31mred\u001B[0m", "red"],
  ["\u001B]0;title\u0007text", "text"],
  ["\u001B]8;;http://x.example\u001B\\link", "link"],
  ["a\r\nb\u0000c", "a b c"],
  ["right\u202Eleft", "right left"],
  ["é 日本 😀", "é 日本 😀"],
])("%j is shown as %j", (text, shown) => {
  expect(cleanText(text)).toBe(shown);
});

test("a failure goes by number, and keeps it", () => {
  const attempt = { operation: "create container a", url: "unix:///x" };
  const conflict = Object.assign(new Error("(HTTP code 409) unexpected - x"), {
    statusCode: 409,
    json: { message: "name in use" },
  });
  const error = engineFailure(attempt, conflict);
  expect(error).toMatchObject({
    code: "engine-failed",
    message: "Could not create container a: name in use.",
  });
  expect(engineStatus(error)).toBe(409);
  expect(engineStatus(new Error("x"))).toBeUndefined();
  expect(
    engineFailure(attempt, Object.assign(new Error("x"), { statusCode: 401, json: {} })).code,
  ).toBe("engine-refused");
});

test("the system's codes are found behind our own errors", () => {
  const cause = Object.assign(new Error("connect"), { code: "ENOENT" });
  expect(systemCode(new QclockError("engine-unreachable", "x", { cause }))).toBe("ENOENT");
});
