import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { ArchiveEntry } from "../../../src/archive/content.ts";
import { unpackArtifact } from "../../../src/image/artifacts/unpack-artifact.ts";
import { type ArchiveLimits, limitsFor } from "../../../src/archive/limits.ts";
import type { ArchiveArtifact } from "../../../src/stack/stack.ts";
import { anArchive } from "../../support/an-artifact.ts";
import { file, folder, link } from "../../support/deb.ts";
import { type TarItem, tarOf } from "../../support/tar.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import { toXz } from "../../support/xz.ts";
import { type ZipItem, zipOf } from "../../support/zip.ts";

interface Parts extends Partial<ArchiveArtifact> {
  readonly limits?: Partial<ArchiveLimits>;
  readonly signal?: AbortSignal;
}

/** Entries in words, with the text of each file. */
async function unpack(bytes: Uint8Array, parts: Parts = {}): Promise<readonly string[]> {
  const { limits, signal = new AbortController().signal, ...artifact } = parts;
  await using place = await temporaryFolder();
  const archive = join(place.path, "archive");
  const spool = join(place.path, "spool");
  await writeFile(archive, bytes);
  const entries = await unpackArtifact({
    artifact: anArchive(bytes, artifact),
    file: archive,
    spool,
    storeDirectory: place.path,
    signal,
    ...(limits === undefined ? {} : { limits: { ...limitsFor(bytes.length), ...limits } }),
  });
  const content = await readFile(spool);
  return entries.map((entry) => inWords(entry, content));
}

function inWords({ path, type, mode, linkTarget, file: at }: ArchiveEntry, spool: Buffer): string {
  const text = at === undefined ? "" : spool.toString("utf8", at.offset, at.offset + at.size);
  return `${type} ${path} ${mode.toString(8)} ${linkTarget ?? text}`.trimEnd();
}

async function expectRefusal(bytes: Uint8Array, reason: RegExp, parts: Parts = {}): Promise<void> {
  await expect(unpack(bytes, parts)).rejects.toMatchObject({
    code: "artifact-corrupt",
    message: expect.stringMatching(
      new RegExp(
        `^Artifact https://downloads.example/tool cannot be unpacked to /opt/tool: .*${reason.source}.*\\.$`,
      ),
    ),
  });
}

const hello = [folder("bin"), file("bin/hello", "hello", { mode: 0o755 }), link("hi", "bin/hello")];
const unpacked = ["directory bin 755", "file bin/hello 755 hello", "symlink hi 777 bin/hello"];

/** The tar of `hello` as bzip2 1.0.8 packs it. */
const bzip2 = Buffer.from(
  "QlpoOTFBWSZTWc8SeIcAAHLbgMmAQAD/gACFcmWeAAjIIACSiv1UyaNAAAHqZqCKRNJkep6TRoDQDuX9d+L+aQSvVh" +
    "hWtstXAzqOxtdGLNWEIdXhMQmwK5vLTnQG6hZgmzqGEgk7pwaZTkINfsZFbHvaCEpUIdMcrkPiIhMRFFFZ5iB/F3JF" +
    "OFCQzxJ4hw==",
  "base64",
);
/** A tar of a file of 40 MB of zeros, as bzip2 1.0.8 packs it. */
const zeros = Buffer.from(
  "QlpoOTFBWSZTWdUQxpIFBTXbgMgAQAB/gAAIYgCeEAAIIACSCUjJqGh6hjUClKEAAB62/VBIEzVISBMxISBOvvpw" +
    "bZu0SEgTLOOi0xOXfU9Bt6KtVs3KxZ4rDsZmMZ1Op24AQBBAAQ/F3JFOFCQ1RDGkgA==",
  "base64",
);

