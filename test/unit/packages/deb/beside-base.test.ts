import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { essentialPackageOf } from "../../../../src/packages/deb/essential-programs.ts";
import { baseGroup, basePasswd } from "../../../../src/packages/deb/install/base-accounts.ts";

/** What the packages of Debian 12 bring: see test/judge/record-essential.ts. */
const { programs, passwd, group } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../fixtures/deb-essential.json"), "utf8"),
) as {
  readonly programs: Readonly<Record<string, readonly string[]>>;
  readonly passwd: string;
  readonly group: string;
};

/** What a shell does without a program. */
const BUILT_IN = ["[", "echo", "false", "kill", "printf", "pwd", "test", "true"];

test.each(Object.entries(programs))("the programs of %s are its own", (name, own) => {
  const known = own.filter((program) => !BUILT_IN.includes(program));
  expect(known.map((program) => [program, essentialPackageOf(program)])).toEqual(
    known.map((program) => [program, name]),
  );
});

test("the accounts that every Debian has are those of base-passwd", () => {
  expect(basePasswd).toBe(passwd);
  expect(baseGroup).toBe(group);
});
