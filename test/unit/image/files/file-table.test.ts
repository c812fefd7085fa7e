import { hash } from "node:crypto";
import { expect, test } from "vitest";
import { identityOf } from "../../../../src/image/files/file-identity.ts";
import { FileTable } from "../../../../src/image/files/file-table.ts";
import type { ScannedFile } from "../../../../src/image/files/scanned-file.ts";
import type { FoundFile } from "../../../../src/image/files/file-tree.ts";
import { digestOf } from "../../../../src/packages/canonical-json.ts";

const plain = { type: "file", mode: 0o644, uid: 0, gid: 0, size: 1 } as const;
const contentOf = (text: string): Buffer => hash("sha256", text, "buffer");

function found(path: string, parts: Partial<FoundFile> = {}): FoundFile {
  return { ...plain, path, source: `/project/app/${path}`, stamp: `of ${path}`, ...parts };
}

function complete(table: FileTable): FileTable {
  table.arrange();
  for (const row of table.rows())
    table.complete(row, table.isRegular(row) ? contentOf(table.at(row).path) : undefined);
  return table;
}

test("files come back as they were found, by the bytes of their paths, with the content's digest", () => {
  const table = new FileTable([{ source: "/project/app", target: "/" }]);
  const folder = found("é", { type: "directory", mode: 0o755, size: 0 });
  const link = found("a/link", { type: "symlink", mode: 0o777, size: 0, linkTarget: "../é" });
  const paths = ["a", "a0", "a-b", "a/c", "\u{1F600}", "\uFFFD", "é/x"];
  for (const path of paths) table.add(0, found(path, { size: 2 ** 40, uid: 4_000_000_000 }));
  table.add(0, folder);
  table.add(0, link);
  complete(table);

  const files = [...table];

  expect(files.map(({ path }) => path)).toEqual([
    "a",
    "a-b",
    "a/c",
    "a/link",
    "a0",
    "é",
    "é/x",
    "\uFFFD",
    "\u{1F600}",
  ]);
  expect(table).toHaveLength(files.length);
  expect(files[2]).toEqual({
    path: "a/c",
    type: "file",
    mode: 0o644,
    uid: 4_000_000_000,
    gid: 0,
    size: 2 ** 40,
    source: "/project/app/a/c",
    digest: `sha256:${contentOf("a/c").toString("hex")}`,
  });
  expect(files[3]).toMatchObject({ type: "symlink", linkTarget: "../é" });
  expect(files[3]).not.toHaveProperty("digest");
  expect(files[5]).toMatchObject({ type: "directory", mode: 0o755 });
});

test("of several trees the last one's file counts, and each file lies in its own tree", () => {
  const table = new FileTable([
    { source: "/project/one", target: "/srv/app" },
    { source: "/project/two.conf", target: "/srv/app/x.conf" },
    { source: "/", target: "/srv" },
  ]);
  table.add(0, found("srv/app", { type: "directory" }));
  table.add(0, found("srv/app/a"));
  table.add(0, found("srv/app/x.conf"));
  table.add(1, found("srv/app/x.conf", { mode: 0o600 }));
  table.add(2, found("srv/other"));
  complete(table);

  expect([...table].map(({ path, source, mode }) => [path, source, mode])).toEqual([
    ["srv/app", "/project/one", 0o644],
    ["srv/app/a", "/project/one/a", 0o644],
    ["srv/app/x.conf", "/project/two.conf", 0o600],
    ["srv/other", "/other", 0o644],
  ]);
});

test("names of one file know the first of them in the image", () => {
  const table = new FileTable([{ source: "/project/app", target: "/" }]);
  for (const path of ["z", "b", "c"]) table.add(0, found(path, { inode: "1:1" }));
  table.add(0, found("a", { inode: "1:2" }));
  complete(table);

  expect([...table].map(({ path, linkedTo }) => [path, linkedTo])).toEqual([
    ["a", undefined],
    ["b", undefined],
    ["c", "b"],
    ["z", "b"],
  ]);
});

test("a stamp tells files apart by what changed and by where they lie; records hold it beside the digest", () => {
  const table = new FileTable([{ source: "/project/app", target: "/" }]);
  table.add(0, found("a"));
  table.add(0, found("b", { stamp: "of a" }));
  table.add(0, found("c", { type: "directory" }));
  table.add(0, found("d", { source: "/project/app/a", stamp: "of a" }));
  complete(table);

  const [a, b, , d] = table.rows().map((row) => table.stampOf(row).toString("hex"));
  expect(b).not.toBe(a);
  expect(d).toBe(a);
  expect(Array.from(table.records(), (record) => Buffer.from(record).toString("hex"))).toEqual([
    `${a}${contentOf("a").toString("hex")}`,
    `${b}${contentOf("b").toString("hex")}`,
    `${d}${contentOf("d").toString("hex")}`,
  ]);
});

test("very many files are told apart", () => {
  const table = new FileTable([{ source: "/project/app", target: "/" }]);
  for (let index = 0; index < 20_000; index++) table.add(0, found(`folder/file-${index}`));
  complete(table);

  const paths = Array.from(table, ({ path }) => path);
  expect(new Set(paths).size).toBe(20_000);
  expect(paths).toEqual(paths.toSorted());
  const identities = Array.from(table.identities, ([, identity]) => identity);
  expect(new Set(identities).size).toBe(20_000);
});

const digest = digestOf("content");
test.for<ScannedFile>([
  { ...plain, path: 'a"b\\\n\u2028é', source: "/x", digest },
  { ...plain, path: "l", type: "symlink", source: "/x", linkTarget: "\u0001 / é" },
  { ...plain, path: "h", source: "/x", digest, linkedTo: 'first "name"' },
  { ...plain, path: "d", type: "directory", size: 0, source: "/x" },
])("the identity of $path is the digest of all its fields but for the source", (file) => {
  const { source: _, ...fields } = file;

  expect(`sha256:${identityOf(file).toString("hex")}`).toBe(digestOf(fields));
});
