import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unpackPackage, type UnpackedPackage } from "../../../src/packages/deb/unpack.ts";
import { arOf, debOf, file, folder, link } from "../../support/deb.ts";
import { type TarItem, tarOf } from "../../support/tar.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

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

    const { entries, controlFiles, contentOf } = await unpack(
      debOf({ name: "a", compression, files }),
    );

    expect(entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "directory ",
      "directory usr",
      "file usr/one",
      "file usr/two",
      "symlink usr/three",
    ]);
    expect(contentOf("usr/one")).toBe("1");
    expect(contentOf("usr/two")).toBe("two".repeat(1000));
    expect(controlFiles.get("control")).toContain("Package: a\n");
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

/** Entries that no package may hold, with a word of the message that names the reason. */
const hostile: readonly (readonly [name: string, item: TarItem, message: RegExp])[] = [
  ["a path that climbs", file("usr/../../etc/passwd", "x"), /leads out of the image/],
  ["an absolute path", file("/etc/passwd", "x"), /leads out of the image/],
  [
    "a path that climbs in a pax header",
    file("ok", "x", { pax: { path: "../etc/passwd" } }),
    /leads out of the image/,
  ],
  [
    "a hard link that climbs",
    { path: "x", type: "hardlink", target: "../../etc/shadow" },
    /leads out of the image/,
  ],
  [
    "a hard link to an absolute path",
    { path: "x", type: "hardlink", target: "/etc/shadow" },
    /leads out of the image/,
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
  ["a named pipe", { path: "run/pipe", type: "6" }, /device/],
  ["a name that is not UTF-8", { path: "", rawPath: Buffer.from([0x75, 0xff, 0xfe]) }, /UTF-8/],
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

test("a header whose checksum is wrong is refused", async () => {
  const tar = tarOf([file("usr/a", "x")]);
  tar[0] = "X".charCodeAt(0);
  const control = tarOf([{ path: "control", content: "Package: a\n" }]);

  await expect(
    unpack(
      arOf([
        ["debian-binary", Buffer.from("2.0\n")],
        ["control.tar", control],
        ["data.tar", tar],
      ]),
    ),
  ).rejects.toThrow(/header is damaged/);
});

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
