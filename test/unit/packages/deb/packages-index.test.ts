import { expect, test } from "vitest";
import {
  createPackageIndex,
  findPackages,
  type IndexText,
  mergeIndexes,
  parseIndex,
} from "../../../../src/packages/deb/packages-index.ts";
import type { Relation, VersionOperator } from "../../../../src/packages/package-index.ts";

const digest = "a".repeat(64);

test("the fields that matter are read, and all others are passed over", () => {
  const index = createPackageIndex([
    aFile(`Package: bash
Version: 5.2.15-2+b8
Installed-Size: 7164
Maintainer: Matthias Klose <doko@debian.invalid>
Architecture: amd64
Essential: yes
Source: bash (5.2.15-2)
Pre-Depends: libc6 (>= 2.36), libtinfo6 (>= 6)
Depends: base-files (>= 2.1.12), debianutils (>= 5.6-0.1)
Conflicts: bash-completion (<< 20060301-0)
Breaks: bashdb
Provides: sh-like (= 5)
Description: GNU Bourne Again SHell
 Package: not-a-package
 Depends: nothing
Tag: admin::TODO,
 devel::interpreter
Priority: required
Filename: pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb
Size: 1490712
SHA256: ${digest}
`),
  ]);

  expect(index.versions("bash")).toEqual([
    {
      name: "bash",
      version: "5.2.15-2+b8",
      architecture: "amd64",
      repository: "bookworm",
      path: "pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb",
      sizeBytes: 1_490_712,
      sha256: digest,
      source: "bash",
      sourceVersion: "5.2.15-2",
      rank: 0,
      requires: [
        aRelation("libc6", ">=", "2.36"),
        aRelation("libtinfo6", ">=", "6"),
        aRelation("base-files", ">=", "2.1.12"),
        aRelation("debianutils", ">=", "5.6-0.1"),
      ],
      provides: [{ name: "sh-like", constraint: { operator: "=", version: "5" } }],
      conflicts: [
        {
          text: "bash-completion (<< 20060301-0)",
          excluded: {
            name: "bash-completion",
            constraint: { operator: "<", version: "20060301-0" },
          },
          verb: "conflicts with",
        },
        { text: "bashdb", excluded: { name: "bashdb" }, verb: "breaks" },
      ],
    },
  ]);
  expect([...index.names()]).toEqual(["bash"]);
});

test.for([
  ["Essential: yes\nPriority: optional", 0],
  ["Priority: required", 1],
  ["Priority: important", 2],
  ["Priority: standard", 3],
  ["Priority: optional", 4],
  ["Priority: extra", 5],
  ["Essential: no", 5],
] as const)("%j has rank %d", ([fields, rank]) => {
  const index = createPackageIndex([aFile(aParagraph("a", "1", `${fields}\n`))]);

  expect(index.versions("a")[0]?.rank).toBe(rank);
});

test("a package is its own source where it names none", () => {
  const index = createPackageIndex([
    aFile(aParagraph("a", "1-1"), aParagraph("b", "2", "Source: src\n")),
  ]);

  expect(index.versions("a")[0]).toMatchObject({ source: "a", sourceVersion: "1-1" });
  expect(index.versions("b")[0]).toMatchObject({ source: "src", sourceVersion: "2" });
});

test("of several repositories the newest version comes first, whatever their order", () => {
  const files = [
    aFile(aParagraph("a", "1.9"), aParagraph("a", "1.10")),
    { ...aFile(aParagraph("a", "1.10+deb12u1")), repository: "bookworm-security" },
  ];

  for (const order of [files, files.toReversed()]) {
    const versions = createPackageIndex(order)
      .versions("a")
      .map(({ version }) => version);
    expect(versions).toEqual(["1.10+deb12u1", "1.10", "1.9"]);
  }
});

