import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { essentialPackageOf } from "../../../../src/packages/rpm/essential-programs.ts";

test.each([
  ["realpath", "coreutils"],
  ["ldconfig", "glibc"],
  ["useradd", "shadow-utils"],
  ["awk", "gawk"],
  ["coreutils", undefined],
  ["curl", undefined],
])("%s is a program of %s", (program, name) => {
  expect(essentialPackageOf(program)).toBe(name);
});

/** Programs by package, as a database of EL9 has them. */
const programs = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../fixtures/rpm/programs.json"), "utf8"),
) as Readonly<Record<string, string>>;

/** What a shell does without a program, and what no script of a package calls. */
const LEFT_OUT = (
  "[ alias bg cd command echo false fc fg getopts hash iconvconfig jobs kill printf pwd read test " +
  "true type ulimit umask unalias wait"
).split(" ");

test.each(Object.entries(programs))("the programs of %s are its own", (name, list) => {
  const own = list.split(" ").filter((program) => !LEFT_OUT.includes(program));
  expect(own.map((program) => [program, essentialPackageOf(program)])).toEqual(
    own.map((program) => [program, name]),
  );
});
