import { describe, expect, test } from "vitest";
import * as z from "zod";
import { describePath, expectation, show } from "../../../../src/manifest/keys/wording.ts";
import { problemsOf } from "../../../support/read-manifest.ts";

const textOf = (service: string): string =>
  `name: s\nimages: { app: { from: scratch, user: "1:1" } }\nservices: { app: { image: app, ${service} } }\n`;

describe("what a value must be is said in words", () => {
  const place = '"services.app.';

  test.each([
    ["tty: 1", 'tty" must be true or false, but is the number 1.'],
    ["hostname: [a]", 'hostname" must be a text, but is a list.'],
    ["hostname: {}", 'hostname" must be a text, but is a map.'],
    ["hostname: ", 'hostname" must be a text, but is empty.'],
    ["hostname: true", 'hostname" must be a text, but is true.'],
    ["pids_limit: 1.5", 'pids_limit" must be a whole number, but is the number 1.5.'],
    ["pids_limit: .inf", 'pids_limit" must be a number, but is no number that can be used.'],
    ["secrets: a", 'secrets" must be a list, but is "a".'],
    ["policy: a", 'policy" must be a map, but is "a".'],
    [
      "probes: [{ http_get: { port: 1, scheme: ftp } }]",
      'probes[0].http_get.scheme" must be one of http, https; it is "ftp".',
    ],
    [
      "probes: [{ http_get: { port: 1, path: health } }]",
      'probes[0].http_get.path" must be a text that begins with `/`; it is "health".',
    ],
    [
      "probes: [{ tcp_socket: { port: 0 } }]",
      'probes[0].tcp_socket.port" must be 1 or more; it is the number 0.',
    ],
    [
      "probes: [{ tcp_socket: { port: 65536 } }]",
      'probes[0].tcp_socket.port" must be 65535 or less; it is the number 65536.',
    ],
    [
      "probes: [{ http_get: { port: 1, redirects: 11 } }]",
      'probes[0].http_get.redirects" must be 10 or less; it is the number 11.',
    ],
    ["pids_limit: 0", 'pids_limit" must be above 0; it is the number 0.'],
  ])("%s", (written, message) => {
    const [first, ...others] = problemsOf(textOf(written));
    expect(others).toEqual([]);
    expect(first?.replace(/^[a-z-]+: /, "")).toBe(place + message);
  });
});

test.each<readonly [string, z.ZodType, unknown, string]>([
  ["too few items", z.array(z.string()).min(2), [], "2 or more items"],
  ["too many items", z.array(z.string()).max(1), ["a", "b"], "1 or less items"],
  ["too short a text", z.string().min(2), "a", "2 or more characters"],
  ["too long a text", z.string().max(1), "ab", "1 or less characters"],
  ["too small a number", z.number().min(1), 0, "1 or more"],
  ["a number that must be larger", z.number().gt(1), 1, "above 1"],
  ["too large a number", z.number().max(1), 2, "1 or less"],
  ["one choice", z.literal("a"), "b", "`a`"],
  ["one of several", z.literal(["a", "b"]), "c", "one of a, b"],
  ["one of an enumeration", z.enum(["a", "b"]), "c", "one of a, b"],
  ["nothing", z.null(), 1, "empty"],
  ["a map", z.record(z.string(), z.string()), 1, "a map"],
  ["a map of some keys", z.object({}), [], "a map"],
  ["a whole number", z.int(), "1", "a number"],
  ["a number in the form of another", z.int(), 1.5, "a whole number"],
  ["a form", z.string().regex(/^x$/), "y", "in the form that docs/manifest.md shows"],
  ["a beginning", z.string().startsWith("/"), "y", "a text that begins with `/`"],
  ["what the schema says in its own words", z.string("a colour"), 1, "a colour"],
])("%s is told by what must be", (_what, schema, value, words) => {
  const { error } = schema.safeParse(value);
  expect(error?.issues.map(expectation)).toEqual([words]);
});

test("a place is written as one would name it", () => {
  expect(describePath([])).toBe("The manifest");
  expect(describePath(["services", "app", "ports", 0, "target"])).toBe(
    '"services.app.ports[0].target"',
  );
});

test("a long text is cut, and one of sixty characters is not", () => {
  expect(show("x".repeat(60))).toBe(`"${"x".repeat(60)}"`);
  expect(show(`a${"x".repeat(60)}`)).toBe(`"a${"x".repeat(56)}..."`);
  expect(show(undefined)).toBe("empty");
});
