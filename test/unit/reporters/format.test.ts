import { describe, expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { formatBytes } from "../../../src/reporters/format/bytes.ts";
import { formatAge, formatDuration } from "../../../src/reporters/format/duration.ts";
import { formatBug, formatError } from "../../../src/reporters/format/error.ts";
import { sanitize, sanitizeLine } from "../../../src/reporters/format/sanitize.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { formatTable } from "../../../src/reporters/format/table.ts";
import { displayWidth, padColumns, truncate } from "../../../src/reporters/format/width.ts";

const style = createStyle({ color: false });

test.each([
  [0, "0 ms"],
  [7.4, "7 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [1440, "1.4 s"],
  [59_940, "59.9 s"],
  [59_960, "1 min 00 s"],
  [125_000, "2 min 05 s"],
  [3_599_600, "1 h 00 min"],
  [11_040_000, "3 h 04 min"],
])("a duration of %d ms reads %s", (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [240_000, "4 min"],
  [10_800_000, "3 h"],
  [800_000_000, "9 d"],
])("an age of %d ms reads %s", (ageMs, text) => {
  expect(formatAge(ageMs)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [999.6, "1.0 kB"],
  [9400, "9.4 kB"],
  [92_123_456, "92 MB"],
  [999_600_000, "1.0 GB"],
  [5e15, "5000 TB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe("text from outside", () => {
  test("loses escape sequences as a whole, not only their first character", () => {
    expect(
      sanitize(
        "\u001B[31mred\u001B[0m \u001B]0;title\u0007x \u001B]8;;http://a.invalid\u001B\\link",
      ),
    ).toBe("red x link");
  });

  test("loses control characters and what reorders it, and keeps tabs and lines", () => {
    expect(sanitize("a\u0000b\u0008c\r\nd\te\u202Ef\u200Bg")).toBe("abc\nd\tefg");
  });

  test("loses the eight-bit forms of escape sequences' beginnings", () => {
    expect(sanitize("\u009B2J")).toBe("2J");
  });

  test("becomes one line where only one line may stand", () => {
    expect(sanitizeLine("one\ntwo\tthree\u2028four\n")).toBe("one two three four");
  });

  test("keeps what people write", () => {
    expect(sanitize("Grüße, 時計 ⏱️")).toBe("Grüße, 時計 ⏱️");
  });
});

describe("width", () => {
  test.each([
    ["abc", 3],
    ["時計", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["\u001B[31mred\u001B[0m", 3],
    ["👩‍👩‍👧", 2],
  ])("%s takes %d columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  test("a cut leaves room for the ellipsis and never half a wide character", () => {
    expect(truncate("abcdef", 4)).toBe("abc…");
    expect(truncate("時計時計", 4)).toBe("時…");
    expect(truncate("abc", 3)).toBe("abc");
    expect(truncate("abc", 0)).toBe("");
  });

  test("filling counts columns, not characters", () => {
    expect(padColumns("時", 4)).toBe("時  ");
    expect(padColumns("7", 3, "right")).toBe("  7");
  });
});

describe("a table", () => {
  const columns = [
    { title: "NAME" },
    { title: "SIZE", align: "right" as const },
    { title: "PATH", minimumWidth: 6 },
  ];
  const rows = [
    ["base", "1", "/images/base/rootfs"],
    ["application", "22", "/a"],
  ];

  test("has columns as wide as their content and no spaces at line ends", () => {
    expect(formatTable(columns, rows, { width: undefined })).toMatchInlineSnapshot(`
      "NAME          SIZE   PATH
      base             1   /images/base/rootfs
      application     22   /a"
    `);
  });

  test("is cut where it may be when the terminal is narrow", () => {
    const text = formatTable(columns, rows, { width: 30 });
    expect(text).toMatchInlineSnapshot(`
      "NAME          SIZE   PATH
      base             1   /images/…
      application     22   /a"
    `);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(30);
  });

  test("never cuts below the least width, however narrow the terminal", () => {
    expect(formatTable(columns, rows, { width: 5 })).toContain("/imag…");
  });
});

describe("an error", () => {
  test("shows message, code, details, the causes that say something new, and the hint", () => {
    const cause = new Error("connect ECONNREFUSED 127.0.0.1:9");
    const error = new QclockError("engine-unreachable", "The Engine does not answer.", {
      cause: new Error("The Engine does not answer.", { cause }),
      details: ["tried unix:///nowhere\nand more"],
      hint: "Start it.",
    });
    expect(formatError(error, style)).toMatchInlineSnapshot(`
      "error: The Engine does not answer. [engine-unreachable]
          tried unix:///nowhere
          and more
          caused by: connect ECONNREFUSED 127.0.0.1:9
          hint: Start it.
      "
    `);
  });

  test("cannot smuggle control characters onto the terminal", () => {
    const error = new QclockError("build-failed", "bad \u001B[2Jname", {
      details: ["\u001B[31mred"],
      cause: new Error("\u0007bell"),
    });
    // eslint-disable-next-line no-control-regex -- control characters are the subject
    expect(formatError(error, style)).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  });

  test("that nobody expected asks for a report with stack and version", () => {
    const text = formatBug({
      error: new TypeError("x is not a function"),
      version: "1.2.3",
      runtime: "Node 24",
      style,
    });
    expect(text).toMatch(
      /bug in qclock[\s\S]*TypeError: x is not a function\n {4} {4}at [\s\S]*qclock 1\.2\.3, Node 24/,
    );
  });
});
