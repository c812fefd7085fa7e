import { expect, test } from "vitest";
import type { QclockError } from "../../../../src/error.ts";
import { debRules } from "../../../../src/packages/deb/rules.ts";
import type { IndexedPackage, PackageIndex } from "../../../../src/packages/package-index.ts";
import { formatReason } from "../../../../src/packages/reason.ts";
import {
  resolvePackages,
  type ResolveRequest,
} from "../../../../src/packages/resolve/resolve-packages.ts";
import { anIndex } from "../../../support/an-index.ts";

test("the closure goes over Depends and Pre-Depends, each with its reason, sorted by name", () => {
  const index = anIndex(
    "web 1 D:libc6 (>= 2), zlib P:init",
    "libc6 2.36",
    "zlib 1 D:libc6",
    "init 1",
    "unused 1",
  );

  expect(closure(index, ["web"])).toEqual([
    "init 1: web needs init",
    "libc6 2.36: web needs libc6 (>= 2)",
    "web 1: requested",
    "zlib 1: web needs zlib",
  ]);
});

test("recommended and suggested packages are left out", () => {
  const index = anIndex("web 1 R:docs", "docs 1");

  expect(closure(index, ["web"])).toEqual(["web 1: requested"]);
});

test("a package that is asked for keeps that reason, though others need it", () => {
  const index = anIndex("web 1 D:libc6", "libc6 2");

  expect(closure(index, ["web", "libc6"])).toEqual(["libc6 2: requested", "web 1: requested"]);
});

test("a reason names the package nearest to what was asked for", () => {
  const index = anIndex("a 1 D:b", "b 1 D:c, d", "c 1 D:z", "d 1", "web 1 D:z", "z 1");

  expect(closure(index, ["a", "web"])).toContain("z 1: web needs z");
});

test("a cycle is no trouble", () => {
  const index = anIndex("a 1 D:b", "b 1 D:c", "c 1 D:a");

  expect(closure(index, ["b"])).toEqual(["a 1: c needs a", "b 1: requested", "c 1: b needs c"]);
});

test("the newest version wins; a relation may ask for an older one", () => {
  const index = anIndex("a 1.9", "a 1.10", "old 1 D:a (<< 1.10)");

  expect(closure(index, ["a"])).toEqual(["a 1.10: requested"]);
  expect(closure(index, ["old"])).toEqual(["a 1.9: old needs a (<< 1.10)", "old 1: requested"]);
});

test("a version of an earlier lock is kept while it fits", () => {
  const index = anIndex("a 1", "a 2", "needs-two 1 D:a (>= 2)");
  const keep = new Map([["a", "1"]]);

  expect(closure(index, ["a"], { keep })).toEqual(["a 1: requested"]);
  expect(closure(index, ["needs-two"], { keep })).toContain("a 2: needs-two needs a (>= 2)");
  expect(closure(index, ["a"], { keep: new Map([["a", "0.5"]]) })).toEqual(["a 2: requested"]);
});

test("what the parent image holds is there already", () => {
  const index = anIndex("web 1 D:libc6, zlib", "libc6 2", "zlib 1 D:libc6");
  const installed = entriesOf(index, "libc6", "zlib");

  expect(closure(index, ["web", "zlib"], { installed })).toEqual(["web 1: requested"]);
});

test("a parent that is too old for a child's package is told as such", () => {
  const index = anIndex("web 1 D:libc6 (>= 3)", "libc6 2", "libc6 3");
  const installed = entriesOf(index, "libc6").filter(({ version }) => version === "2");

  expect(refusal(index, ["web"], { installed })).toMatchObject({
    code: "unresolvable-packages",
    message: 'Package "web" needs "libc6 (>= 3)", but libc6 2 is in the image already.',
    details: ["web: asked for in the manifest", "libc6: in the parent image"],
  });
});

test.for([
  ["the first, where all are there", "web 1 D:a | b", [], [], "a"],
  ["the one that was asked for", "web 1 D:a | b", ["b"], [], "b"],
  ["the one that the parent has", "web 1 D:a | b", [], ["b"], undefined],
  ["the first that fits its version", "web 1 D:a (>= 9) | b", [], [], "b"],
  ["the first that exists", "web 1 D:absent | b", [], [], "b"],
  ["a real package before a virtual one", "web 1 D:a | virtual", [], [], "a"],
  ["the sole provider of a virtual one", "web 1 D:absent | sole", [], [], "provider"],
] as const)("of alternatives: %s", ([, web, asked, held, expected]) => {
  const index = anIndex(web, "a 1", "b 1", "provider 1 V:sole", "p1 1 V:virtual", "p2 1 V:virtual");
  const installed = entriesOf(index, ...held);

  const found = namesFor(index, ["web", ...asked], { installed });

  expect(found.filter((name) => name !== "web")).toEqual(expected === undefined ? [] : [expected]);
});

