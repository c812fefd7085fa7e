import { expect, test } from "vitest";
import { loadText } from "../../../support/read-manifest.ts";

/** What a key of a service is that is written as a variable of a value, or what is wrong. */
function read(key: string, value: string, written = '"${X}"'): unknown {
  const text = `name: s\nimages: { a: { from: scratch } }\nservices:\n  app:\n    image: a\n    ${key}: ${written}\n`;
  const loaded = loadText(text, { environment: { X: value } });
  if (!loaded.ok) return loaded.error.map(({ code }) => code).join(" ");
  return new Map(Object.entries(loaded.value.manifest.services["app"] ?? {})).get(key);
}

test.each([
  ["pids_limit", "64", 64],
  ["pids_limit", "064", "wrong-type"],
  ["pids_limit", "6 4", "wrong-type"],
  ["pids_limit", "0x40", "wrong-type"],
  ["pids_limit", "true", "wrong-type"],
  ["pids_limit", "", "wrong-type"],
  ["tty", "true", true],
  ["tty", "false", false],
  ["tty", "yes", "wrong-type"],
  ["tty", "1", "wrong-type"],
  ["hostname", "64", "64"],
  ["hostname", "true", "true"],
  ["command", "64", "64"],
])("%s from a variable of the value %j is %j", (key, value, expected) => {
  expect(read(key, value)).toEqual(expected);
});

test("only what a variable gave takes the type that is wanted, in quotes or not", () => {
  expect(read("pids_limit", "6", "${X}4")).toBe(64);
  expect(read("pids_limit", "64", '"64"')).toBe("wrong-type");
  expect(read("tty", "", '"true"')).toBe("wrong-type");
  expect(read("environment", "64", '{ A: "${X}", B: "64", C: 64 }')).toEqual({
    A: "64",
    B: "64",
    C: "64",
  });
});
