import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { unpackPackage } from "../../../../src/packages/deb/unpack.ts";
import type { UnpackedPackage } from "../../../../src/packages/unpacked.ts";
import { arOf, debOf, file, folder, link } from "../../../support/deb.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";
import { toXz } from "../../../support/xz.ts";

interface Unpacked extends UnpackedPackage {
  /** Content of a file as the spool has it. */
  readonly contentOf: (path: string) => string;
}

async function unpack(deb: Uint8Array, exclude: readonly string[] = []): Promise<Unpacked> {
  await using scope = await temporaryFolder();
  const path = join(scope.path, "a.deb");
  const spool = join(scope.path, "spool");
  await writeFile(path, deb);
  const digest = `sha256:${createHash("sha256").update(deb).digest("hex")}` as const;
  const unpacked = await unpackPackage({ file: path, digest, spool, exclude });
  const bytes = await readFile(spool);
  return {
    ...unpacked,
    contentOf: (wanted) => {
      const entry = unpacked.entries.find((candidate) => candidate.path === wanted);
      const start = entry?.spoolOffset;
      return entry === undefined || start === undefined
        ? ""
        : bytes.toString("utf8", start, start + entry.size);
    },
  };
}

const withFiles = (files: readonly TarItem[]): Buffer => debOf({ name: "a", files });

for (const compression of ["none", "gz", "zst"] as const) {
  test(`a package whose members are compressed as ${compression} is taken apart`, async () => {
    const files = [
      folder("."),
      folder("./usr"),
      file("./usr/one", "1"),
      file("./usr/two", "two".repeat(1000)),
      link("./usr/three", "two"),
    ];

    const { entries, metadata, contentOf } = await unpack(debOf({ name: "a", compression, files }));

    expect(entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "directory ",
      "directory usr",
      "file usr/one",
      "file usr/two",
      "symlink usr/three",
    ]);
    expect(contentOf("usr/one")).toBe("1");
    expect(contentOf("usr/two")).toBe("two".repeat(1000));
    expect(metadata.get("control")).toContain("Package: a\n");
  });
}

test("owner, mode and time of each entry are those of the package", async () => {
  const { entries } = await unpack(
    withFiles([file("usr/bin/x", "", { mode: 0o4755, uid: 33, gid: 8, mtime: 1_500_000_000 })]),
  );

  expect(entries[0]).toMatchObject({ mode: 0o4755, uid: 33, gid: 8, mtime: 1_500_000_000 });
});

test("long names of GNU and of pax are read", async () => {
  const long = `usr/share/${"deep/".repeat(40)}file`;

  const gnu = await unpack(withFiles([file(long, "gnu", { gnuLongName: true })]));
  const pax = await unpack(withFiles([file("short", "pax", { pax: { path: long, size: "3" } })]));

  expect(gnu.contentOf(long)).toBe("gnu");
  expect(pax.contentOf(long)).toBe("pax");
});

test("names outside of ASCII are kept", async () => {
  const { entries } = await unpack(withFiles([file("usr/Főtanúsítvány.crt", "x")]));

  expect(entries[0]?.path).toBe("usr/Főtanúsítvány.crt");
});

test("configuration files get the checksum that dpkg's database holds", async () => {
  const deb = debOf({
    name: "a",
    files: [file("etc/a.conf", "a\n"), file("usr/a", "b\n")],
    control: { conffiles: "/etc/a.conf\n" },
  });

  const { entries } = await unpack(deb);

  expect(entries.map(({ md5 }) => md5)).toEqual(["60b725f10c9c85c70d97880dfe8191b3", undefined]);
});

test("what is excluded is listed and has no content; copyright files stay", async () => {
  const files = [
    file("usr/share/doc/a/README", "readme"),
    file("usr/share/doc/a/copyright", "licence"),
    file("usr/share/document", "kept"),
  ];

  const { entries, contentOf } = await unpack(withFiles(files), ["/usr/share/doc"]);

  expect(entries.map(({ path, excluded }) => [path, excluded])).toEqual([
    ["usr/share/doc/a/README", true],
    ["usr/share/doc/a/copyright", false],
    ["usr/share/document", false],
  ]);
  expect(contentOf("usr/share/doc/a/copyright")).toBe("licence");
});