test("an alternative that another package brought in earlier is enough", () => {
  const index = anIndex("a 1 D:gawk", "b 1 D:mawk | gawk", "gawk 1", "mawk 1");

  expect(closure(index, ["a", "b"])).toEqual([
    "a 1: requested",
    "b 1: requested",
    "gawk 1: a needs gawk",
  ]);
});

test("a virtual package is satisfied by any provider that is there", () => {
  const index = anIndex("base 1 P:awk", "mawk 1 V:awk", "gawk 1 V:awk");

  expect(closure(index, ["base", "gawk"])).toEqual(["base 1: requested", "gawk 1: requested"]);
  expect(closure(index, ["base"], { installed: entriesOf(index, "mawk") })).toEqual([
    "base 1: requested",
  ]);
});

test("several providers, none asked for, is the user's choice: all are named", () => {
  const index = anIndex("site 1 D:base", "base 1 D:awk", "mawk 1 V:awk", "gawk 1 V:awk");

  expect(refusal(index, ["site"])).toMatchObject({
    code: "unresolvable-packages",
    message: 'Package "base" needs "awk", and several packages provide it.',
    hint: 'Add the one that image "t" should hold to its packages: gawk, mawk.',
    details: ["base: needed by site (base)", "site: asked for in the manifest"],
  });
});

test("of several providers the one of the highest priority is taken, an essential one before all", () => {
  const lines = ["base 1 P:awk", "gawk 1 V:awk I:optional", "original-awk 1 V:awk"];

  expect(closure(anIndex(...lines, "mawk 1 V:awk I:required"), ["base"])).toEqual([
    "base 1: requested",
    "mawk 1: base needs awk",
  ]);
  expect(closure(anIndex(...lines), ["base"])).toContain("gawk 1: base needs awk");
});

test("of providers that are equally good only those that go with the rest count", () => {
  const index = anIndex("base 1 D:awk C:gawk", "mawk 1 V:awk", "gawk 1 V:awk");

  expect(closure(index, ["base"])).toContain("mawk 1: base needs awk");
});

test("a versioned relation needs a versioned provide", () => {
  const index = anIndex(
    "web 1 D:php-api (>= 2)",
    "old 1 V:php-api (= 1)",
    "bare 1 V:php-api",
    "new 1 V:php-api (= 2)",
  );

  expect(closure(index, ["web"])).toEqual(["new 1: web needs php-api (>= 2)", "web 1: requested"]);
  expect(closure(index, ["bare", "web"])).toContain("new 1: web needs php-api (>= 2)");
});

test("a real package goes before those that provide its name", () => {
  const index = anIndex("web 1 D:mta", "mta 1", "postfix 1 V:mta");

  expect(closure(index, ["web"])).toContain("mta 1: web needs mta");
});

test.for([
  ["the package itself excludes the first", ["web 1 D:cool | stuff C:cool", "cool 1", "stuff 1"]],
  ["the first needs what is not there", ["web 1 D:cool | stuff", "cool 1 D:no", "stuff 1"]],
  ["its needs do", ["web 1 D:cool | stuff", "cool 1 D:a", "a 1 D:b | c", "b 1 D:no", "stuff 1"]],
  [
    "what is needed later excludes the first",
    ["web 1 D:cool | stuff, a", "a 1 D:b", "b 1 C:cool", "cool 1", "stuff 1"],
  ],
  [
    "what the first needs is excluded later",
    ["web 1 D:cool | stuff, a", "a 1 B:lib (<< 2)", "lib 1", "cool 1 D:lib", "stuff 1"],
  ],
  [
    "the first needs another version than is there",
    ["web 1 D:cool | stuff, a (= 1)", "cool 1 D:a (= 2)", "a 1", "a 2", "stuff 1"],
  ],
] as const)("the second alternative is taken where %s", ([, lines]) => {
  const found = namesFor(anIndex(...lines), ["web"]);

  expect(found).toContain("stuff");
  expect(found).not.toContain("cool");
});

