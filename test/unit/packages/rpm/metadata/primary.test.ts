import { expect, test } from "vitest";
import { MemoryTally } from "../../../../../src/packages/rpm/metadata/memory-tally.ts";
import {
  PrimaryHandler,
  type PrimaryPackage,
} from "../../../../../src/packages/rpm/metadata/primary.ts";
import {
  type PrimaryIndex,
  PrimaryIndexBuilder,
  toEntry,
} from "../../../../../src/packages/rpm/metadata/primary-index.ts";
import {
  readRecord,
  writeRecord,
} from "../../../../../src/packages/rpm/metadata/primary-record.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";
import { type ListedPackage, primaryXml } from "../../../../support/rpm/a-repository.ts";

const bash: ListedPackage = {
  name: "bash",
  version: "1:5.1.8-9.el9",
  architecture: "x86_64",
  sourceFile: "bash-5.1.8-9.el9.src.rpm",
  dependencies: {
    provides: [
      'name="/bin/sh"',
      'name="bash" flags="EQ" epoch="1" ver="5.1.8" rel="9.el9"',
      'name="config(bash)" flags="EQ" epoch="0" ver="5.1.8"',
    ],
    requires: [
      'name="rpmlib(CompressedFileNames)" flags="LE" epoch="0" ver="3.0.4" rel="1"',
      'name="filesystem" flags="GE" epoch="0" ver="3" pre="1"',
      'name="(glibc-langpack if (en or /etc/langs))"',
      'name="libc.so.6(GLIBC_2.34)(64bit)"',
    ],
    conflicts: ['name="ksh" flags="LT" epoch="0" ver="2"'],
    obsoletes: ['name="sash" flags="LE" epoch="0" ver="3" rel="1"'],
    recommends: ['name="bash-completion"'],
  },
  files: ["/usr/bin/bash", "/etc/grüße"],
};

test("a package is told with all that resolving and fetching need", () => {
  const [entry] = packagesOf(primaryXml([bash]));

  const { sha256, ...read } = readRecord(writeRecord(must(entry)), () => ["/usr/share/more"]);
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(read).toEqual({
    name: "bash",
    version: "1:5.1.8-9.el9",
    architecture: "x86_64",
    sizeBytes: 100,
    location: "getPackage/bash-5.1.8-9.el9.x86_64.rpm",
    source: "bash",
    sourceVersion: "5.1.8-9.el9",
    rank: 0,
    requires: [
      {
        text: "filesystem >= 3",
        alternatives: [{ name: "filesystem", constraint: { operator: ">=", version: "3" } }],
      },
      expect.objectContaining({ text: "(glibc-langpack if (en or /etc/langs))" }),
      expect.objectContaining({ text: "(glibc-langpack if (en or /etc/langs))" }),
      {
        text: "libc.so.6(GLIBC_2.34)(64bit)",
        alternatives: [{ name: "libc.so.6(GLIBC_2.34)(64bit)" }],
      },
    ],
    provides: [
      { name: "/bin/sh" },
      { name: "bash", constraint: { operator: "=", version: "1:5.1.8-9.el9" } },
      { name: "config(bash)", constraint: { operator: "=", version: "5.1.8" } },
      { name: "/usr/bin/bash" },
      { name: "/etc/grüße" },
      { name: "/usr/share/more" },
    ],
    conflicts: [
      expect.objectContaining({ text: "ksh < 2", verb: "conflicts with" }),
      expect.objectContaining({ text: "sash <= 3-1", verb: "obsoletes" }),
    ],
    preferences: expect.objectContaining({
      recommends: [{ text: "bash-completion", alternatives: [{ name: "bash-completion" }] }],
    }),
  });
});

test("what would steer a terminal is gone from what a package says", () => {
  const [entry] = packagesOf(
    primaryXml([
      {
        name: "a",
        dependencies: { provides: ['name="x\u{202e}y\u{9b}31m"'] },
        files: ["/etc/a&#10;b", "/etc/\u{200b}c", "not-a-path"],
      },
    ]),
  );

  expect(readRecord(writeRecord(must(entry)), () => []).provides).toEqual([
    { name: "x?y?31m" },
    { name: "/etc/?c" },
  ]);
});

test("packages for other architectures are left out, and who provides what is found", () => {
  const index = indexOf([
    bash,
    { ...bash, version: "1:5.1.9-1.el9" },
    { name: "bash", version: "9-1", architecture: "i686" },
    { name: "bash", version: "9-1", architecture: "src" },
    { name: "ksh", dependencies: { provides: ['name="/bin/sh"', 'name="ksh"'] } },
  ]);

  expect([...index.packages.keys()]).toEqual(["bash", "ksh"]);
  expect([...index.packages.texts("bash")]).toHaveLength(2);
  expect([...index.providers.texts("/bin/sh")]).toEqual(["bash", "ksh"]);
  expect([...index.providers.texts("/usr/bin/bash")]).toEqual(["bash"]);
  expect([...index.providers.texts("bash")]).toEqual([]);
  expect([...index.obsoleters.texts("sash")]).toEqual(["bash"]);
  expect([...index.askedPaths.keys()]).toEqual(["/etc/langs"]);
});

