import { expect, test } from "vitest";
import { contradictionIn, controlOf, parseControl } from "../../../../src/packages/deb/control.ts";
import type { UnpackedPackage } from "../../../../src/packages/unpacked.ts";

function withControl(control?: string): UnpackedPackage {
  return { metadata: new Map(control === undefined ? [] : [["control", control]]), entries: [] };
}

test("fields keep their order, and continued ones their lines", () => {
  const text = "\nPackage:  a \nDescription: short\n long\n .\n\tend\nEmpty:\n\n";
  expect([...parseControl(text)]).toEqual([
    ["Package", "a"],
    ["Description", "short\n long\n .\n\tend"],
    ["Empty", ""],
  ]);
});

test("a blank stays at the end of a first line where others follow, as in dpkg's database", () => {
  const fields = parseControl("Package: a \nDescription: short \n long\n");
  expect(fields.get("Package")).toBe("a");
  expect(fields.get("Description")).toBe("short \n long");
});

test.each([
  ["Package: a\n\nPackage: b", "its control file holds more than one paragraph"],
  ["Package: a\n \nVersion: 1", "its control file holds more than one paragraph"],
  ["", "its control file holds more than one paragraph"],
  [" Package: a", 'its control file has a line that is no field: " Package: a"'],
  ["Package: a\nno field", 'its control file has a line that is no field: "no field"'],
  [`Package: a\n${"x".repeat(60)}`, `a line that is no field: "${"x".repeat(60)}"`],
  [`Package: a\n${"x".repeat(61)}`, `a line that is no field: "${"x".repeat(57)}..."`],
  ["Package: a\npackage: b", "its control file holds the field package twice"],
])("%j is no control file", (text, message) => {
  expect(() => parseControl(text)).toThrow(message);
});

test("a control file that calls itself something else than the lock is told by its field", () => {
  const id = { name: "a", version: "1", architecture: "amd64" };
  const fields = (version: string, more = ""): string =>
    `Package: a\nVersion: ${version}\nArchitecture: amd64${more}`;
  const found = (text: string): string | undefined => contradictionIn(withControl(text), id);

  expect(found(fields("1", "\nSection: x"))).toBeUndefined();
  expect(found(fields("2"))).toBe(
    'its control file says "2" as its Version, but the lock says "1"',
  );
  expect(found(fields("1").replace("amd64", "all"))).toBe(
    'its control file says "all" as its Architecture, but the lock says "amd64"',
  );
  expect(found("Version: 1\nArchitecture: amd64")).toBe(
    'its control file has no Package, but the lock says "a"',
  );
  expect(() => controlOf(withControl())).toThrow("more than one paragraph");
});
