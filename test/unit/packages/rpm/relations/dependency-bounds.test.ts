import { describe, expect, test } from "vitest";
import { parseBoolean } from "../../../../../src/packages/rpm/relations/boolean.ts";
import { clausesOf } from "../../../../../src/packages/rpm/relations/clauses.ts";
import {
  dependencyOfHeader,
  formatDependency,
  parseDependency,
} from "../../../../../src/packages/rpm/relations/dependency.ts";
import { encodeHeader } from "../../../../../src/packages/rpm/header/encode-header.ts";
import { dependenciesOf } from "../../../../../src/packages/rpm/header/header-dependencies.ts";
import { RpmHeader } from "../../../../../src/packages/rpm/header/header.ts";
import { relationsOf, toRelations } from "../../../../../src/packages/rpm/relations/relation.ts";
import { tags } from "../../../../../src/packages/rpm/header/tags.ts";
import { numbers, texts } from "../../../../support/rpm/header-entries.ts";

const isRead = (text: string): boolean => toRelations({ name: text })[0]?.alternatives.length !== 0;
const repeated = (count: number, each: (index: number) => string, between: string): string =>
  Array.from({ length: count }, (_, index) => each(index)).join(between);

/** RPMSENSE: of all bits three say how a version is compared. */
describe("the bits of a dependency of a header", () => {
  const others = 0x7fff_ffff & ~14;
  test.each([
    [2, "foo < 1"],
    [10, "foo <= 1"],
    [8, "foo = 1"],
    [12, "foo >= 1"],
    [4, "foo > 1"],
    [0, "foo"],
    [6, "foo"],
    [14, "foo"],
  ])("%i beside all others and beside none: %s", (bits, expected) => {
    expect(formatDependency(dependencyOfHeader("foo", bits, "1"))).toBe(expected);
    expect(formatDependency(dependencyOfHeader("foo", bits | others, "1"))).toBe(expected);
  });

  test.each([
    ["1:2-3", "1:2-3"],
    ["0:2-3", "2-3"],
    ["00:2-3", "2-3"],
    [":2-3", "2-3"],
    ["10:2-3", "10:2-3"],
  ])("the version %s is %s, without an epoch of 0", (version, expected) => {
    expect(formatDependency(dependencyOfHeader("foo", 8, version))).toBe(`foo = ${expected}`);
  });
});

test.each([
  ["foo == 1", "foo = 1"],
  ["foo  >=  1", "foo >= 1"],
  [" foo ", "foo"],
  ["foo<1", "foo<1"],
  ["foo => 1", "foo => 1"],
  ["a path with spaces", "a path with spaces"],
  ["foo bar < 1", "foo bar < 1"],
  ["(a == 1 or b)", "(a == 1 or b)"],
])("the text %j is the dependency %s", (text, expected) => {
  expect(formatDependency(parseDependency(text))).toBe(expected);
});