describe("a tar", () => {
  test.for([
    ["plain", (tar: Buffer) => tar],
    ["of gzip", (tar: Buffer) => gzipSync(tar)],
    ["of zstd", (tar: Buffer) => zstdCompressSync(tar)],
  ] as const)("%s is told by its first bytes", async ([, compress]) => {
    expect(await unpack(compress(tarOf(hello)))).toEqual(unpacked);
  });

  test("of xz is told by its first bytes", async () => {
    expect(await unpack(toXz(tarOf(hello)))).toEqual(unpacked);
  });

  test("of bzip2 is told by its first bytes", async () => {
    expect(await unpack(bzip2)).toEqual(unpacked);
  });

  test("of bzip2 that becomes far more than it is is refused", async () => {
    await expectRefusal(zeros, /larger than 1000000 bytes when unpacked/, {
      limits: { bytes: 1_000_000 },
    });
  });

  test("comes out sorted, with the folders that it only implies", async () => {
    expect(await unpack(tarOf([file("z", "z"), file("a/b/c", "c"), folder("a")]))).toEqual([
      "directory a 755",
      "directory a/b 755",
      "file a/b/c 644 c",
      "file z 644 z",
    ]);
  });

  test("may be stripped of folders; what has no more is left out", async () => {
    const items = [
      folder("tool-1.2"),
      file("tool-1.2/bin/x", "x"),
      { path: "tool-1.2/y", type: "hardlink", target: "tool-1.2/bin/x" },
      file("README", "no folder"),
    ];

    expect(await unpack(tarOf(items), { stripComponents: 1 })).toEqual([
      "directory bin 755",
      "file bin/x 644 x",
      "file y 644 x",
    ]);
  });

  test("that stripping leaves nothing of is refused", async () => {
    await expectRefusal(tarOf(hello), /stripping them leaves nothing/, { stripComponents: 3 });
  });

  test("names of any length and language are kept", async () => {
    const long = `${"a/".repeat(80)}ü`;

    const entries = await unpack(
      tarOf([
        { ...file("x", "1"), pax: { path: long } },
        { ...file(`${long}2`, "2"), gnuLongName: true },
      ]),
    );

    expect(entries.slice(-2)).toEqual([`file ${long} 644 1`, `file ${long}2 644 2`]);
  });

  test("hard links share their file, also before it", async () => {
    const items: readonly TarItem[] = [
      { path: "b", type: "hardlink", target: "file" },
      { path: "a", type: "hardlink", target: "file" },
      file("file", "once"),
    ];

    expect(await unpack(tarOf(items))).toEqual([
      "file a 644 once",
      "file b 644 once",
      "file file 644 once",
    ]);
  });

  test("a folder may stand in it twice", async () => {
    expect(await unpack(tarOf([folder("a"), folder("a", { mode: 0o700 })]))).toEqual([
      "directory a 700",
    ]);
  });

  test.for<readonly [string, readonly TarItem[], RegExp]>([
    ["an absolute name", [file("/etc/passwd", "x")], /"\/etc\/passwd" leads out/],
    ["a name that climbs", [file("a/../../x", "x")], /"a\/\.\.\/\.\.\/x" leads out/],
    ["a whiteout", [file("bin/.wh.sudo", "")], /"bin\/\.wh\.sudo" is a whiteout/],
    ["a file below a whiteout", [file(".wh.etc/x", "")], /"\.wh\.etc\/x" is a whiteout/],
    ["an opaque folder", [file("etc/.wh..wh..opq", "")], /"etc\/\.wh\.\.wh\.\.opq" is a whiteout/],
    [
      "a link that is a whiteout",
      [link("etc/.wh.passwd", "/dev/null")],
      /"etc\/\.wh\.passwd" is a whiteout/,
    ],
    ["a block device", [{ path: "sda", type: "4" }], /"sda" is a block device/],
    ["a character device", [{ path: "null", type: "3" }], /"null" is a character device/],
    ["a pipe", [{ path: "pipe", type: "6" }], /"pipe" is a named pipe/],
    ["an old sparse file", [{ path: "s", type: "S" }], /"s" is a sparse file/],
    ["an unknown kind", [{ path: "odd", type: "Y" }], /"odd" is a file of an unknown kind/],
    [
      "a sparse file",
      [{ ...file("s", "x"), pax: { "GNU.sparse.major": "1" } }],
      /"s" is a sparse file/,
    ],
    [
      "a name that is not UTF-8",
      [{ path: "x", rawPath: Buffer.from([0x66, 0xff, 0x66]) }],
      /is not UTF-8/,
    ],
    ["a name with a line end", [file("a\nb", "x")], /"a\?b" has control characters/],
    [
      "a name longer than a file system takes",
      [{ ...file("x", ""), pax: { path: "n".repeat(256) } }],
      /is longer than a file system takes/,
    ],
    ["a file twice", [file("a", "1"), file("./a", "2")], /it holds "a" twice/],
    ["a file where a folder is", [file("a/b", "1"), file("a", "2")], /it holds "a" twice/],
    ["a file below a file", [file("a", "1"), file("a/b", "2")], /"a\/b" lies below "a".* file/],
    [
      "a file through a link of its own",
      [link("out", "/etc"), file("out/passwd", "x")],
      /"out\/passwd" lies below "out", which is a link/,
    ],
    [
      "a link in the place of a folder that it holds",
      [file("out/passwd", "x"), link("out", "/etc")],
      /it holds "out" twice/,
    ],
    [
      "a hard link to what it does not hold",
      [{ path: "shadow", type: "hardlink", target: "etc/shadow" }],
      /the hard link "shadow" leads to "etc\/shadow"/,
    ],
    [
      "a hard link that climbs",
      [{ path: "x", type: "hardlink", target: "../../etc/shadow" }],
      /"..\/..\/etc\/shadow" leads out/,
    ],
    [
      "hard links in a circle",
      [
        { path: "a", type: "hardlink", target: "b" },
        { path: "b", type: "hardlink", target: "a" },
      ],
      /the hard link "a" leads to "b", which is a hard link, too/,
    ],
    [
      "a hard link to a folder",
      [folder("a"), { path: "b", type: "hardlink", target: "a" }],
      /the hard link "b" leads to "a", which is a folder/,
    ],
    [
      "a hard link to itself",
      [{ path: "b", type: "hardlink", target: "b" }],
      /the hard link "b" leads to "b", which is the link itself/,
    ],
    [
      "a size that is no decimal",
      [{ ...file("x", "1".repeat(1000)), pax: { size: "1e3" } }],
      /its size is no decimal number/,
    ],
    [
      "a damaged pax header",
      [{ path: "pax", type: "x", content: "99 size=1\n" }, file("x", "1")],
      /a pax header is damaged/,
    ],
    ["a link to nothing", [{ path: "a", type: "symlink", target: "" }], /"a" has no usable target/],
    ["nothing", [], /it is empty/],
  ])("with %s is refused", async ([, items, reason]) => {
    await expectRefusal(tarOf(items), reason);
  });

  test.for<readonly [string, (tar: Buffer) => Buffer, RegExp]>([
    ["that is cut in the middle", (tar) => tar.subarray(0, 1200), /has 688 bytes, but is declared/],
    ["whose gzip is cut", (tar) => gzipSync(tar).subarray(0, 80), /unexpected end of file/],
    ["whose gzip is damaged", (tar) => flipped(gzipSync(tar)), /\S/],
    ["whose header is damaged", (tar) => flipped(tar, 3), /a tar header is damaged/],
    ["whose bzip2 is cut", () => bzip2.subarray(0, 80), /the file ends in the middle/],
    ["whose bzip2 is damaged", () => flipped(bzip2), /bzip2 data/],
    ["that is a web page", () => Buffer.from("<html>".repeat(200)), /a tar header is damaged/],
  ])("%s is refused", async ([, spoil, reason]) => {
    await expectRefusal(spoil(tarOf([file("a", randomBytes(1000))])), reason);
  });

  test("ends at its end blocks, or where they should be", async () => {
    const tar = tarOf(hello);

    expect(await unpack(Buffer.concat([tar, tarOf([file("more", "x")])]))).toEqual(unpacked);
    expect(await unpack(tar.subarray(0, -1024))).toEqual(unpacked);
  });

  test("of an old program tells a folder by the slash at its end", async () => {
    expect(await unpack(tarOf([file("a/", "", { mode: 0o755 })]))).toEqual(["directory a 755"]);
  });

  test("whose names are too long together is refused", async () => {
    const items = Array.from({ length: 10 }, (_, index) => file(`${"n".repeat(90)}${index}`, ""));

    await expectRefusal(tarOf(items), /names of its entries take more than 500 bytes/, {
      limits: { nameBytes: 500 },
    });
  });

  test("with more entries than an archive has is refused", async () => {
    const items = Array.from({ length: 11 }, (_, index) => file(String(index), ""));

    await expectRefusal(tarOf(items), /more than 10 entries/, {
      limits: { entries: 10, bytes: 1e9 },
    });
  });

  test.for([
    ["one huge file", [file("big", Buffer.alloc(200_000))]],
    [
      "headers without end",
      Array.from({ length: 100 }, (_, index) => ({
        ...file(String(index), ""),
        pax: { comment: "x".repeat(1500) },
      })),
    ],
  ] as const)("that is a bomb of %s is refused before it is all unpacked", async ([, items]) => {
    await expectRefusal(gzipSync(tarOf(items)), /out of proportion to the archive/, {
      limits: { entries: 1000, bytes: 100_000 },
    });
  });

  test("ends at once when it is asked to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("Ctrl-C"));

    await expect(unpack(gzipSync(tarOf(hello)), { signal: stop.signal })).rejects.toThrow("Ctrl-C");
  });
});