test("a link that stays to a file that is left out becomes the file, and the next ones link to it", async () => {
  const files = [
    file("usr/share/doc/a/tool", "tool", { mode: 0o755 }),
    file("usr/share/doc/a/README", "readme"),
    hardLink("usr/share/doc/a/again", "usr/share/doc/a/tool"),
    hardLink("usr/bin/a", "usr/share/doc/a/tool"),
    hardLink("usr/bin/b", "usr/share/doc/a/tool"),
    file("usr/bin/c", "c"),
    hardLink("usr/bin/d", "usr/bin/c"),
  ];
  const { entries, contentOf } = await unpack(withFiles(files), ["/usr/share/doc"]);

  expect(
    entries.map(({ path, type, excluded, linkTarget }) => [path, type, excluded, linkTarget]),
  ).toEqual([
    ["usr/share/doc/a/tool", "file", true, undefined],
    ["usr/share/doc/a/README", "file", true, undefined],
    ["usr/share/doc/a/again", "hardlink", true, "usr/share/doc/a/tool"],
    ["usr/bin/a", "file", false, undefined],
    ["usr/bin/b", "hardlink", false, "usr/bin/a"],
    ["usr/bin/c", "file", false, undefined],
    ["usr/bin/d", "hardlink", false, "usr/bin/c"],
  ]);
  expect(contentOf("usr/bin/a")).toBe("tool");
  expect(contentOf("usr/share/doc/a/README")).toBe("");
});

/** Entries that no package may hold, with a word of the message that names the reason. */
const hostile: readonly (readonly [name: string, item: TarItem, message: RegExp])[] = [
  ["a path that climbs", file("usr/../../etc/passwd", "x"), /leads out of its folder/],
  ["an absolute path", file("/etc/passwd", "x"), /leads out of its folder/],
  [
    "a path that climbs in a pax header",
    file("ok", "x", { pax: { path: "../etc/passwd" } }),
    /leads out of its folder/,
  ],
  [
    "a hard link that climbs",
    { path: "x", type: "hardlink", target: "../../etc/shadow" },
    /leads out of its folder/,
  ],
  [
    "a hard link to an absolute path",
    { path: "x", type: "hardlink", target: "/etc/shadow" },
    /leads out of its folder/,
  ],
  ["a whiteout", file("usr/bin/.wh.sudo", ""), /"usr\/bin\/\.wh\.sudo" is a whiteout/],
  ["a folder that is a whiteout", folder("usr/.wh.bin"), /"usr\/\.wh\.bin\/" is a whiteout/],
  ["an opaque folder", file("etc/.wh..wh..opq", ""), /"etc\/\.wh\.\.wh\.\.opq" is a whiteout/],
  [
    "a whiteout in a pax header",
    file("ok", "", { pax: { path: "etc/.wh.passwd" } }),
    /"etc\/\.wh\.passwd" is a whiteout/,
  ],
  ["a character device", { path: "dev/null", type: "3" }, /device/],
  ["a block device", { path: "dev/sda", type: "4" }, /device/],
  ["a named pipe", { path: "run/pipe", type: "6" }, /"run\/pipe" is a named pipe/],
  ["a name that is not UTF-8", { path: "", rawPath: Buffer.from([0x75, 0xff, 0xfe]) }, /UTF-8/],
  ["a hard link to nothing", hardLink("x", "none"), /"x" leads to "none", which it does not hold/],
  ["a hard link to itself", hardLink("x", "x"), /"x" leads to "x", which is the link itself/],
  [
    "a name longer than a file system takes",
    file("x", "", { pax: { path: "n".repeat(256) } }),
    /is longer than a file system takes/,
  ],
  [
    "a link whose target is longer than a file system takes",
    { ...link("x", "y"), pax: { linkpath: "n/".repeat(3000) } },
    /"x" has no usable target/,
  ],
  ["a sparse file of GNU", { path: "x", type: "S" }, /"x" is a sparse file/],
  [
    "a sparse file of pax",
    file("x", "1", { pax: { "GNU.sparse.major": "1", "GNU.sparse.minor": "0" } }),
    /"x" is a sparse file/,
  ],
  [
    "a size that is no decimal",
    file("x", "1".repeat(1000), { pax: { size: "1e3" } }),
    /no decimal/,
  ],
  ["a size that is negative", file("x", "1", { pax: { size: "-1" } }), /no decimal/],
  ["a size without end", file("x", "1", { pax: { size: "9".repeat(30) } }), /no decimal/],
  [
    "a file longer than the archive",
    file("usr/a", "x", { claimedSize: 1_000_000 }),
    /ends in the middle/,
  ],
];

