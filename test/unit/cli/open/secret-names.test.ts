import { expect, test } from "vitest";
import {
  isSecretName,
  learnVariables,
  mayBeSecret,
} from "../../../../src/cli/open/secret-names.ts";
import { createRedactor } from "../../../../src/reporters/redact.ts";

test.each([
  "PASSWORD",
  "DB_PASSWORD",
  "db_password_file",
  "API_KEY",
  "APIKEY",
  "GH_TOKEN",
  "DB_PASS",
  "DB_PWD",
])("%s names a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  "PASSWORDLESS",
  "TOKENS",
  "KEY",
  "MONKEY",
  "PORT",
  "SECRETARY",
  "PWD",
  "OLDPWD",
  "COMPASS",
])("%s names none", (name) => {
  expect(isSecretName(name)).toBe(false);
});

test.each([
  ["PORT", "8081"],
  ["REPLICAS", "0"],
  ["DEBUG", "true"],
  ["TRACE", "false"],
  ["PREFIX", ""],
])("%s=%s cannot be a secret", (name, value) => {
  expect(mayBeSecret(name, value)).toBe(false);
});

test.each([
  ["PORT", "123456"],
  ["PORT", "8081 "],
  ["PORT", "-1"],
  ["LEVEL", "info"],
  ["HOST", "db.example"],
  ["DB_PASS", "1234"],
  ["SIM_PIN", "0000"],
  ["admin_pwd", ""],
  ["ALLOW", "true\n"],
])("%s=%j may be one", (name, value) => {
  expect(mayBeSecret(name, value)).toBe(true);
});

test("values of secrets are learnt from eight characters on", () => {
  const redactor = createRedactor();
  learnVariables(
    { redactor },
    new Map([
      ["DB_PASSWORD", "hunter22"],
      ["API_TOKEN", "hunter2"],
      ["GREETING", "good morning"],
      ["OLD_SECRET", undefined],
    ]),
  );
  expect(redactor.redact("hunter22, hunter2, good morning")).not.toContain("hunter22");
  expect(redactor.redact("hunter2, good morning")).toBe("hunter2, good morning");
});
