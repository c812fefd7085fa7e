import { describe, expect, test } from "vitest";
import {
  dependencyOfEntry,
  dependencyOfHeader,
  formatDependency,
  parseDependency,
} from "../../../../../src/packages/rpm/relations/dependency.ts";
import {
  relationsOf,
  type RpmDependencies,
  toRelations,
} from "../../../../../src/packages/rpm/relations/relation.ts";
import type { Capability, Relation } from "../../../../../src/packages/package-index.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

describe("a dependency", () => {
  test.each([
    ["foo", 0, "", "foo"],
    ["foo", 8, "1:2-3", "foo = 1:2-3"],
    ["foo", 12, "0:2-3", "foo >= 2-3"],
    ["foo", 2 | 64, "2", "foo < 2"],
    ["foo", 4 | (1 << 24), "2", "foo > 2"],
    ["foo", 10, "2", "foo <= 2"],
    ["foo", 14, "2", "foo"],
    ["foo", 8, "", "foo"],
  ])("of a header: %s %d %s is %s", (name, flags, version, expected) => {
    expect(formatDependency(dependencyOfHeader(name, flags, version))).toBe(expected);
  });

  test("of primary.xml has its version in three parts", () => {
    const attributes = { flags: "GE", epoch: "0", ver: "1.2", rel: "3.el9" };
    expect(formatDependency(dependencyOfEntry("foo", attributes))).toBe("foo >= 1.2-3.el9");
    expect(formatDependency(dependencyOfEntry("foo", { ...attributes, epoch: "4" }))).toBe(
      "foo >= 4:1.2-3.el9",
    );
    expect(formatDependency(dependencyOfEntry("foo", { flags: "LT", ver: "2" }))).toBe("foo < 2");
    expect(formatDependency(dependencyOfEntry("foo", {}))).toBe("foo");
  });

  test.each(["foo", "foo >= 1", "libc.so.6(GLIBC_2.34)(64bit)", "(a >= 1 if b)", "/usr/bin/a b"])(
    "%s is read as it was written",
    (text) => {
      expect(formatDependency(parseDependency(text))).toBe(text);
    },
  );
});

describe("toRelations", () => {
  test.each([
    ["(a or b >= 2)", ["a | b >= 2"]],
    ["(a and b and c)", ["a", "b", "c"]],
    ["(a if b)", ["a if b"]],
    ["(a if b else c)", ["a if b", "c | b"]],
    ["(a unless b)", ["a", "nothing if b"]],
    ["((a or b) if (c and d))", ["a | b if c, d"]],
    ["(a if (c or d))", ["a if c", "a if d"]],
    ["((a and b) or c)", ["a | c", "b | c"]],
    ["(a >= 1 with a < 2)", ["a >= 1 with a < 2"]],
    ["((a or b) with c)", ["a with c | b with c"]],
    ["(a without (b or c))", ["a without b, c"]],
    [
      "(libc.so.6(X)(64bit) if glibc(x86-64) >= 2.3)",
      ["libc.so.6(X)(64bit) if glibc(x86-64) >= 2.3"],
    ],
    ["(a)", ["a"]],
  ])("%s", (text, expected) => {
    expect(toRelations({ name: text }).map(describeRelation)).toEqual(expected);
  });

  test.each([
    "(",
    "()",
    "(a",
    "(a and)",
    "(a xor b)",
    "(a and b or c)",
    "(a without b without c)",
    "(a if b if c)",
    "(a if b else c else d)",
    "(a >= )",
    "(a) b",
    "((a and b) with c)",
  ])("%s is a need that nothing satisfies", (text) => {
    expect(toRelations({ name: text })).toEqual([{ text, alternatives: [] }]);
  });

  test("what has no end is a need that nothing satisfies", () => {
    for (const text of [
      `${"(a or ".repeat(1000)}b${")".repeat(1000)}`,
      `(a or ${"b".repeat(20_000)})`,
      `(${Array.from({ length: 12 }, (_, i) => `(a${i} and b${i})`).join(" or ")})`,
    ])
      expect(toRelations({ name: text })).toEqual([{ text, alternatives: [] }]);
  });

  test("says of each image what the boolean dependency says of it", () => {
    const random = seededRandom(4);
    for (let round = 0; round < 2000; round += 1) {
      const [text, holds] = aDependency(random, 2);
      const relations = toRelations({ name: text.startsWith("(") ? text : `(${text})` });
      for (let image = 0; image < 8; image += 1) {
        const found = relations.every(({ alternatives, conditions = [] }) =>
          conditions.every(({ name }) => has(image, name))
            ? alternatives.some(({ name }) => has(image, name))
            : true,
        );
        expect([text, image, found]).toEqual([text, image, holds(image)]);
      }
    }
  });
});