for (const [name, item, message] of hostile) {
  test(`${name} is refused`, async () => {
    await expect(unpack(withFiles([item]))).rejects.toThrow(message);
  });
}

/** A pair of entries that cannot both be in one folder. */
const contradictions: readonly (readonly [string, readonly TarItem[], RegExp])[] = [
  ["a file twice", [file("a", "1"), file("a", "2")], /it holds "a" twice/],
  ["a file that is also a folder", [file("a", "1"), folder("a")], /it holds "a" twice/],
  ["a folder that is also a file", [file("a/b", "1"), file("a", "2")], /it holds "a" twice/],
  ["a file below a file", [file("a", "1"), file("a/b", "2")], /"a\/b" lies below "a".* a file/],
  ["a file below a link", [link("a", "/etc"), file("a/b", "2")], /"a\/b" lies below "a".* a link/],
  [
    "a hard link to a folder",
    [folder("a"), hardLink("b", "a")],
    /"b" leads to "a", which is a folder/,
  ],
  [
    "a chain of hard links",
    [file("a", "1"), hardLink("b", "a"), hardLink("c", "b")],
    /"c" leads to "b", which is a hard link, too/,
  ],
];

for (const [name, items, message] of contradictions) {
  test(`${name} is refused`, async () => {
    await expect(unpack(withFiles(items))).rejects.toThrow(message);
  });
}

test("hard links may come before their file, and a folder after what it holds", async () => {
  const { entries } = await unpack(
    withFiles([hardLink("a/y", "a/x"), file("a/x", "1"), folder("a")]),
  );

  expect(entries.map(({ path }) => path)).toEqual(["a/y", "a/x", "a"]);
});

test.for([
  ["a length that is no decimal", "0x19 size=1\n"],
  ["a length past the end", "99 size=1\n"],
  ["a length that ends elsewhere", "9 size=1\n\n"],
  ["no equals sign", "8 size1\n"],
  ["no end of line", "9 size=1 "],
  ["no name", "7 =abc\n"],
] as const)("a pax header with %s is refused", async ([, records]) => {
  const header: TarItem = { path: "pax", type: "x", content: records };

  await expect(unpack(withFiles([header, file("a", "1")]))).rejects.toThrow(
    /pax header is damaged/,
  );
});

test("a pax header that names all entries is refused", async () => {
  const header: TarItem = { path: "pax", type: "g", content: "12 path=etc\n" };

  await expect(unpack(withFiles([header, file("a", "1")]))).rejects.toThrow(/all entries one name/);
});

test("what follows the end blocks is not read", async () => {
  const tar = Buffer.concat([tarOf([file("a", "1")]), tarOf([file("../b", "2")])]);

  const { entries } = await unpack(parts({ "data.tar": tar }));

  expect(entries.map(({ path }) => path)).toEqual(["a"]);
});

const control = tarOf([{ path: "control", content: "Package: a\nVersion: 1\n" }]);
const data = tarOf([]);

/**
 * A package of these members, the others as they should be. One that is compressed takes the place
 * of one that is not.
 */
function parts(members: Readonly<Record<string, Uint8Array>>): Buffer {
  const plain = { "debian-binary": Buffer.from("2.0\n"), "control.tar": control, "data.tar": data };
  const given = Object.entries(members);
  return arOf(
    Object.entries(plain).map(
      ([name, content]) => given.find(([other]) => other.startsWith(name)) ?? [name, content],
    ),
  );
}

