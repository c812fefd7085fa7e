import { expect, test } from "vitest";
import { essentialPackageOf } from "../../../../src/packages/deb/essential-programs.ts";

test.each([
  ["dpkg-realpath", "dpkg"],
  ["realpath", "coreutils"],
  ["sed", "sed"],
  ["dpkg-", undefined],
  ["curl", undefined],
])("%s is a program of %s", (program, name) => {
  expect(essentialPackageOf(program)).toBe(name);
});