test("of one version in two repositories the earlier repository's entry is kept", () => {
  const security = { ...aFile(aParagraph("a", "1")), repository: "bookworm-security" };

  const index = createPackageIndex([security, aFile(aParagraph("a", "1"))]);

  expect(index.versions("a").map(({ repository }) => repository)).toEqual(["bookworm-security"]);
});

test("who provides what is known, sorted, each name once", () => {
  const index = createPackageIndex([
    aFile(
      aParagraph("postfix", "1", "Provides: mail-transport-agent, default-mta (= 1)\n"),
      aParagraph("exim4", "1", "Provides: mail-transport-agent:any (= 1)\n"),
      aParagraph("exim4", "2", "Provides: mail-transport-agent\n"),
    ),
  ]);

  expect(index.providers("mail-transport-agent")).toEqual(["exim4", "postfix"]);
  expect(index.providers("default-mta")).toEqual(["postfix"]);
  expect(index.providers("postfix")).toEqual([]);
});

test("a paragraph without a name or a SHA-256 is passed over: nothing could prove it", () => {
  const index = createPackageIndex([
    aFile(
      aParagraph("a", "1").replace(/SHA256.*\n/, "MD5sum: 0123\n"),
      aParagraph("b", "1").replace(digest, "xyz"),
      "Version: 1\n",
      aParagraph("c", "1"),
    ),
  ]);

  expect([...index.names()]).toEqual(["c"]);
});

test.for(["", "\n", "\n\n\n"])("%j holds no package", (text) => {
  expect([...createPackageIndex([{ repository: "bookworm", text }]).names()]).toEqual([]);
});

test("the last paragraph needs no line end", () => {
  const text = aParagraph("a", "1").trimEnd();

  expect([...createPackageIndex([{ repository: "bookworm", text }]).names()]).toEqual(["a"]);
});

test("a file that comes in pieces, cut anywhere, reads as if it were whole", async () => {
  const text = [
    aParagraph("a", "1"),
    aParagraph("b", "2", "Provides: x\n"),
    aParagraph("a", "3"),
  ].join("\n");
  const whole = createPackageIndex([{ repository: "bookworm", text }]);

  for (const size of [1, 2, 7, 64, 1000]) {
    const index = mergeIndexes([
      { repository: "bookworm", index: await parseIndex(cut(text, size)) },
    ]);
    expect([...index.names()]).toEqual(["a", "b"]);
    expect(["a", "b"].map((name) => index.versions(name))).toEqual([
      whole.versions("a"),
      whole.versions("b"),
    ]);
    expect(index.providers("x")).toEqual(["b"]);
  }
});

test("the entries of some packages are found however the text is cut, and the others passed over", async () => {
  const text = [
    aParagraph("a", "1"),
    aParagraph("b", "2", "Provides: x\n"),
    aParagraph("aa", "3"),
    aParagraph("a", "2"),
    // The order of fields is nobody's promise.
    aParagraph("z", "1").replace("Package: z\nVersion: 1\n", "Version: 1\nPackage: z\n"),
  ].join("\n");
  for (const size of [1, 7, 64, 1000]) {
    const found = await Array.fromAsync(
      findPackages("bookworm", cut(text, size), new Set(["a", "z"])),
    );

    expect(found.map(({ name, version }) => `${name} ${version}`)).toEqual(["a 1", "a 2", "z 1"]);
    expect(found[0]).toEqual(createPackageIndex([aFile(text)]).versions("a")[1]);
  }
});

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

function aRelation(name: string, operator: VersionOperator, version: string): Relation {
  return {
    text: `${name} (${operator} ${version})`,
    alternatives: [{ name, constraint: { operator, version } }],
  };
}

function aFile(...paragraphs: readonly string[]): IndexText {
  return { repository: "bookworm", text: paragraphs.join("\n") };
}

function aParagraph(name: string, version: string, fields = ""): string {
  return `Package: ${name}
Version: ${version}
Architecture: amd64
${fields}Filename: pool/${name}.deb
Size: 1
SHA256: ${digest}
`;
}
