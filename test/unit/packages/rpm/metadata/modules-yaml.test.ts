import { expect, test } from "vitest";
import { MemoryTally } from "../../../../../src/packages/rpm/metadata/memory-tally.ts";
import {
  type ModulesFile,
  parseModules,
} from "../../../../../src/packages/rpm/metadata/modules-yaml.ts";

const perl = `---
document: modulemd
version: 2
data:
  name: perl
  stream: 5.30
  version: 90500202411260932417
  context: 105e7182
  static_context: TRUE
  arch: x86_64
  description: >-
    ---
    not a document
  dependencies:
  - buildrequires:
      gcc: [9]
    requires:
      platform: [-el7, el9]
      swig: []
  artifacts:
    rpms:
    - perl-4:5.30.1-452.module+el9.x86_64
    - perl-libs-5.30.1-452.module+el9.x86_64
  demodularized:
    rpms: [perl-IO]
...
`;

test("what looks like a number stays as it is written", async () => {
  const { streams, notes } = await parse(perl);

  expect(notes).toEqual([]);
  expect(streams).toEqual([
    {
      name: "perl",
      stream: "5.30",
      version: "90500202411260932417",
      context: "105e7182",
      hasStaticContext: true,
      architecture: "x86_64",
      requires: [
        { module: "platform", streams: ["el9"], except: ["el7"] },
        { module: "swig", streams: [], except: [] },
      ],
      artifacts: [
        "perl-4:5.30.1-452.module+el9.x86_64",
        "perl-libs-0:5.30.1-452.module+el9.x86_64",
      ],
      demodularized: ["perl-IO"],
    },
  ]);
});

test("defaults may name a stream, or profiles alone; other documents are passed over", async () => {
  const { streams, defaults, notes } = await parse(`---
document: modulemd-defaults
version: 1
data:
  module: swig
  stream: 2.10
---
document: modulemd-defaults
version: 1
data:
  module: php
  profiles:
    8.1: [common]
---
document: modulemd-translations
version: 1
data: { module: swig, stream: "2.10", modified: &a [*a] }
---
document: modulemd-obsoletes
data: nothing
`);

  expect([streams, [...defaults], notes]).toEqual([[], [["swig", "2.10"]], []]);
});

test("of two documents that contradict each other the first one counts, and that is told", async () => {
  const other = perl.replace("perl-4:5.30.1", "perl-4:5.30.2");
  const { streams, notes } = await parse(`${perl}${perl}${other}`);

  expect(streams).toHaveLength(1);
  expect(streams[0]?.artifacts[0]).toBe("perl-4:5.30.1-452.module+el9.x86_64");
  expect(notes).toEqual([
    "modules.yaml says two things of perl:5.30, version 90500202411260932417, context 105e7182: the first one counts",
  ]);
});

test.for([
  ["an alias", "  name: &a x\n  stream: *a\n", "alias"],
  ["no name", "  stream: 1\n  version: 1\n", "it names no module and stream"],
  ["no version", "  name: a\n  stream: 1\n  version: 1e9\n", "the version of a:1 is no number"],
  ["an odd context", '  name: a\n  stream: 1\n  version: 1\n  context: "a b"\n', "is no word"],
  ["a colon", '  name: a\n  stream: "1:2"\n  version: 1\n', "it names no module and stream"],
  ["what is no YAML", "  name: [a\n", ""],
  ["nesting without end", `  name: ${"[".repeat(20_000)}\n`, ""],
  ["a list in its place", "  - name\n", "it names no module and stream"],
] as const)(
  "a document with %s is passed over with a note, and the others are read",
  async ([, data, why]) => {
    const { streams, notes } = await parse(`---\ndocument: modulemd\ndata:\n${data}${perl}`);

    expect(streams.map(({ stream }) => stream)).toEqual(["5.30"]);
    expect(notes).toEqual([expect.stringContaining("document 1 of modules.yaml is passed over: ")]);
    expect(notes[0]?.toLowerCase()).toContain(why.toLowerCase());
  },
);

test("a document of keys alone is read in seconds", async () => {
  const keys = Array.from({ length: 200_000 }, (_, at) => `  k${at}: x\n`).join("");
  const { streams } = await parse(`---\ndocument: modulemd\ndata:\n${keys}${perl}`);
  expect(streams).toHaveLength(1);
}, 30_000);

test("aliases that grow without end are none", async () => {
  const rows = Array.from(
    { length: 9 },
    (_, at) => `  a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`,
  );
  const { notes } = await parse(
    `---\ndocument: modulemd\ndata:\n  a0: &a0 x\n${rows.join("\n")}\n`,
  );
  expect(notes).toHaveLength(1);
});

test("a document of values without end is passed over", async () => {
  const values = `---\ndocument: modulemd\ndata:\n  name: [${"a,".repeat(40_000)}]\n`;

  const { streams, notes } = await parse(`${values}${perl}`);

  expect(streams).not.toEqual([]);
  expect(notes).toEqual(["document 1 of modules.yaml is passed over: it is too large"]);
});

test("modules that take too much memory are refused", async () => {
  const memory = new MemoryTally(1024);

  await expect(parse(perl, { memory })).rejects.toThrow("takes more than 1 MB of memory");
});

test("an interruption ends it with its reason", async () => {
  const reason = new Error("interrupted");

  await expect(parse(perl, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

function parse(
  text: string,
  {
    memory = new MemoryTally(),
    signal = new AbortController().signal,
  }: { readonly memory?: MemoryTally; readonly signal?: AbortSignal } = {},
): Promise<ModulesFile> {
  return parseModules(text, { memory, signal });
}
