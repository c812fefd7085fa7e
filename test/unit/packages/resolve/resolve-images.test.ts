import { expect, test } from "vitest";
import { debRules } from "../../../../src/packages/deb/rules.ts";
import type { PackageIndex } from "../../../../src/packages/package-index.ts";
import { formatReason } from "../../../../src/packages/reason.ts";
import { resolveImages } from "../../../../src/packages/resolve/resolve-images.ts";
import { atOnce } from "../../../../src/packages/resolve/steps.ts";
import { aPackageStack } from "../../../support/lock-request.ts";
import { anIndex } from "../../../support/an-index.ts";
import { stackOf } from "../../../support/read-manifest.ts";

const perl = [
  "perl 1 D:perl-base (= 1)",
  "perl 2 D:perl-base (= 2)",
  "perl-base 1 D:libc",
  "perl-base 2 D:libc",
  "libc 1",
  "libc 2",
  "tool 1",
  "tool 2",
];

test.for<
  readonly [
    name: string,
    index: readonly string[],
    images: Readonly<Record<string, readonly string[]>>,
    move: readonly string[],
    expected: readonly string[],
  ]
>([
  [
    "nothing named, nothing moves",
    perl,
    { base: ["perl", "tool"] },
    [],
    ["base: libc 1, perl 1, perl-base 1, tool 1"],
  ],
  [
    "what is named alone moves",
    perl,
    { base: ["perl", "tool"] },
    ["tool"],
    ["base: libc 1, perl 1, perl-base 1, tool 2"],
  ],
  [
    "what needs the old version exactly moves along",
    perl,
    { base: ["perl", "tool"] },
    ["perl-base"],
    ["base: libc 1, perl 2, perl-base 2, tool 1"],
  ],
  [
    "what the new version needs moves along",
    perl,
    { base: ["perl", "tool"] },
    ["perl"],
    ["base: libc 1, perl 2, perl-base 2, tool 1"],
  ],
  [
    "a parent's package moves when a child's new version needs it",
    [
      "web 1 D:libc",
      "web 2 D:libc (>= 2)",
      "libc 1",
      "libc 2",
      "tool 1 D:libc (= 1)",
      "tool 2 D:libc (= 2)",
    ],
    { base: ["libc", "tool"], app: ["web"] },
    ["web"],
    ["base: libc 2, tool 2", "app: web 2"],
  ],
  [
    "what the new version breaks moves along",
    ["lib 1", "lib 2 B:app (<< 2)", "app 1 D:lib", "app 2 D:lib"],
    { base: ["app"] },
    ["lib"],
    ["base: app 2, lib 2"],
  ],
  [
    "where nothing goes with the newest, the newest that fits is taken",
    ["app 1 D:lib (<< 3)", "lib 1", "lib 2", "lib 3"],
    { base: ["app"] },
    ["lib"],
    ["base: app 1, lib 2"],
  ],
  [
    "a conflict with the newest leaves it where it was",
    ["app 1 C:lib (>= 3)", "lib 1", "lib 3"],
    { base: ["app", "lib"] },
    ["lib"],
    ["base: app 1, lib 1"],
  ],
])("%s", ([, lines, images, move, expected]) => {
  expect(resolved(anIndex(...lines), images, move)).toEqual(expected);
});

test("what goes with nothing at all is told, with the image's place", () => {
  const index = anIndex("app 1 D:lib (>= 9)", "lib 1", "lib 2");

  expect(() => resolved(index, { base: ["app"] }, ["lib"])).toThrow(
    expect.objectContaining({
      code: "unresolvable-packages",
      details: ['stack.config.yaml:3:3: image "base"', "app: asked for in the manifest"],
    }),
  );
});

/** With all packages locked at version 1. */
function resolved(
  index: PackageIndex,
  images: Readonly<Record<string, readonly string[]>>,
  move: readonly string[],
): readonly string[] {
  const closures = atOnce(
    resolveImages({
      stack: aPackageStack(images),
      index,
      rules: debRules,
      locked: new Map([...index.names()].map((name) => [name, "1"])),
      move: new Set(move),
    }),
  );
  return [...closures].map(
    ([image, closure]) =>
      `${image}: ${closure.map(({ package: { name, version } }) => `${name} ${version}`).join(", ")}`,
  );
}

test("all names that are no package are told at once, each at its own place with what to write instead", () => {
  const stack = stackOf(
    [
      "name: shop",
      "images:",
      "  base: { from: scratch, packages: { debian-12: [bash, bahs] } }",
      "  app:",
      "    from: base",
      "    packages:",
      "      debian-12:",
      "        - awk",
      "        - entirely-different",
      "        - apahce2",
      "",
    ].join("\n"),
  );
  const index = anIndex("apache2 1", "bash 5", "mawk 1 V:awk", "gawk 1 V:awk");

  expect(
    thrownBy(() =>
      atOnce(resolveImages({ stack, index, rules: debRules, locked: new Map(), move: new Set() })),
    ),
  ).toMatchObject({
    code: "unknown-package",
    message: "The manifest asks for 4 packages that no repository has.",
    details: [
      'stack.config.yaml:3:56: image "base": "bahs", did you mean "bash"?',
      'stack.config.yaml:8:11: image "app": "awk" is virtual, provided by gawk, mawk',
      'stack.config.yaml:9:11: image "app": "entirely-different"',
      'stack.config.yaml:10:11: image "app": "apahce2", did you mean "apache2"?',
    ],
  });
});

test("the essential packages come with what they need, once, and say why they are there", () => {
  const stack = stackOf(
    [
      "name: shop",
      "images:",
      "  base: { from: scratch, essential: true, packages: { debian-12: [sed] } }",
      "  app: { from: base, essential: true, packages: { debian-12: [web] } }",
      "",
    ].join("\n"),
  );
  const index = anIndex(
    "web 1 D:sed",
    "grep 3 E:yes P:libpcre",
    "libpcre 1",
    "sed 4 E:yes",
    "vi 1",
  );

  const found = atOnce(
    resolveImages({
      stack,
      index,
      rules: debRules,
      locked: new Map(),
      move: new Set(),
    }),
  );

  const reasons = [...found].map(([image, packages]) => [
    image,
    ...packages.map((each) => [each.package.name, ...each.reasons.map(formatReason)].join(": ")),
  ]);
  expect(reasons).toEqual([
    ["base", "grep: essential", "libpcre: grep needs libpcre", "sed: requested: essential"],
    ["app", "web: requested"],
  ]);
});

test("one name that is no package has its place, too", () => {
  const stack = stackOf(
    "name: shop\nimages:\n  a: { from: scratch, packages: { debian-12: [bahs] } }\n",
  );

  expect(
    thrownBy(() =>
      atOnce(
        resolveImages({
          stack,
          index: anIndex("bash 5"),
          rules: debRules,
          locked: new Map(),
          move: new Set(),
        }),
      ),
    ),
  ).toMatchObject({
    message: 'Image "a" asks for the package "bahs", which no repository has.',
    hint: 'Did you mean "bash"?',
    details: ['stack.config.yaml:3:47: image "a"'],
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
