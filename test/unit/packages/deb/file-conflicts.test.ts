import { expect, test } from "vitest";
import {
  foreseeConflicts,
  type ForeseenFiles,
} from "../../../../src/packages/deb/file-conflicts.ts";

const one = "1".repeat(32);
const two = "2".repeat(32);

/** A package whose files have these checksums. */
function aPackage(
  name: string,
  files: Readonly<Record<string, string>>,
  parts: {
    readonly preinst?: string;
    readonly replaces?: string;
    readonly conffiles?: string;
  } = {},
): ForeseenFiles {
  const md5sums = Object.entries(files).map(([path, md5]) => `${md5}  ${path}\n`);
  return {
    name,
    control: new Map([
      ["Version", "1.0"],
      ["Replaces", parts.replaces ?? ""],
    ]),
    controlFiles: new Map([
      ["md5sums", md5sums.join("")],
      ["preinst", parts.preinst ?? ""],
      ["conffiles", parts.conffiles ?? ""],
    ]),
  };
}

function conflictsOf(
  packages: readonly ForeseenFiles[],
  parts: { readonly below?: readonly ForeseenFiles[]; readonly exclude?: string } = {},
): readonly string[] {
  return foreseeConflicts(packages, {
    below: parts.below ?? [],
    isExcluded: (path) => path === parts.exclude,
  }).map(({ path, first, second }) => `${first}, ${second}: ${path}`);
}

test("a file of two packages with different content is a conflict, by whatever top folder", () => {
  expect(
    conflictsOf([
      aPackage("a", { "bin/x": one, "usr/y": one }),
      aPackage("b", { "usr/bin/x": two }),
    ]),
  ).toEqual(["a, b: /usr/bin/x"]);
});

test.for<readonly [string, readonly ForeseenFiles[]]>([
  ["has the same content", [aPackage("a", { x: one }), aPackage("b", { x: one })]],
  [
    "may replace the other's",
    [aPackage("a", { x: one }), aPackage("b", { x: two }, { replaces: "a (<< 2)" })],
  ],
  [
    "is replaced by the other's",
    [aPackage("a", { x: one }, { replaces: "b" }), aPackage("b", { x: two })],
  ],
  [
    "is diverted",
    [
      aPackage("a", { "bin/x": one }),
      aPackage(
        "b",
        { "bin/x": two },
        {
          preinst: "dpkg-divert --package b --add --rename --divert /bin/x.a /bin/x",
        },
      ),
    ],
  ],
])("a file that %s is none", ([, packages]) => {
  expect(conflictsOf(packages)).toEqual([]);
});

test("what a file is diverted to may be another package's", () => {
  const preinst = "dpkg-divert --package b --add --rename --divert /y /x";

  expect(
    conflictsOf([
      aPackage("a", { x: one }),
      aPackage("b", { x: two }, { preinst }),
      aPackage("c", { y: two }),
    ]),
  ).toEqual(["a, c: /y"]);
});

test("what is excluded is no conflict", () => {
  const packages = [aPackage("a", { x: one }), aPackage("b", { x: two })];

  expect(conflictsOf(packages, { exclude: "x" })).toEqual([]);
});

test("the parents' packages count, but not among themselves", () => {
  const below = [aPackage("a", { x: one }), aPackage("b", { x: two })];

  expect(conflictsOf([aPackage("c", { y: one })], { below })).toEqual([]);
  expect(conflictsOf([aPackage("c", { x: one })], { below })).toEqual(["b, c: /x"]);
});

test("configuration has a name and no checksum, so that it has to be looked at", () => {
  const a = aPackage("a", {}, { conffiles: "/etc/x.conf\nremove-on-upgrade /etc/y.conf\n" });
  const b = aPackage("b", { "etc/x.conf": one, "etc/y.conf": one });
  const options = { below: [], isExcluded: () => false };

  expect(foreseeConflicts([a, b], options)).toEqual([
    {
      path: "/etc/x.conf",
      first: "a",
      second: "b",
      undecided: { first: "etc/x.conf", second: "etc/x.conf" },
    },
  ]);
  const replacing = aPackage("b", { "etc/x.conf": one }, { replaces: "a" });
  expect(foreseeConflicts([a, replacing], options)).toEqual([]);
});
