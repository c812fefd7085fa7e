import { expect, test } from "vitest";
import { formatRecord, parseRecord } from "../../../../src/image/wheels/record.ts";

test("fields with commas, quotes and line ends come back as they were", () => {
  const rows = [
    { path: 'a,"b"\nc.py', hash: "sha256=x", size: "1" },
    { path: "b.py", hash: "", size: "" },
  ];
  const text = formatRecord(rows.toReversed());
  expect(text).toBe('"a,""b""\nc.py",sha256=x,1\nb.py,,\n');
  expect(parseRecord(text)).toEqual(rows);
  expect(parseRecord(text.replaceAll("\n", "\r\n").replace('"\r\nc', '"\nc'))).toHaveLength(2);
});

test("lines without all of their fields, and without an end", () => {
  expect(parseRecord("a.py\n\nb.py,\nc.py,,")).toEqual(
    ["a.py", "b.py", "c.py"].map((path) => ({ path, hash: "", size: "" })),
  );
});

test.each([
  ['a"b,,\n', "its RECORD is no CSV"],
  ['"a,,\n', "its RECORD is no CSV"],
  ["a,b,c,d\n", "its RECORD has a line of more than three fields"],
])("%j is refused", (text, message) => {
  expect(() => parseRecord(text)).toThrow(message);
});

test("a line of commas without end takes no time without end", () => {
  const started = performance.now();
  expect(() => parseRecord(",".repeat(60_000_000))).toThrow("a line of more than three fields");
  expect(performance.now() - started).toBeLessThan(2_000);
});
