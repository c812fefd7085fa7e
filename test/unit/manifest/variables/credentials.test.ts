import { describe, expect, test } from "vitest";
import { maskCredentials } from "../../../../src/manifest/variables/credentials.ts";

const masked = (text: string): string => maskCredentials(text, () => "***");

describe("credentials are masked", () => {
  test.each([
    ["https://user:hunter2@mirror.example/debian", "https://***@mirror.example/debian"],
    ["https://token@mirror.example/", "https://***@mirror.example/"],
    ["http://user:p@ss@mirror.example", "http://***@mirror.example"],
    ["https://user:p/ss@mirror.example/x", "https://user:***@mirror.example/x"],
    ["https://user:p#s?@mirror.example/x", "https://user:***@mirror.example/x"],
    ["ssh://root:hunter2@host.example", "ssh://root:***@host.example"],
    ["https://a.example/x?token=abc&v=1", "https://a.example/x?token=***&v=1"],
    ["https://a.example/x?v=1&X-Amz-Signature=abc", "https://a.example/x?v=1&X-Amz-Signature=***"],
    ["https://a.example/?access_token=a#b", "https://a.example/?access_token=***#b"],
    ["https://a.example/?apikey=a&amp;sig=b", "https://a.example/?apikey=***&amp;sig=***"],
    ["Authorization: Bearer abc.def", "Authorization: Bearer ***"],
    ["proxy-authorization: Basic dTpw", "proxy-authorization: Basic ***"],
    ['headers: { Authorization: "Bearer abc" }', 'headers: { Authorization: "Bearer ***" }'],
    ['{"Authorization":"Basic dTpw","a":1}', '{"Authorization":"Basic ***","a":1}'],
    [String.raw`{\"authorization\":\"abc\"}`, String.raw`{\"authorization\":\"***\"}`],
    ["X-Api-Key: abc", "X-Api-Key: ***"],
    ["PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: ***"],
    ["got Bearer eyJhbGciOi.J9 back", "got Bearer *** back"],
  ])("%s", (text, expected) => {
    expect(masked(text)).toBe(expected);
  });
});

describe("what is none is left alone", () => {
  test.each([
    "https://mirror.example:8080/a@b",
    "ssh://deploy@host.example",
    "https://a.example/x?version=1&name=b",
    "the bearer of this, or Basic authentication",
    "unauthorized: authentication required",
    'Authorization: "Bearer ${TOKEN}"',
    "https://a.example/?token=${TOKEN}",
    "registry.example/a@sha256:0123",
    '{"key":"a","cookies":1}',
  ])("%s", (text) => {
    expect(masked(text)).toBe(text);
  });
});

test("by stars a text keeps its length", () => {
  expect(maskCredentials("https://u:p@a.example/?sig=abc")).toBe("https://***@a.example/?sig=***");
});

test("what was masked by stars keeps its length when it is masked again", () => {
  const text = maskCredentials("https://user:hunter2@a.example/");
  expect(masked(text)).toBe(text);
});

// Quadratic time would be minutes.
test.each(["x", "?a", "a://a:", "https://a", "x-", "authorization ", "a.", "&token", "bearer "])(
  "a megabyte of %j takes no time",
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(masked(text).length).toBeGreaterThan(0);
  },
  60_000,
);
