import { describe, expect, test } from "vitest";
import type { Diagnostic, Location } from "../../../src/diagnostic.ts";
import { formatDiagnostic, formatDiagnostics } from "../../../src/reporters/format/diagnostic.ts";

/** A diagnostic about the part of a line between two vertical bars. */
function aDiagnostic(line: string, parts: Partial<Diagnostic> = {}): Diagnostic {
  return {
    severity: "error",
    code: "unknown-image",
    message: 'Image "bse" is not defined.',
    location: locate(line, 9),
    related: [],
    ...parts,
  };
}

function locate(marked: string, line: number): Location {
  const [before = "", part = "", after = ""] = marked.split("|");
  return {
    file: "stack.config.yaml",
    line,
    column: before.length + 1,
    offset: 0,
    length: Math.max(1, part.length),
    sourceLine: before + part + after,
  };
}

function screenOf(line: string, parts: Partial<Diagnostic> = {}): string {
  return `\n${formatDiagnostic(aDiagnostic(line, parts), { color: false })}`;
}

describe("a diagnostic", () => {
  test("shows place, message, code, the line underlined and the hint", () => {
    expect(
      screenOf("    from: |bse|", {
        hint: 'Did you mean "base"? It is defined at stack.config.yaml:3:3.',
      }),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:11 error: Image "bse" is not defined. [unknown-image]

          9 |     from: bse
            |           ~~~
            hint: Did you mean "base"? It is defined at stack.config.yaml:3:3.
      "
    `);
  });

  test("shows related places in the same manner", () => {
    expect(
      screenOf("  a: { from: |b| }", {
        related: [{ message: '"b" stands on "a"', location: locate("  b: { from: |a| }", 120) }],
      }),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:14 error: Image "bse" is not defined. [unknown-image]

          9 |   a: { from: b }
            |              ~

            stack.config.yaml:120:14: "b" stands on "a"

        120 |   b: { from: a }
            |              ~
      "
    `);
  });

  test("keeps the underline in sight on a long line", () => {
    expect(screenOf(`${"a".repeat(200)}|wrong|${"b".repeat(200)}`)).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:201 error: Image "bse" is not defined. [unknown-image]

          9 | ...aaaaaaaaaaaawrongbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...
            |                ~~~~~
      "
    `);
    expect(screenOf(`|${"a".repeat(500)}|`)).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:1 error: Image "bse" is not defined. [unknown-image]

          9 | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
            | ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      "
    `);
  });

  test("underlines tabs, wide characters and what has no width where they are seen", () => {
    expect(screenOf("\tna\tme: |x|")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:9 error: Image "bse" is not defined. [unknown-image]

          9 |   na  me: x
            |           ~
      "
    `);
    expect(screenOf("  日本: |語 é|  # 🙂")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:7 error: Image "bse" is not defined. [unknown-image]

          9 |   日本: 語 é  # 🙂
            |         ~~~~
      "
    `);
  });

  test("shows what would steer the terminal or reorder the line, and does nothing of it", () => {
    expect(
      screenOf("name: |\u001B[31mred\u202Eder\u200B|", {
        message: 'Name "\u001B[2J\u0007" is wrong.',
      }),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:7 error: Name "\\x1b[2J\\x07" is wrong. [unknown-image]

          9 | name: \\x1b[31mred\\u202eder\\u200b
            |       ~~~~~~~~~~~~~~~~~~~~~~~~~~
      "
    `);
  });

  test("does without a line when there is none", () => {
    expect(screenOf("||")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:9:1 error: Image "bse" is not defined. [unknown-image]
      "
    `);
  });

  test("says nothing by colour alone", () => {
    const diagnostic = aDiagnostic("    from: |bse|", { hint: "Try again." });
    const colored = formatDiagnostic(diagnostic, { color: true });
    expect(colored).toContain("\u001B[");
    // eslint-disable-next-line no-control-regex -- colours are the subject
    expect(colored.replaceAll(/\u001B\[\d+m/g, "")).toBe(
      formatDiagnostic(diagnostic, { color: false }),
    );
  });
});

test("several are counted", () => {
  const warning = aDiagnostic("|a|", { severity: "warning" });
  expect(formatDiagnostics([aDiagnostic("|a|"), warning, warning], { color: false })).toMatch(
    /\n\n1 error, 2 warnings\n$/,
  );
});