test("an older version is taken where the newest goes with nothing, and a second alternative before it", () => {
  const lines = ["web 1 D:lib, app", "app 1 B:lib (>> 1)", "lib 1", "lib 2"];

  expect(closure(anIndex(...lines), ["web"])).toContain("lib 1: web needs lib");
  expect(
    closure(anIndex("web 1 D:lib (<< 2) | other", "lib 1", "lib 2", "other 1"), ["web"]),
  ).toEqual(["other 1: web needs lib (<< 2) | other", "web 1: requested"]);
});

/**
 * libsdl2-mixer-dev in Debian 12: `jack2` is chosen first, and what is needed later insists on
 * `jack1`.
 */
test("a package takes the place of an earlier choice that it excludes and is as good as", () => {
  const index = anIndex(
    "mixer 1 D:synth, synth-dev",
    "synth 1 D:jack2 | jack-api",
    "synth-dev 1 D:jack1-dev | jack2-dev",
    "jack1 1 V:jack-api C:jack-api",
    "jack2 1 D:samplerate V:jack-api C:jack-api",
    "jack1-dev 1 D:jack1",
    "jack2-dev 1 D:jack2",
    "samplerate 1",
  );

  expect(closure(index, ["mixer"])).toEqual([
    "jack1 1: synth needs jack2 | jack-api",
    "jack1-dev 1: synth-dev needs jack1-dev | jack2-dev",
    "mixer 1: requested",
    "synth 1: mixer needs synth",
    "synth-dev 1: mixer needs synth-dev",
  ]);
  // Where the earlier choice is needed for itself as well, it stays.
  expect(namesFor(index, ["mixer", "jack2"])).toEqual(
    expect.arrayContaining(["jack2", "jack2-dev"]),
  );
});

test("two packages that both have to be there do not take turns", () => {
  const index = anIndex(
    "app 1 D:synth, one, two",
    "synth 1 D:jack2 | jack-api",
    "one 1 D:jack1",
    "two 1 D:jack2",
    "jack1 1 V:jack-api C:jack-api",
    "jack2 1 V:jack-api C:jack-api",
  );

  expect(refusal(index, ["app"])).toMatchObject({
    code: "package-conflict",
    details: expect.not.arrayContaining([expect.stringContaining("not every combination")]),
  });
});

test("a package does not take the place of one that leads to it", () => {
  const index = anIndex("web 1 D:a | api", "a 1 D:b | c", "b 1 V:api C:a", "c 1");

  expect(namesFor(index, ["web"])).toEqual(["a", "c", "web"]);
});

test("a failure names both sides down to what was asked for, and why nothing else would do", () => {
  const index = anIndex(
    "app 1 D:cool | stuff | more, late",
    "late 1 D:later",
    "later 1 C:cool (<< 2)",
    "cool 1",
    "stuff 1 D:nothing",
    "more 1 D:later (>= 5)",
  );

  expect(refusal(index, ["app"])).toMatchObject({
    code: "package-conflict",
    message: 'Image "t": later 1 conflicts with cool 1 ("cool (<< 2)").',
    details: [
      "later: needed by late (later)",
      "late: needed by app (late)",
      "app: asked for in the manifest",
      "cool: needed by app (cool | stuff | more)",
      'stuff would not do either: stuff needs "nothing", which no repository has',
      'more would not do either: more needs "later (>= 5)", which no repository has',
    ],
  });
});

test("a puzzle that has too many combinations ends, and says that it was given up", () => {
  const pigeons = Array.from({ length: 12 }, (_, pigeon) => pigeon);
  const holes = pigeons.slice(1);
  const index = anIndex(
    ...pigeons.map(
      (pigeon) => `p${pigeon} 1 D:${holes.map((hole) => `p${pigeon}h${hole}`).join(" | ")}`,
    ),
    ...pigeons.flatMap((pigeon) => {
      const others = pigeons.filter((other) => other !== pigeon);
      return holes.map(
        (hole) => `p${pigeon}h${hole} 1 C:${others.map((other) => `p${other}h${hole}`).join(", ")}`,
      );
    }),
  );

  const { code, details } = refusal(
    index,
    pigeons.map((pigeon) => `p${pigeon}`),
  );

  expect(code).toBe("package-conflict");
  expect(details.at(-1)).toBe("not every combination was tried: 100000 tries are the most");
});

test.for<
  readonly [what: string, lines: readonly string[], message: string, details: readonly string[]]
