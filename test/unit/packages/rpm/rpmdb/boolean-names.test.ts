import { expect, test } from "vitest";
import { namesInBoolean } from "../../../../../src/packages/rpm/rpmdb/boolean-names.ts";

/** By `updateRichDep` of rpm 4.16: all names, and then those of conditions with a sign. */
test.each([
  ["(b and a)", "a b"],
  ["(b or a or c)", "a b c"],
  ["(a >= 1 with a < 2)", "a"],
  ["(a without b)", "a b"],
  ["(a if b)", "a !b"],
  ["(a unless b)", "a !b"],
  ["(a if b else c)", "a b c !b"],
  ["(a unless b else c)", "a b c !b"],
  ["(a if (c or b))", "a !b !c"],
  ["(a if (b if c))", "a c !b"],
  ["((a if b) or (b if a))", "a b !a !b"],
  ["(rpmlib(X) or a)", "a"],
  ["(libc.so.6(X)(64bit) if glibc(x86-64) >= 2.3)", "libc.so.6(X)(64bit) !glibc(x86-64)"],
  ["(a", ""],
  ["a", ""],
])("rpm finds what has %s by the names %s", (text, names) => {
  expect(namesInBoolean(text).join(" ")).toBe(names);
});
