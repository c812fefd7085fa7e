import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { HeaderEntry } from "../../../../src/packages/rpm/header/header.ts";
import { toInstalledRpm } from "../../../../src/packages/rpm/installed.ts";
import { tags } from "../../../../src/packages/rpm/header/tags.ts";
import { unpackPackage } from "../../../../src/packages/rpm/unpack.ts";
import { DamagedFile, type UnpackedEntry } from "../../../../src/packages/unpacked.ts";
import { mutate } from "../../../support/mutate.ts";
import { aPackage } from "../../../support/rpm/a-package.ts";
import {
  cpioEntriesOf,
  cpioOf,
  fileHeaderEntries,
  type PayloadFile,
  strippedCpioOf,
} from "../../../support/rpm/a-payload.ts";
import { numbers, text } from "../../../support/rpm/header-entries.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";
import { toXz } from "../../../support/xz.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../fixtures/rpm/packages");

interface Unpacked {
  readonly entries: readonly UnpackedEntry[];
  readonly name: string | undefined;
  /** By path: of the files that the image has. */
  readonly contents: ReadonlyMap<string, string>;
}

async function unpack(
  bytes: Uint8Array,
  { exclude = [], digest }: { readonly exclude?: readonly string[]; readonly digest?: string } = {},
): Promise<Unpacked> {
  await using folder = await temporaryFolder();
  const [file, spool] = [path.join(folder.path, "a.rpm"), path.join(folder.path, "spool")];
  await writeFile(file, bytes);
  const actual = digest ?? createHash("sha256").update(bytes).digest("hex");
  const unpacked = await unpackPackage({ file, digest: `sha256:${actual}`, spool, exclude });
  const spooled = await readFile(spool);
  const { entries, header } = toInstalledRpm({ name: "a", ...unpacked });
  const contents = entries.flatMap(({ path: at, spoolOffset, size }) =>
    spoolOffset === undefined
      ? []
      : [[at, spooled.toString("utf8", spoolOffset, spoolOffset + size)] as const],
  );
  return { entries, name: header.text(tags.name), contents: new Map(contents) };
}

/** A package of these files; the payload is theirs unless told. */
function withFiles(
  files: readonly PayloadFile[],
  payload: Uint8Array = cpioOf(cpioEntriesOf(files)),
  more: readonly HeaderEntry[] = [],
): Buffer {
  return aPackage({ entries: [...fileHeaderEntries(files), ...more], payload });
}

function kindsOf({ entries }: Unpacked): readonly unknown[] {
  return entries.map(({ path: at, type, mode, excluded, linkTarget }) => [
    at,
    type,
    mode.toString(8),
    ...(linkTarget === undefined ? [] : [linkTarget]),
    ...(excluded ? ["excluded"] : []),
  ]);
}

const someFiles: readonly PayloadFile[] = [
  { path: "/", mode: 0o40555 },
  { path: "/etc", mode: 0o40755 },
  { path: "/etc/motd", content: "hello\n" },
  { path: "/etc/later", flags: 64, content: "ghost", inode: 7 },
  {
    path: "/usr/bin/su",
    mode: 0o104755,
    content: "#!/bin/sh\n",
    capabilities: "cap_net_raw=ep",
  },
  { path: "/usr/bin/one", content: "one", inode: 1 },
  { path: "/usr/bin/two", content: "one", inode: 1 },
  { path: "/usr/bin/link", mode: 0o120777, target: "one" },
  { path: "/usr/share/empty" },
];

