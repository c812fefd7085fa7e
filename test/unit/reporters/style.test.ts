import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createStyle } from "../../../src/reporters/format/style.ts";

const colored = createStyle({ color: true });
const plain = createStyle({ color: false });

test("a style paints what it is given and nothing after it", () => {
  expect(colored.error("broken")).toBe("\u001B[31mbroken\u001B[39m");
  expect(colored.strong("much")).toBe("\u001B[1mmuch\u001B[22m");
  expect(colored.error("")).toBe("");
});

test("each line is painted by itself, and goes on after what is painted inside", () => {
  expect(colored.faint("one\n\ntwo")).toBe("\u001B[2mone\u001B[22m\n\n\u001B[2mtwo\u001B[22m");
  expect(colored.warning(`a ${colored.accent("b")} c`)).toBe(
    "\u001B[33ma \u001B[36mb\u001B[39m\u001B[33m c\u001B[39m",
  );
});

test("series have colours of their own, over and over", () => {
  const six = Array.from({ length: 6 }, (_, index) => colored.series(index, "x"));
  expect(new Set(six).size).toBe(6);
  expect(colored.series(6, "x")).toBe(six[0]);
  expect(six.map(stripVTControlCharacters)).toEqual(Array.from({ length: 6 }, () => "x"));
});

test("without colour nothing is changed", () => {
  const texts = [plain.error, plain.faint, plain.strong].map((paint) => paint("a\nb"));
  expect([...texts, plain.series(1, "a\nb")]).toEqual(Array.from({ length: 4 }, () => "a\nb"));
});
