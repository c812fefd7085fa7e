import { describe, expect, test } from "vitest";
import { loadManifest } from "../../../../src/manifest/load.ts";

const head = 'name: s\nimages: { a: { from: scratch, user: "1:1" } }\n';

/** What is wrong with a part that no schema looks at: the message, and what it is about. */
function told(part: string): readonly string[] {
  const text = `${head}x-part:\n${part.replaceAll(/^/gm, "  ")}\n`;
  const loaded = loadManifest({
    path: "/p/stack.config.yaml",
    text,
    displayPath: "stack.config.yaml",
    environment: new Map(),
  });
  return loaded.ok
    ? []
    : loaded.error.map(
        ({ message, location: { offset, length } }) =>
          `${message} <${text.slice(offset, offset + length)}>`,
      );
}

describe("keys", () => {
  test.each([
    ["a: 1\nb: 2", []],
    ["1: a\n2.5: b", []],
    ['1: a\n"1": b', ['"1" is given twice. <"1">']],
    ["a: 1\nb: 2\na: 3\na: 4", ['"a" is given twice. <a>', '"a" is given twice. <a>']],
    ["[{ a: 1, a: 2 }]", ['"a" is given twice. <a>']],
    ["a: { a: 1 }\nb: { a: 1 }", []],
    ["true: a", ["A key must be a text. <true>"]],
    ["~: a", ["A key must be a text. <~>"]],
    ["[a, b]: c", ["A key must be a text. <[a, b]>"]],
    ["? { a: 1 }\n: b", ["A key must be a text. <{ a: 1 }>"]],
    ["a: { __proto__: 1 }", ['"__proto__" is not a key. <__proto__>']],
  ])("%j", (part, expected) => {
    expect(told(part)).toEqual(expected);
  });
});

describe("tags of override files stand before the value of a key alone", () => {
  const refusal = (tag: string): string =>
    `\`${tag}\` stands before the value of a key, and nowhere else.`;

  test.each([
    ["a: !reset null\nb: !override [x]", []],
    ["a: [!reset x]", [`${refusal("!reset")} <x>`]],
    ["a:\n  - b\n  - !override { c: d }", [`${refusal("!override")} <{ c: d }>`]],
  ])("%j", (part, expected) => {
    expect(told(part)).toEqual(expected);
  });
});

describe("aliases", () => {
  const repeated = (count: number, item: string): string =>
    Array.from({ length: count }, () => item).join(", ");

  test.each([
    ["a: &x 1\nb: *x", []],
    ["a: *x\nb: &x 1", ["Alias *x names no anchor before it. <*x>"]],
    ["a: &x { b: *x }", ["Alias *x is inside what it names. <*x>"]],
    ["a: &x [1, [2, *x]]\nb: *x", ["Alias *x is inside what it names. <*x>"]],
    ["a: &x [1]\nb: &x [*x]", ["Alias *x is inside what it names. <*x>"]],
    ["a: &x [1]\nb: [*x, *x]", []],
  ])("%j", (part, expected) => {
    expect(told(part)).toEqual(expected);
  });

  test("a thousand are followed, and of more the first is told", () => {
    const aliases = (count: number): string => `a: &x 1\nb: [${repeated(count, "*x")}]`;
    const refusal = ["The manifest holds more than 1000 aliases. <*x>"];
    expect(told(aliases(1000))).toEqual([]);
    expect(told(aliases(1001))).toEqual(refusal);
    expect(told(aliases(1003))).toEqual(refusal);
  });

  test("that stand for more than a hundred thousand values are told once", () => {
    const tenfold = (name: string, item: string): string =>
      `${name}: &${name} [${repeated(10, item)}]`;
    const most = ["a", "b", "c", "d", "e"].map((name, index) =>
      tenfold(name, index === 0 ? "x" : `*${"abcde"[index - 1] ?? ""}`),
    );
    // Eleven values, then ten times as many and one.
    expect(told(most.slice(0, 4).join("\n"))).toEqual([]);
    expect(told(`${most.slice(0, 4).join("\n")}\nf: *d`)).toEqual([]);
    expect(told(`${most.join("\n")}\nf: *e\ng: [*e, *e]\nh: *f`)).toEqual([
      "Alias *e stands for more than 100000 values. <*e>",
      "Alias *f names no anchor before it. <*f>",
    ]);
  });
});