describe("a boolean dependency", () => {
  const one = (text: string) => {
    const [clause] = clausesOf(parseBoolean(text));
    return clause?.present.map(formatDependency).join(" | ");
  };

  test.each([
    ["(a)", "a"],
    ["( a )", "a"],
    ["(a==1)", "a==1"],
    ["(a == 1)", "a = 1"],
    ["(a >= 1 or b <2)", "a >= 1 | b < 2"],
    ["(a >=1 or b)", "a >= 1 | b"],
    ["(lib(x)(64bit) or b())", "lib(x)(64bit) | b()"],
    ["(lib((x)) or b)", "lib((x)) | b"],
    ["((lib(x)) or (b))", "lib(x) | b"],
    ["(a = 1:2-3 or /usr/bin/b)", "a = 1:2-3 | /usr/bin/b"],
  ])("%s names %s", (text, expected) => {
    expect(one(text)).toBe(expected);
  });

  test.each(["(a,or,b)", "(a or b,c)", "((a) or", "(a => 1)", "(a > )", "(a or b) c", "(a or b))"])(
    "%s is none",
    (text) => {
      expect(isRead(text)).toBe(false);
    },
  );

  test("may be nested 32 deep in the first one", () => {
    const nested = (deep: number): string => `${"(a or ".repeat(deep)}b${")".repeat(deep)}`;
    expect(isRead(nested(33))).toBe(true);
    expect(isRead(nested(34))).toBe(false);
    const before = (deep: number): string => `${"(".repeat(deep)}b${" or a)".repeat(deep)}`;
    expect(isRead(before(33))).toBe(true);
    expect(isRead(before(34))).toBe(false);
  });

  test("may have 16 Ki characters", () => {
    const long = (length: number): string => `(${"a".repeat(length - 2)})`;
    expect(isRead(long(16_384))).toBe(true);
    expect(isRead(long(16_385))).toBe(false);
  });

  test.each([
    [256, (count: number) => `(${repeated(count, (at) => `a${at}`, " and ")})`],
    [256, (count: number) => `((${repeated(count, (at) => `a${at}`, " or ")}) with b)`],
    [256, (count: number) => `(a or (${repeated(count, (at) => `b${at}`, " and ")}))`],
    [
      16,
      (count: number) =>
        `((${repeated(16, (at) => `a${at}`, " and ")}) or (${repeated(count, (at) => `b${at}`, " and ")}))`,
    ],
    [
      16,
      (count: number) =>
        `((${repeated(16, (at) => `a${at}`, " or ")}) with (${repeated(count, (at) => `b${at}`, " or ")}))`,
    ],
    [8, (count: number) => `(${repeated(count, (at) => `(a${at} and b${at})`, " or ")})`],
  ])("may have 256 combinations: %i parts of them, and not one more", (most, textOf) => {
    expect(isRead(textOf(most))).toBe(true);
    expect(isRead(textOf(most + 1))).toBe(false);
  });

  test.each([
    "(a with (b and c))",
    "(a with (b if c))",
    "(a with (b unless c))",
    "(a without (b and c))",
    "((a if b) with c)",
    "((a unless b) without c)",
  ])("%s is of no single package", (text) => {
    expect(isRead(text)).toBe(false);
  });
});

describe("conflicts", () => {
  const of = (text: string) => {
    const none = { requires: [], provides: [], obsoletes: [], recommends: [], suggests: [] };
    const rest = { supplements: [], enhances: [], files: [] };
    const { conflicts, requires } = relationsOf({ ...none, ...rest, conflicts: [{ name: text }] });
    return {
      of: conflicts.map(({ excluded }) => excluded.name),
      if: requires.map(({ conditions = [], alternatives }) =>
        [
          ...conditions.map(({ name }) => name),
          ...alternatives.map(({ name }) => `or ${name}`),
        ].join(" "),
      ),
    };
  };

  test.each([
    ["a", { of: ["a"], if: [] }],
    ["(a or b)", { of: ["a", "b"], if: [] }],
    ["(a and b)", { of: [], if: ["a b"] }],
    ["(a with b)", { of: ["a"], if: [] }],
    ["(a unless b)", { of: [], if: ["a or b"] }],
    ["(a if b)", { of: ["a"], if: ["or b"] }],
    ["((a and b) or c)", { of: ["c"], if: ["a b"] }],
    ["(", { of: [], if: [""] }],
  ])("%s are with one package, or depend on several", (text, expected) => {
    expect(of(text)).toEqual(expected);
  });
});

describe("the lists of dependencies of a header", () => {
  const namesOf = (
    names: readonly string[],
    flags?: readonly number[],
    versions?: readonly string[],
  ) =>
    dependenciesOf(
      RpmHeader.parse(
        encodeHeader([
          texts(tags.requireName, names),
          ...(flags === undefined ? [] : [numbers(tags.requireFlags, flags)]),
          ...(versions === undefined ? [] : [texts(tags.requireVersion, versions)]),
        ]),
      ),
    ).requires.map(formatDependency);

  test("may be of names alone, as very old packages have them", () => {
    expect(namesOf(["a", "b"])).toEqual(["a", "b"]);
    expect(namesOf(["a", "b"], [8, 0], ["1", ""])).toEqual(["a = 1", "b"]);
  });

  test.each<[readonly number[] | undefined, readonly string[] | undefined, string]>([
    [[8], ["1", "2"], "2 names, 1 flags and 2 versions"],
    [[8, 8], ["1"], "2 names, 2 flags and 1 versions"],
    [[8], ["1"], "2 names, 1 flags and 1 versions"],
    [[8, 8], undefined, "2 names, 2 flags and 0 versions"],
    [undefined, ["1", "2"], "2 names, 0 flags and 2 versions"],
    [[8, 8, 8], ["1", "2", "3"], "2 names, 3 flags and 3 versions"],
  ])("with flags %j and versions %j are refused", (flags, versions, message) => {
    expect(() => namesOf(["a", "b"], flags, versions)).toThrow(message);
  });
});
