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
