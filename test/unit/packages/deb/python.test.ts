import { expect, test } from "vitest";
import { findPython } from "../../../../src/packages/deb/python.ts";

function found(...packages: readonly string[]): ReturnType<typeof findPython> {
  return findPython(
    packages.map((text) => {
      const [name = "", version = ""] = text.split(" ");
      return { name, version };
    }),
  );
}

const libc = "libc6 2.36-9+deb12u10";

test("the version that python3 is, in full, and where it looks", () => {
  expect(found("python3 3.11.2-1+b1", "python3.11 3.11.2-6+deb12u6", libc)).toEqual({
    major: 3,
    minor: 11,
    version: "3.11.2",
    glibc: [2, 36],
    interpreter: "usr/bin/python3.11",
    prefix: "usr/local",
    sitePackages: "usr/local/lib/python3.11/dist-packages",
    headers: "usr/local/include/python3.11",
  });
});

test("of several Pythons the one that python3 is, else the newest", () => {
  const several = ["python3.9-minimal 3.9.2-1", "python3.11-minimal 3.11.2-6", libc];
  expect(found(...several, "python3-minimal 3.9.2-3")?.version).toBe("3.9.2");
  expect(found(...several)?.version).toBe("3.11.2");
});

test("a version before its release, and a C library with an epoch", () => {
  expect(found("python3.13 3.13.0~rc1-1", "libc6 1:2.41-2")).toMatchObject({
    version: "3.13.0rc1",
    glibc: [2, 41],
  });
});

test("no Python, or one without the C library or its own package", () => {
  expect(found("bash 5.2", libc)).toBeUndefined();
  expect(found("python3.11 3.11.2-6")).toBeUndefined();
  expect(found("python3 3.11.2-1", libc)).toBeUndefined();
  expect(found("python3-flask 3.0-1", "libpython3.11 3.11.2-6", libc)).toBeUndefined();
});

test("versions that no Python and no C library will ever have", () => {
  expect(
    found("python3 3.99999999999-1", "python3.99999999999 3.99999999999-1", libc),
  ).toBeUndefined();
  expect(found("python3.99999999999 3.99999999999-1", libc)).toBeUndefined();
  expect(found("python3.11 3.11.2-6", "libc6 2.99999999999-1")).toBeUndefined();
});