describe("a zip", () => {
  const zip = (items: readonly ZipItem[], parts: Parts = {}): Promise<readonly string[]> =>
    unpack(zipOf(items), { unpack: "zip", ...parts });

  test("has files, folders and links with the modes of Unix", async () => {
    const items: readonly ZipItem[] = [
      { path: "bin/", unix: 0o040750 },
      { path: "bin/hello", content: "hello", unix: 0o100755 },
      { path: "hi", content: "bin/hello", unix: 0o120777 },
    ];

    expect(await zip(items)).toEqual([
      "directory bin 750",
      "file bin/hello 755 hello",
      "symlink hi 777 bin/hello",
    ]);
  });

  test("of another system has ordinary modes", async () => {
    expect(await zip([{ path: "a/" }, { path: "a/b", content: "b" }])).toEqual([
      "directory a 755",
      "file a/b 644 b",
    ]);
  });

  test("may be stripped of folders", async () => {
    const items = [{ path: "t-1/" }, { path: "t-1/b", content: "b" }];

    expect(await zip(items, { stripComponents: 1 })).toEqual(["file b 644 b"]);
  });

  test.for<readonly [string, readonly ZipItem[], RegExp]>([
    ["an absolute name", [{ path: "/etc/passwd" }], /absolute path/],
    ["a name that climbs", [{ path: "../x" }], /invalid relative path/],
    ["a name that climbs as on Windows", [{ path: "..\\x" }], /invalid relative path/],
    ["a whiteout", [{ path: "bin/.wh.sudo" }], /"bin\/\.wh\.sudo" is a whiteout/],
    ["a device", [{ path: "sda", unix: 0o060644 }], /"sda" is a device/],
    ["a pipe", [{ path: "pipe", unix: 0o010644 }], /"pipe" is a device, a pipe/],
    ["a file twice", [{ path: "a" }, { path: "a" }], /it holds "a" twice/],
    [
      "a file through a link of its own",
      [
        { path: "out", content: "/etc", unix: 0o120777 },
        { path: "out/passwd", content: "x" },
      ],
      /"out\/passwd" lies below "out"/,
    ],
    ["an encrypted file", [{ path: "a", flags: 1 }], /"a" is encrypted/],
    ["an unknown compression", [{ path: "a", method: 14 }], /"a" is compressed with method 14/],
    [
      "a file larger than declared",
      [{ path: "a", content: "abc", claimedSize: 2 }],
      /too many bytes/,
    ],
    [
      "a file smaller than declared",
      [{ path: "a", content: "abc", claimedSize: 4 }],
      /not enough bytes/,
    ],
    [
      "a wrong checksum",
      [{ path: "a", content: "abc", checksum: 1 }],
      /"a" does not have the checksum/,
    ],
    ["a link of many bytes", [{ path: "a", content: "x".repeat(5000), unix: 0o120777 }], /target/],
    ["nothing", [], /it is empty/],
  ])("with %s is refused", async ([, items, reason]) => {
    await expectRefusal(zipOf(items), reason, { unpack: "zip" });
  });

  test("that declares more than its size promises is refused before anything is unpacked", async () => {
    const items = [
      { path: "a", content: Buffer.alloc(60_000) },
      { path: "b", content: Buffer.alloc(60_000) },
    ];

    await expectRefusal(zipOf(items), /declares more than 100000 bytes/, {
      unpack: "zip",
      limits: { entries: 10, bytes: 100_000 },
    });
  });

  test("with more entries than an archive has is refused", async () => {
    await expectRefusal(zipOf([{ path: "a" }, { path: "b" }]), /more than 1 entries/, {
      unpack: "zip",
      limits: { entries: 1, bytes: 1e9 },
    });
  });

  test("that is cut is refused", async () => {
    await expectRefusal(zipOf([{ path: "a", content: "abc" }]).subarray(0, 40), /\S/, {
      unpack: "zip",
    });
  });
});

function flipped(bytes: Buffer, at = bytes.length >> 1): Buffer {
  const other = Buffer.from(bytes);
  other.writeUInt8(other.readUInt8(at) ^ 0x55, at);
  return other;
}