>([
  [
    "the first alternative, where several conflict",
    ["app 1 D:x, a | b", "x 1 C:a, b", "a 1", "b 1"],
    'Image "t": x 1 conflicts with a 1 ("a").',
    [
      "x: needed by app (x)",
      "app: asked for in the manifest",
      "a: needed by app (a | b)",
      'b would not do either: x 1 conflicts with b 1 ("b")',
    ],
  ],
  [
    "the side that says so, also where that is chosen later",
    ["app 1 D:a, x", "x 1 C:a", "a 1"],
    'Image "t": x 1 conflicts with a 1 ("a").',
    ["x: needed by app (x)", "app: asked for in the manifest", "a: needed by app (a)"],
  ],
  [
    "what breaks another",
    ["app 1 D:a, x", "x 1 B:a (<< 2)", "a 1"],
    'Image "t": x 1 breaks a 1 ("a (<< 2)").',
    ["x: needed by app (x)", "app: asked for in the manifest", "a: needed by app (a)"],
  ],
  [
    "versions that are not there, of which only the newest is told",
    ["app 1 D:x, a | b", "x 1 C:a, b", "a 1", "a 2", "b 1", "b 2"],
    'Image "t": x 1 conflicts with a 2 ("a").',
    [
      "x: needed by app (x)",
      "app: asked for in the manifest",
      "a: needed by app (a | b)",
      'b would not do either: x 1 conflicts with b 2 ("b")',
      'b would not do either: x 1 conflicts with b 1 ("b")',
    ],
  ],
  [
    "five other packages, and how many more there are",
    [
      "app 1 D:x, a | b | c | d | e | f | g | h",
      "x 1 C:a, b, c, d, e, f, g, h",
      ...["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `${name} 1`),
    ],
    'Image "t": x 1 conflicts with a 1 ("a").',
    [
      "x: needed by app (x)",
      "app: asked for in the manifest",
      "a: needed by app (a | b | c | d | e | f | g | h)",
      ...["b", "c", "d", "e", "f"].map(
        (name) => `${name} would not do either: x 1 conflicts with ${name} 1 ("${name}")`,
      ),
      "2 further packages would not do either",
    ],
  ],
  [
    "six other packages, of which one is counted",
    [
      "app 1 D:x, a | b | c | d | e | f | g",
      "x 1 C:a, b, c, d, e, f, g",
      ...["a", "b", "c", "d", "e", "f", "g"].map((name) => `${name} 1`),
    ],
    'Image "t": x 1 conflicts with a 1 ("a").',
    [
      "x: needed by app (x)",
      "app: asked for in the manifest",
      "a: needed by app (a | b | c | d | e | f | g)",
      ...["b", "c", "d", "e", "f"].map(
        (name) => `${name} would not do either: x 1 conflicts with ${name} 1 ("${name}")`,
      ),
      "1 further package would not do either",
    ],
  ],
  [
    "the innermost need of the first alternative",
    ["app 1 D:a | b", "a 1 D:c", "c 1 D:none", "b 1 D:d (>= 5)", "d 1"],
    'Package "c" needs "none", which no repository has.',
    [
      "c: needed by a (c)",
      "a: needed by app (a | b)",
      "app: asked for in the manifest",
      'b would not do either: b needs "d (>= 5)", which no repository has',
    ],
  ],
])("a failure tells %s", ([, lines, message, details]) => {
  expect(refusal(anIndex(...lines), ["app"])).toMatchObject({ message, details });
});

test("a relation that nothing satisfies names its chain", () => {
  const index = anIndex("a 1 D:b", "b 1 D:c (>= 1)", "c 1 D:nothing (>= 5)");

  expect(refusal(index, ["a"])).toMatchObject({
    code: "unresolvable-packages",
    message: 'Package "c" needs "nothing (>= 5)", which no repository has.',
    details: ["c: needed by b (c (>= 1))", "b: needed by a (b)", "a: asked for in the manifest"],
  });
});

test.for<readonly [string, string | undefined]>([
  ["apachee2", 'Did you mean "apache2"?'],
  ["apahce2", 'Did you mean "apache2"?'],
  ["entirely-different", undefined],
])("%s is unknown: %s", ([name, hint]) => {
  const index = anIndex("apache2 1", "bash 5");

  expect(refusal(index, [name])).toMatchObject({
    code: "unknown-package",
    message: `Image "t" asks for the package "${name}", which no repository has.`,
    hint,
  });
});

test("a virtual package that is asked for by name names who provides it", () => {
  const index = anIndex("mawk 1 V:awk", "gawk 1 V:awk");

  expect(refusal(index, ["awk"])).toMatchObject({
    code: "unknown-package",
    message: 'Image "t" asks for "awk", which is a virtual package.',
    hint: "Name one of the packages that provide it: gawk, mawk.",
  });
});

test("a long list of providers is cut, and the rest counted", () => {
  const index = anIndex(...Array.from({ length: 11 }, (_, n) => `p${n + 10} 1 V:many`));

  expect(refusal(index, ["many"]).hint).toMatch(/: p10, .*p17 and 3 more\.$/);
});

test.for([
  ["C:old", "old 1", "web 1 conflicts with old 1"],
  ["C:old (<< 2)", "old 1", "web 1 conflicts with old 1"],
  ["B:old (<< 2)", "old 1", "web 1 breaks old 1"],
  ["C:mta", "old 1 V:mta", "web 1 conflicts with old 1"],
  ["C:mta (<< 2)", "old 1 V:mta (= 1)", "web 1 conflicts with old 1"],
] as const)("web with %s beside %s: %s", ([field, old, expected]) => {
  const index = anIndex(`web 1 ${field}`, old);

  expect(refusal(index, ["old", "web"])).toMatchObject({
    code: "package-conflict",
    message: expect.stringContaining(expected),
    details: ["web: asked for in the manifest", "old: asked for in the manifest"],
  });
});

test.for([
  ["B:old (<< 2)", "old 2"],
  ["C:mta (<< 2)", "old 1 V:mta"],
  ["C:mta V:mta", "old 1"],
] as const)("web with %s stands %s", ([field, old]) => {
  expect(closure(anIndex(`web 1 ${field}`, old), ["old", "web"])).toHaveLength(2);
});

test("a conflict with the parent's packages is found from either side", () => {
  const index = anIndex("web 1", "old 1 B:web", "new 1 C:held", "held 1");

  expect(refusal(index, ["web"], { installed: entriesOf(index, "old") })).toMatchObject({
    code: "package-conflict",
    message: expect.stringContaining("old 1 breaks web 1"),
  });
  expect(refusal(index, ["new"], { installed: entriesOf(index, "held") })).toMatchObject({
    code: "package-conflict",
    details: ["new: asked for in the manifest", "held: in the parent image"],
  });
});

test("the order in which packages are asked for or listed changes nothing", () => {
  const lines = ["a 1 D:x | y", "b 1 D:y | x", "x 1 D:z", "y 1 D:z", "z 1", "c 1 D:x, y"];
  const expected = closure(anIndex(...lines), ["a", "b", "c"]);

  expect(closure(anIndex(...lines.toReversed()), ["c", "b", "a"])).toEqual(expected);
});

test("nothing asked for gives nothing", () => {
  expect(closure(anIndex("a 1"), [])).toEqual([]);
});

function resolve(
  index: PackageIndex,
  wanted: readonly string[],
  parts: Partial<ResolveRequest> = {},
): ReturnType<typeof resolvePackages> {
  return resolvePackages({
    image: "t",
    wanted,
    installed: [],
    keep: new Map(),
    index,
    rules: debRules,
    ...parts,
  });
}

test("all reasons of a package are told, what chose it first: relations that it satisfies by its name or by what it provides", () => {
  const several = anIndex("app 1 D:lib (>= 1), awk", "tool 1 D:lib", "lib 2", "mawk 1 D:lib V:awk");

  const reasons = resolve(several, ["tool", "lib", "app", "mawk"]).map(
    (entry) => `${entry.package.name}: ${entry.reasons.map(formatReason).join("; ")}`,
  );

  expect(reasons).toEqual([
    "app: requested",
    "lib: requested; app needs lib (>= 1); mawk needs lib; tool needs lib",
    "mawk: requested; app needs awk",
    "tool: requested",
  ]);
});

/** One line a package: name, version, the reason that chose it. */
function closure(...parameters: Parameters<typeof resolve>): readonly string[] {
  return resolve(...parameters).map(
    ({ package: { name, version }, reasons }) =>
      `${name} ${version}: ${reasons.slice(0, 1).map(formatReason).join("")}`,
  );
}

function namesFor(...parameters: Parameters<typeof resolve>): readonly string[] {
  return resolve(...parameters).map((entry) => entry.package.name);
}

function refusal(...parameters: Parameters<typeof resolve>): QclockError {
  try {
    resolve(...parameters);
  } catch (error) {
    return error as QclockError;
  }
  throw new Error("it was resolved");
}

function entriesOf(index: PackageIndex, ...names: readonly string[]): readonly IndexedPackage[] {
  return names.flatMap((name) => index.versions(name));
}