const good = primaryXml([bash]);
test.for([
  ["another document", "<filelists packages='0'/>", "it is a <filelists>, not a list of packages"],
  ["no count", good.replace(' packages="1"', ""), 'it says that it lists "" packages'],
  [
    "a huge count",
    good.replace('packages="1"', 'packages="99999999999"'),
    'it says that it lists "99999999999" packages',
  ],
  [
    "too few packages",
    good.replace('packages="1"', 'packages="2"'),
    "it says that it lists 2 packages, and lists 1",
  ],
  [
    "too many packages",
    good.replace('packages="1"', 'packages="0"'),
    "it says that it lists 0 packages, and lists more",
  ],
  [
    "a package without a name",
    good.replace("<name>bash", "<name>"),
    '" 1:5.1.8-9.el9 x86_64" is no package',
  ],
  ["a name with a space", good.replace("<name>bash", "<name>ba sh"), "is no package"],
  ["a name that steers", good.replace("<name>bash", "<name>\u{9b}31m"), "is no package"],
  [
    "a weak checksum",
    good.replace('"sha256"', '"sha"'),
    'it names bash 1:5.1.8-9.el9 by a checksum of type "sha", not by SHA-256',
  ],
  [
    "no size",
    good.replace('size package="100"', "size"),
    "the size of bash 1:5.1.8-9.el9 is no number",
  ],
  [
    "a way out",
    good.replace('href="getPackage/', 'href="../../../'),
    '"../../../bash-5.1.8-9.el9.x86_64.rpm" is no path below',
  ],
  ["half of it", good.slice(0, good.length / 2), "it is cut off"],
] as const)("a list with %s is refused", ([, text, message]) => {
  expect(() => packagesOf(text)).toThrow(message);
});

test.each<[string, NonNullable<ListedPackage["dependencies"]>, readonly string[]]>([
  ["are many", {}, []],
  ["provide", { provides: many((at) => `name="a${at}"`) }, []],
  ["obsolete", { obsoletes: many((at) => `name="a${at}"`) }, []],
  ["bring", {}, many((at) => `/usr/bin/${at}`)],
  ["need", { requires: many((at) => `name="(x if /${at})"`) }, []],
])("what packages that %s without end take in memory is counted", (_, dependencies, files) => {
  const [entry] = packagesOf(primaryXml([{ ...bash, dependencies, files }]));
  const build = (count: number, memory: MemoryTally): number => {
    const builder = new PrimaryIndexBuilder(["x86_64"], { memory });
    for (let at = 0; at < count; at += 1) builder.add(toEntry({ ...must(entry), name: `n${at}` }));
    const tables = Object.values(builder.finish());
    return tables.reduce((sum, { head }) => sum + head.length, 0);
  };
  const memory = new MemoryTally();
  const headBytes = build(100, memory);

  // What is kept at last is a part of what was counted.
  expect(memory.bytes).toBeGreaterThan(headBytes);
  expect(memory.bytes).toBeLessThan(30 * headBytes);
  expect(() => build(100, new MemoryTally(memory.bytes))).not.toThrow();
  expect(() => build(100, new MemoryTally(memory.bytes - 1))).toThrow(
    /takes more than [\d.]+ MB of memory/,
  );
});

function many(text: (at: number) => string): readonly string[] {
  return Array.from({ length: 200 }, (_, at) => text(at));
}

test("a package with entries without end is refused", () => {
  const entry = '<rpm:entry name="a"/>';
  const text = good.replace("<rpm:requires>", `<rpm:requires>${entry.repeat(200_001)}`);
  expect(() => packagesOf(text)).toThrow("bash has more than 200000 entries");
});

function packagesOf(text: string): readonly PrimaryPackage[] {
  const packages: PrimaryPackage[] = [];
  const reader = new XmlReader(new PrimaryHandler((entry) => void packages.push(entry)));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) reader.write(bytes.subarray(at, at + 65_536));
  reader.end();
  return packages;
}

function indexOf(packages: readonly ListedPackage[]): PrimaryIndex {
  const builder = new PrimaryIndexBuilder(["x86_64", "noarch"]);
  for (const entry of packagesOf(primaryXml(packages))) builder.add(toEntry(entry));
  return builder.finish();
}

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("nothing was read");
  return value;
}