describe("a package", () => {
  test("is taken apart as its header describes it", async () => {
    const unpacked = await unpack(withFiles(someFiles));
    expect(unpacked.name).toBe("hello");
    expect(kindsOf(unpacked)).toEqual([
      ["", "directory", "555"],
      ["etc", "directory", "755"],
      ["etc/motd", "file", "644"],
      ["usr/bin/su", "file", "4755"],
      ["usr/bin/one", "file", "644"],
      ["usr/bin/two", "hardlink", "644", "usr/bin/one"],
      ["usr/bin/link", "symlink", "777", "one"],
      ["usr/share/empty", "file", "644"],
    ]);
    expect(Object.fromEntries(unpacked.contents)).toEqual({
      "etc/motd": "hello\n",
      "usr/bin/su": "#!/bin/sh\n",
      "usr/bin/one": "one",
      "usr/share/empty": "",
    });
    expect(unpacked.entries[2]).toMatchObject({ uid: 0, gid: 0, mtime: 1002, size: 6 });
    expect(unpacked.entries.map(({ capabilities }) => capabilities).filter(Boolean)).toEqual([
      "0100000200200000000000000000000000000000",
    ]);
    expect(unpacked.entries[2]?.sha256).toBe(createHash("sha256").update("hello\n").digest("hex"));
  });

  test.each<readonly [name: string, compress: (bytes: Buffer) => Uint8Array | Promise<Uint8Array>]>(
    [
      ["gzip", gzipSync],
      ["zstd", zstdCompressSync],
      ["xz", toXz],
      ["", gzipSync],
      ["", (bytes) => bytes],
    ],
  )("may be compressed with %j", async (name, compress) => {
    const payload = await compress(cpioOf(cpioEntriesOf(someFiles)));
    const more = name === "" ? [] : [text(tags.payloadCompressor, name)];
    const unpacked = await unpack(withFiles(someFiles, payload, more));
    expect(unpacked.contents.get("etc/motd")).toBe("hello\n");
  });

  test("of the stripped form has its names and sizes in the header alone", async () => {
    const payload = strippedCpioOf([
      [0, ""],
      [1, ""],
      [2, "hello\n"],
      [4, "#!/bin/sh\n"],
      [5, ""],
      [6, "one"],
      [7, "one"],
      [8, ""],
    ]);
    const entries = fileHeaderEntries(someFiles, { isLarge: true });
    const plain = await unpack(withFiles(someFiles));
    expect(await unpack(aPackage({ entries, payload }))).toEqual(plain);
  });

  test.each([
    ["traps-1.0-1.el9.noarch.rpm", 8],
    ["edge-attributes-1.0-1.el9.x86_64.rpm", 15],
    ["epel-release-latest-9.noarch.rpm", 8],
    ["rpm-rich-deps-1.0-1.noarch.rpm", 1],
    ["nothing-1-1.el9.noarch.rpm", 0],
  ])("such as %s is read", async (file, count) => {
    const { entries } = await unpack(await readFile(path.join(fixtures, file)));
    expect(entries).toHaveLength(count);
  });
});

describe("what an image leaves out", () => {
  test("is told, and has no content; licences stay", async () => {
    const files = [
      { path: "/usr/share/doc/a", mode: 0o40755 },
      { path: "/usr/share/doc/a/README", content: "read" },
      { path: "/usr/share/doc/a/COPYING", content: "licence", flags: 128 },
      { path: "/usr/share/licenses/a/LICENSE", content: "licence", flags: 128 },
    ];
    const unpacked = await unpack(withFiles(files), { exclude: ["/usr/share"] });
    expect(kindsOf(unpacked)).toEqual([
      ["usr/share/doc/a", "directory", "755", "excluded"],
      ["usr/share/doc/a/README", "file", "644", "excluded"],
      ["usr/share/doc/a/COPYING", "file", "644"],
      ["usr/share/licenses/a/LICENSE", "file", "644"],
    ]);
    expect([...unpacked.contents.keys()]).toHaveLength(2);
  });

  test("leaves a file to those of its hard links that stay", async () => {
    const files = ["/a/one", "/b/two", "/b/three", "/a/four"].map((at) => ({
      path: at,
      content: "same",
      inode: 1,
    }));
    const some = await unpack(withFiles(files), { exclude: ["/a"] });
    expect(kindsOf(some)).toEqual([
      ["a/one", "file", "644", "excluded"],
      ["b/two", "file", "644"],
      ["b/three", "hardlink", "644", "b/two"],
      ["a/four", "file", "644", "excluded"],
    ]);
    expect(Object.fromEntries(some.contents)).toEqual({ "b/two": "same" });
    const none = await unpack(withFiles(files), { exclude: ["/a", "/b"] });
    expect(none.contents.size).toBe(0);
    expect(none.entries.every(({ excluded }) => excluded)).toBe(true);
  });
});

const motd: PayloadFile = { path: "/etc/motd", content: "hello\n" };
const link: PayloadFile = { path: "/a", mode: 0o120777, target: "b" };

