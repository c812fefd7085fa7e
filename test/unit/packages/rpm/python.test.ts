import { expect, test } from "vitest";
import { findPython } from "../../../../src/packages/rpm/python.ts";

function found(...packages: readonly string[]): ReturnType<typeof findPython> {
  return findPython(
    packages.map((text) => {
      const [name = "", version = ""] = text.split(" ");
      return { name, version };
    }),
  );
}

const glibc = "glibc 2.34-274.0.1.el9_8";

test("the version that python3 is, in full, and where it looks", () => {
  expect(found("python3 3.9.21-2.el9", "python3.12 3.12.5-2.el9", glibc)).toEqual({
    major: 3,
    minor: 9,
    version: "3.9.21",
    glibc: [2, 34],
    interpreter: "usr/bin/python3.9",
    prefix: "usr/local",
    sitePackages: "usr/local/lib/python3.9/site-packages",
    headers: "usr/local/include/python3.9",
  });
});

test("without python3 the newest that is there by its own name", () => {
  const several = ["python3.11 3.11.9-7.el9", "python3.12 3.12.0~rc1-1.el9", "python3.12-libs 9-9"];
  expect(found(...several, glibc)).toMatchObject({ minor: 12, version: "3.12.0rc1" });
});

test("libraries alone, no C library, and numbers that nobody uses give none", () => {
  expect(found("python3-libs 3.9.21-2.el9", glibc)).toBeUndefined();
  expect(found("python3 3.9.21-2.el9")).toBeUndefined();
  expect(found("python3 3.99999-1", glibc)).toBeUndefined();
});
