import { describe, expect, test } from "vitest";
import {
  parseTemplate,
  type TemplatePart,
  variablesOf,
} from "../../../../src/manifest/variables/template.ts";

/** Parts in short: `A(0-4)` is a variable, `!(2-5)` what is none, and a text stands in quotes. */
function inShort(parts: readonly TemplatePart[]): string {
  return parts
    .map((part) => {
      if (part.type === "text") return JSON.stringify(part.text);
      const at = `(${part.start}-${part.end})`;
      if (part.type === "invalid") return part.reason === "too-deep" ? `deep${at}` : `!${at}`;
      const { name, modifier } = part;
      if (modifier === undefined) return name + at;
      return `${name}${modifier.operator}[${inShort(modifier.word)}]${at}`;
    })
    .join(" ");
}

describe("a text with variables is read in parts", () => {
  test.each([
    ["", ""],
    ["a b", '"a b"'],
    ["$A", "A(0-2)"],
    ["a$A", '"a" A(1-3)'],
    ["a$A.b", '"a" A(1-3) ".b"'],
    ["$A_1$B", "A_1(0-4) B(4-6)"],
    ["${A}b", 'A(0-4) "b"'],
    ["$", '"$"'],
    ["a$", '"a" "$"'],
    ["$$", '"$"'],
    ["$$A", '"$" "A"'],
    ["$$$A", '"$" A(2-4)'],
    ["$1", '"$" "1"'],
    ["$A$", 'A(0-2) "$"'],
    ["${A:-b}c", 'A:-["b"](0-7) "c"'],
    ["${A-b}", 'A-["b"](0-6)'],
    ["${A:?b}", 'A:?["b"](0-7)'],
    ["${A?}", "A?[](0-5)"],
    ["${A:+b$C}", 'A:+["b" C(6-8)](0-9)'],
    ["${A+$}", 'A+["$"](0-6)'],
    ["${A-$$}b", 'A-["$"](0-7) "b"'],
    ["${A:-${B:-c}}", 'A:-[B:-["c"](5-12)](0-13)'],
    ["${A:-{$B}}", 'A:-["{" B(6-8) "}"](0-10)'],
  ])("%s", (source, parts) => {
    expect(inShort(parseTemplate(source))).toBe(parts);
  });
});

describe("what begins like a variable and is none ends with its brace, or with the text", () => {
  test.each([
    ["a${", '"a" !(1-3)'],
    ["${A", "!(0-3)"],
    ["${A b", "!(0-5)"],
    ["${}b", '!(0-3) "b"'],
    ["${1}", "!(0-4)"],
    ["${ A}", "!(0-5)"],
    ["${A b}", "!(0-6)"],
    ["${A:b}", "!(0-6)"],
    ["${A!}", "!(0-5)"],
    ["${-b}", "!(0-5)"],
    ["${A:-${}}", "A:-[!(5-8)](0-9)"],
    ["${A:-${B{}}", "A:-[!(5-10)](0-11)"],
    ["${A:-$${x}", "!(0-10)"],
  ])("%s", (source, parts) => {
    expect(inShort(parseTemplate(source))).toBe(parts);
  });
});

test("sixteen variables stand inside of each other, and no more", () => {
  const nested = (count: number): string => `${"${A:-".repeat(count)}x${"}".repeat(count)}`;
  expect(inShort(parseTemplate(nested(16)))).not.toContain("deep");
  expect(inShort(parseTemplate(nested(17)))).toContain("[deep(80-87)]");
});

test("of a text all variables are named, those of words too", () => {
  const names = variablesOf(parseTemplate("$A ${B:-$C ${D-$E}} $$F ${G")).map(({ name }) => name);
  expect(names).toEqual(["A", "B", "C", "D", "E"]);
});