test.each<readonly [what: string, bytes: Buffer, reason: RegExp | string]>([
  ["a name that leads out", withFiles([{ path: "/../etc/passwd" }]), /leads out of its folder/],
  ["a relative name", withFiles([{ path: "etc/passwd" }]), /is not an absolute path/],
  ["a whiteout", withFiles([{ path: "/etc/.wh.passwd" }]), /is a whiteout/],
  ["control characters", withFiles([{ path: "/etc/a\u001bb" }]), /control characters/],
  ["no capability", withFiles([{ path: "/a", capabilities: "cap_x=p" }]), /is no capability/],
  ["a device", withFiles([{ path: "/dev/null", mode: 0o20666 }]), /is a character device/],
  ["a file of no kind", withFiles([{ path: "/x", mode: 0o644 }]), /unknown kind/],
  [
    "a file below a link",
    withFiles([link, { path: "/a/passwd" }]),
    /lies below "a", which is a link/,
  ],
  ["a path twice", withFiles([motd, motd]), /holds "etc\/motd" twice/],
  ["a link to nowhere", withFiles([{ ...link, target: "" }]), /has no usable target/],
  [
    "another link in the payload",
    withFiles([link], cpioOf([{ name: "./a", content: "c" }])),
    /leads elsewhere/,
  ],
  [
    "a name that the header does not have",
    withFiles([motd], cpioOf([{ name: "./etc/x" }])),
    /holds "\.\/etc\/x", and its header does not/,
  ],
  [
    "an entry twice",
    withFiles([motd], cpioOf([...cpioEntriesOf([motd]), { name: "./etc/motd" }])),
    /twice/,
  ],
  ["an entry less", withFiles([motd], cpioOf([])), /ends without "etc\/motd"/],
  ["no content", withFiles([motd], cpioOf([{ name: "./etc/motd" }])), /no content for "etc\/motd"/],
  [
    "another size",
    withFiles([motd], cpioOf([{ name: "./etc/motd", content: "hello" }])),
    /has 5 bytes .* its header 6/,
  ],
  [
    "other content",
    withFiles([motd], cpioOf([{ name: "./etc/motd", content: "HELLO\n" }])),
    /has the digest/,
  ],
  [
    "a size beyond the end",
    withFiles([{ ...motd, size: 0xffffffff }], cpioOf([{ name: "./etc/motd", size: "ffffffff" }])),
    /ends in the middle/,
  ],
  [
    "a name of 4 GiB",
    withFiles([motd], cpioOf([{ name: "a", nameBytes: "ffffffff" }])),
    /name of 4294967295 bytes/,
  ],
  [
    "a name without an end",
    withFiles([motd], cpioOf([{ name: "abcdefg", nameBytes: "00000004" }])),
    /has no end/,
  ],
  [
    "digits that are none",
    withFiles([motd], cpioOf([{ name: "a", size: "+1234567" }])),
    /header of its payload is damaged/,
  ],
  [
    "an old cpio format",
    withFiles([motd], cpioOf([{ name: "a", magic: "070707" }])),
    /no cpio archive/,
  ],
  ["no trailer", withFiles([], Buffer.alloc(0)), /payload has no end/],
  [
    "a place that the header does not have",
    withFiles([motd], strippedCpioOf([[9, ""]])),
    /holds file 9/,
  ],
  [
    "links that are different files",
    withFiles([
      { ...motd, inode: 1 },
      { path: "/b", content: "b", inode: 1 },
    ]),
    /are different files/,
  ],
  [
    "an unknown digest",
    withFiles([motd], undefined, [numbers(tags.fileDigestAlgorithm, [99])]),
    /unknown algorithm, 99/,
  ],
  [
    "an unknown compression",
    withFiles([motd], undefined, [text(tags.payloadCompressor, "lzma")]),
    /compressed with "lzma"/,
  ],
  [
    "another payload",
    withFiles([motd], undefined, [text(tags.payloadFormat, "drpm")]),
    /"drpm", not a cpio/,
  ],
  [
    "fewer sizes than files",
    withFiles([motd], undefined, [numbers(tags.fileSizes, [1, 2])]),
    /lists 2 sizes of 1 files/,
  ],
  ["no package", Buffer.from("no"), /./],
])("a package with %s is refused", async (_, bytes, reason) => {
  await expect(unpack(bytes)).rejects.toThrow(reason);
});

test("a payload that becomes far more than the package is refused", async () => {
  const zeros = { path: "/zeros", content: "", size: 2 ** 31 };
  const head = cpioOf([{ name: "./zeros", size: "80000000" }]).subarray(0, 120);
  const piece = gzipSync(Buffer.alloc(64 * 1024 ** 2));
  // Each member of a gzip file is unpacked behind the one before.
  const payload = Buffer.concat([gzipSync(head), ...Array.from({ length: 17 }, () => piece)]);
  const bytes = withFiles([zeros], payload, [text(tags.payloadCompressor, "gzip")]);
  await expect(unpack(bytes, { exclude: ["/zeros"] })).rejects.toThrow("out of proportion");
}, 60_000);

test("a file that the disk has spoilt is told from a package that is wrong", async () => {
  const good = withFiles([motd]);
  const digest = createHash("sha256").update(good).digest("hex");
  for (const bad of [good.subarray(0, 200), good.subarray(0, -200), Buffer.from("no")])
    await expect(unpack(bad, { digest })).rejects.toThrow(DamagedFile);
});

test("whatever a package holds, it is unpacked or refused with a reason", async () => {
  const random = seededRandom(11);
  const payload = zstdCompressSync(cpioOf(cpioEntriesOf(someFiles)));
  const original = withFiles(someFiles, payload, [text(tags.payloadCompressor, "zstd")]);
  const outcomes = new Set<string>();
  for (let run = 0; run < 150; run++) {
    await unpack(mutate(original, random)).then(
      () => outcomes.add("unpacked"),
      (error: unknown) => outcomes.add(error instanceof Error ? error.constructor.name : "?"),
    );
  }
  expect(
    [...outcomes].filter((outcome) => !/^(?:unpacked|Error|RangeError)$/.test(outcome)),
  ).toEqual([]);
});
