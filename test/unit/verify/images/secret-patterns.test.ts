import { expect, test } from "vitest";
import {
  holdsSecret,
  secretAssignments,
  secretVariables,
} from "../../../../src/verify/images/secret-patterns.ts";

test("a variable is one by its name and a value, or by its value", () => {
  expect(
    secretVariables(
      [
        "PATH=/usr/bin",
        "DB_PASSWORD=x",
        "DB_PASSWORD=",
        "TOKEN_FILE=/run/secrets/token",
        "TOKEN_FILE=token",
        "api-key=a=b",
        "PWD=/srv",
        "OLDPWD=/srv",
        "PASSWORD",
        "URL=https://me:12345678@db/",
        "LEVEL=1234567",
        "CLOUD=AKIAABCDEFGHIJKLMNOP",
        "X=y=12345678",
      ],
      ["12345678", "1234567"],
    ),
  ).toEqual(["DB_PASSWORD", "TOKEN_FILE", "api-key", "PWD", "URL", "CLOUD", "X"]);
});

test("an assignment in a command line is one like a variable, with and without quotes", () => {
  const line = `RUN A=1 TOKEN='a b' SECRET="" KEY=none API_KEY=x PASSWORD_FILE="/run/p" make`;
  expect(secretAssignments(line, [])).toEqual(["TOKEN", "API_KEY"]);
  expect(secretAssignments("RUN curl -H 12345678", ["12345678"])).toEqual(["a value"]);
  expect(secretAssignments("RUN X=12345678 make", ["12345678"])).toEqual(["X"]);
  expect(secretAssignments("RUN make", ["12345678"])).toEqual([]);
});

test.each([
  ["-----BEGIN PRIVATE KEY-----", true],
  ["x -----BEGIN OPENSSH PRIVATE KEY-----", true],
  ["-----BEGIN PUBLIC KEY-----", false],
  [`ghp_${"a".repeat(36)}`, true],
  [`ghp_${"a".repeat(35)}`, false],
  ["xoxb-1234567890", true],
  ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.sig", true],
  ["is 12345678", true],
  ["is 1234567", false],
])("%s holds a secret: %s", (text, holds) => {
  expect(holdsSecret(text, ["other-value", "12345678", "1234567"])).toBe(holds);
});