describe("relationsOf", () => {
  test("keeps requirements once, without those of rpm itself, and conflicts by their kind", () => {
    const relations = relationsOf(
      dependencies({
        requires: ["rpmlib(PayloadIsZstd) <= 5.4.18-1", "bash", "bash", "bash >= 5"],
        provides: ["web = 1-1"],
        conflicts: ["old-web", "(a unless b)"],
        obsoletes: ["older-web < 1"],
        files: ["/usr/bin/web"],
      }),
    );
    expect(relations.requires.map(describeRelation)).toEqual(["bash", "bash >= 5", "b if a"]);
    expect(relations.requires.map(({ isConflict }) => isConflict)).toEqual([
      undefined,
      undefined,
      true,
    ]);
    expect(relations.provides.map(formatDependency)).toEqual(["web = 1-1", "/usr/bin/web"]);
    expect(relations.conflicts.map(({ verb, text }) => `${verb} ${text}`)).toEqual([
      "conflicts with old-web",
      "obsoletes older-web < 1",
    ]);
  });

  test("what a package supplements is a list for each dependency", () => {
    const { preferences } = relationsOf(
      dependencies({ supplements: ["(a and b)", "c"], recommends: ["d"], suggests: ["e"] }),
    );
    expect(preferences?.supplements.map((each) => each.map(describeRelation))).toEqual([
      ["a", "b"],
      ["c"],
    ]);
    expect(preferences?.recommends.map(describeRelation)).toEqual(["d"]);
    expect(preferences?.suggests.map(describeRelation)).toEqual(["e"]);
  });
});

/** A dependency on a, b and c, and what it says of the images whose bits name the packages. */
function aDependency(random: () => number, depth: number): [string, (image: number) => boolean] {
  if (depth === 0 || random() < 0.3) {
    const name = "abc"[Math.floor(random() * 3)] ?? "a";
    return [name, (image) => has(image, name)];
  }
  const [one, isOne] = aDependency(random, depth - 1);
  const [two, isTwo] = aDependency(random, depth - 1);
  const [three, isThree] = aDependency(random, depth - 1);
  switch (Math.floor(random() * 6)) {
    case 0:
      return [`(${one} and ${two})`, (image) => isOne(image) && isTwo(image)];
    case 1:
      return [`(${one} or ${two})`, (image) => isOne(image) || isTwo(image)];
    case 2:
      return [`(${one} if ${two})`, (image) => isOne(image) || !isTwo(image)];
    case 3:
      return [`(${one} unless ${two})`, (image) => isOne(image) && !isTwo(image)];
    case 4:
      return [
        `(${one} if ${two} else ${three})`,
        (image) => (isTwo(image) ? isOne(image) : isThree(image)),
      ];
    default:
      return [
        `(${one} unless ${two} else ${three})`,
        (image) => (isTwo(image) ? isThree(image) : isOne(image)),
      ];
  }
}

function has(image: number, name: string): boolean {
  return (image & (1 << "abc".indexOf(name))) !== 0;
}

function dependencies(
  texts: Partial<Readonly<Record<keyof RpmDependencies, readonly string[]>>>,
): RpmDependencies {
  const of = (kind: keyof RpmDependencies): ReturnType<typeof parseDependency>[] =>
    (texts[kind] ?? []).map(parseDependency);
  return {
    requires: of("requires"),
    provides: of("provides"),
    conflicts: of("conflicts"),
    obsoletes: of("obsoletes"),
    recommends: of("recommends"),
    suggests: of("suggests"),
    supplements: of("supplements"),
    enhances: of("enhances"),
    files: texts.files ?? [],
  };
}

function describeRelation({ alternatives, conditions = [] }: Relation): string {
  const needed = alternatives.map(describeCapability).join(" | ") || "nothing";
  return conditions.length === 0
    ? needed
    : `${needed} if ${conditions.map(describeCapability).join(", ")}`;
}

function describeCapability(capability: Capability): string {
  const { with: others = [], without = [] } = capability;
  return [
    formatDependency(capability),
    ...(others.length === 0 ? [] : [`with ${others.map(describeCapability).join(", ")}`]),
    ...(without.length === 0 ? [] : [`without ${without.map(describeCapability).join(", ")}`]),
  ].join(" ");
}