test.for<readonly [string, Buffer, RegExp]>([
  ["of another format", parts({ "debian-binary": Buffer.from("3.0\n") }), /format is "3.0"/],
  ["whose format is none", parts({ "debian-binary": Buffer.from("2x") }), /format is "2x"/],
  [
    "without a format",
    arOf([
      ["control.tar", control],
      ["data.tar", data],
    ]),
    /first member is not debian-binary/,
  ],
  [
    "whose data comes first",
    arOf([
      ["debian-binary", Buffer.from("2.0\n")],
      ["data.tar", data],
      ["control.tar", control],
    ]),
    /holds "data.tar" where control.tar should be/,
  ],
  [
    "with a member that no package has",
    arOf([
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar", control],
      ["more.tar", data],
      ["data.tar", data],
    ]),
    /holds "more.tar" where data.tar should be/,
  ],
  [
    "that is compressed in another way",
    arOf([
      ["debian-binary", Buffer.from("2.0\n")],
      ["control.tar.bz2", control],
    ]),
    /"control.tar.bz2" is compressed in a way/,
  ],
  ["without a control file", parts({ "control.tar": tarOf([]) }), /no control file/],
  [
    "whose control file is in it twice",
    parts({ "control.tar": tarOf([file("control", "Package: a\n"), file("./control", "")]) }),
    /holds "control" twice/,
  ],
  [
    "whose control file is a link",
    parts({ "control.tar": tarOf([link("control", "/etc/passwd")]) }),
    /holds the link "control"/,
  ],
])("a package %s is refused", async ([, deb, message]) => {
  await expect(unpack(deb)).rejects.toThrow(message);
});

test.for(["1e3", "0x10", "-4", "4 4", ""])("an ar size of %j is refused", async (size) => {
  const deb = parts({});
  // The size of the first member, debian-binary.
  deb.write(size.padEnd(10), 8 + 48, "latin1");

  await expect(unpack(deb)).rejects.toThrow(/header is damaged/);
});

/** Zeros in a tar that packs them a thousandfold. */
const bomb = (path: string, bytes: number): Buffer => tarOf([file(path, Buffer.alloc(bytes))]);

test.for<readonly [string, Buffer, RegExp]>([
  ["control file", bomb("control", 2 * 1024 ** 2), /control file is larger than 1048576 bytes/],
  ["other control file", bomb("md5sums", 40 * 1024 ** 2), /larger than 33554432 bytes/],
])("a bomb in a package's %s is refused before it is all unpacked", async ([, tar, message]) => {
  await expect(unpack(parts({ "control.tar.gz": gzipSync(tar) }))).rejects.toThrow(message);
});

test("a decoder that is left in the middle keeps no other one waiting", async () => {
  const deb = parts({ "control.tar.xz": toXz(bomb("control", 2 * 1024 ** 2)) });

  for (let round = 0; round < 3; round++) {
    await expect(unpack(deb)).rejects.toThrow(/control file is larger/);
  }
});

test("a header whose checksum is wrong is refused", async () => {
  const tar = tarOf([file("usr/a", "x")]);
  tar[0] = "X".charCodeAt(0);

  await expect(unpack(parts({ "data.tar": tar }))).rejects.toThrow(/header is damaged/);
});

function hardLink(path: string, target: string): TarItem {
  return { path, type: "hardlink", target };
}

const whole = debOf({ name: "a", compression: "gz", files: [file("usr/a", "x".repeat(10_000))] });
const noData = arOf([
  ["debian-binary", Buffer.from("2.0\n")],
  ["control.tar", tarOf([{ path: "control", content: "Package: a\n" }])],
]);

for (const [name, bytes, message] of [
  ["an empty file", Buffer.alloc(0), /ar archive/],
  ["a page of HTML in place of a package", Buffer.from("<html>not found</html>"), /ar archive/],
  ["a package cut in its data", whole.subarray(0, whole.length - 40), /unexpected end/],
  ["a package cut in a header", whole.subarray(0, 30), /ends in the middle/],
  ["a package without data", noData, /no data\.tar/],
] as const) {
  test(`${name} is refused`, async () => {
    await expect(unpack(bytes)).rejects.toThrow(message);
  });
}
