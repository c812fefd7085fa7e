import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { BundleDocument, BundleEntry } from "../../../src/image/bundle/document.ts";
import { openBundle } from "../../../src/image/bundle/read.ts";
import { type BundleMember, bytesMember, writeBundle } from "../../../src/image/bundle/write.ts";
import { readItems, type TarItem, tarOf } from "../../support/tar.ts";

const lock = bytesMember("stack.lock.yaml", Buffer.from("version: 1\n"));
const blob = aBlob("a package");
const longName = `project/${"folder/".repeat(20)}é.txt`;
const members: readonly BundleMember[] = [
  lock,
  blob,
  aBlob(""),
  bytesMember(longName, Buffer.from("long")),
  {
    entry: { path: "project/link", link: "x".repeat(120) },
    source: "",
    read: () => [],
  },
  { entry: { path: "project/run", folder: true }, source: "", read: () => [] },
];
const head: Omit<BundleDocument, "entries"> = {
  schema: "qclock/bundle/v1",
  version: "1.2.3",
  stack: "t",
  lock: `sha256:${sha256("version: 1\n")}`,
  targets: [],
  images: [],
};

test("what is written comes back, the head first and the rest in its order", async () => {
  const bytes = await written();

  const { document, files } = await read(bytes);

  expect(document.entries).toEqual(members.map(({ entry }) => entry));
  expect(files).toEqual([
    ["stack.lock.yaml", "version: 1\n"],
    [blob.entry.path, "a package"],
    [aBlob("").entry.path, ""],
    [longName, "long"],
  ]);
});

test("it is a tar that any other reader takes, with nothing of this machine in it", async () => {
  const items = readItems(await written());

  expect(items.map(({ path, flag }) => [path, flag])).toEqual([
    ["bundle.json", "0"],
    ["stack.lock.yaml", "0"],
    [blob.entry.path, "0"],
    [aBlob("").entry.path, "0"],
    [longName, "0"],
    ["project/link", "2"],
    ["project/run/", "5"],
  ]);
  expect(items[5]?.target).toBe("x".repeat(120));
  for (const { uid, gid, mtime, userName } of items)
    expect({ uid, gid, mtime, userName }).toEqual({ uid: 0, gid: 0, mtime: 0, userName: "" });
});

test("the same members give the same bytes", async () => {
  await expect(written()).resolves.toEqual(await written());
});

test("a file that changed since its digest was told is not written", async () => {
  const other = { ...blob, read: () => [Buffer.from("another!!")] };
  const longer = { ...blob, read: () => [Buffer.from("a package and more")] };

  for (const member of [other, longer])
    await expect(written([lock, member])).rejects.toMatchObject({ code: "digest-mismatch" });
});

test("a bundle that is cut anywhere is refused", async () => {
  const bytes = await written();
  const outcomes = new Set<unknown>();
  // Every length near the border of a block, and some in the middle of one.
  for (let length = 0; length < bytes.length - 512; length += length % 512 < 2 ? 1 : 255) {
    const error: unknown = await read(bytes.subarray(0, length)).catch((reason: unknown) => reason);
    outcomes.add(error instanceof Error && "code" in error ? error.code : `${length} was taken`);
  }
  expect([...outcomes]).toEqual(["bundle-invalid"]);
});

test("a bundle that is cut says in which file", async () => {
  const bytes = await written();
  const end = bytes.indexOf("a package") + 4;

  await expect(read(bytes.subarray(0, end))).rejects.toMatchObject({
    message: expect.stringMatching(/^b\.bundle is refused: it was cut short, in "blobs\/sha256\//),
    hint: expect.stringContaining("Carry it over again"),
  });
});

test("one changed bit of any content is seen", async () => {
  const bytes = await written();
  for (const text of ["a package", "version: 1", "long"]) {
    const damaged = Buffer.from(bytes);
    const at = damaged.lastIndexOf(text);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
    await expect(read(damaged)).rejects.toMatchObject({
      code: "bundle-invalid",
      message: expect.stringMatching(/has the digest sha256:\w+ instead of sha256:\w+/),
    });
  }
});

test("a damaged header is seen", async () => {
  const damaged = Buffer.from(await written());
  const at = damaged.lastIndexOf("stack.lock.yaml");
  damaged.write("Stack", at);

  await expect(read(damaged)).rejects.toMatchObject({
    code: "bundle-invalid",
    message: expect.stringContaining("a tar header is damaged"),
  });
});

describe("is no bundle:", () => {
  test.for<[string, Uint8Array]>([
    ["nothing", Buffer.alloc(0)],
    ["a text", Buffer.from("hello\n".repeat(1000))],
    ["zeros", Buffer.alloc(4096)],
    ["something compressed", Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), Buffer.alloc(2000, 7)])],
    ["another tar", tarOf([{ path: "other", content: "x" }])],
    ["a folder of that name", tarOf([{ path: "bundle.json", type: "directory" }])],
    ["another document", tarOf([{ path: "bundle.json", content: '{"schema":"other/v1"}' }])],
    ["a head that never ends", tarOf([{ path: "bundle.json", claimedSize: 0o7777777777 }])],
  ])("%s", async ([, bytes]) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: "bundle-invalid",
      message: expect.stringContaining("it is no bundle"),
      hint: expect.stringContaining("qclock bundle save"),
    });
  });
});

test("a bundle of a newer qclock is told from a damaged one", async () => {
  const newer = tarOf([{ path: "bundle.json", content: '{"schema":"qclock/bundle/v2"}' }]);

  await expect(read(newer)).rejects.toMatchObject({
    message: expect.stringContaining("it is a qclock/bundle/v2, which this qclock does not know"),
    hint: expect.stringContaining("same version"),
  });
});

describe("a stranger's text is refused, and shown without what would steer a terminal:", () => {
  const hostile = "\u001B]0;title\u0007\u001B[2J\u202Eevil\u0000\u009B";
  test.each([
    ["the stack", { stack: hostile }],
    ["the version", { version: hostile }],
    ["a target", { targets: [{ target: hostile, evidence: [] }] }],
    [
      "a field that is a key",
      { targets: [{ target: "x", evidence: [{ indexes: { [hostile]: 1 } }] }] },
    ],
    ["the manifest", { manifest: hostile }],
    ["the schema", { schema: `qclock/bundle/${hostile}` }],
    ["a path", { entries: [{ path: `project/${hostile}`, folder: true }] }],
    ["a link's end", { entries: [{ path: "project/x", link: hostile }] }],
  ])("%s", async (_, change) => {
    const text = JSON.stringify({ ...head, schema: "qclock/bundle/v1", entries: [], ...change });
    const refused = await read(tarOf([{ path: "bundle.json", content: text }])).catch(
      (error: unknown) => error,
    );

    expect(refused).toMatchObject({ code: "bundle-invalid" });
    expect(refused instanceof Error ? refused.message : "").not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

test("a head that is no JSON is damaged", async () => {
  await expect(read(tarOf([{ path: "bundle.json", content: "{" }]))).rejects.toMatchObject({
    message: expect.stringContaining("bundle.json is damaged"),
  });
});

describe("a list is refused that names", () => {
  const size = 1;
  const digest = "0".repeat(64);
  test.for<[string, readonly unknown[], RegExp]>([
    [
      "a path out of the bundle",
      [{ path: "project/../../etc/passwd", size, sha256: digest }],
      /leads out/,
    ],
    ["an absolute path", [{ path: "/etc/passwd", size, sha256: digest }], /leads out/],
    ["a place of its own", [{ path: "elsewhere", size, sha256: digest }], /none of its places/],
    [
      "a path with a backslash",
      [{ path: String.raw`project\..\x`, size, sha256: digest }],
      /leads out/,
    ],
    ["a path with a line end", [{ path: "project/a\nb", size, sha256: digest }], /leads out/],
    ["the project's folder itself", [{ path: "project/", size, sha256: digest }], /leads out/],
    [
      "a blob under another digest",
      [{ path: `blobs/sha256/${"1".repeat(64)}`, size, sha256: digest }],
      /is said to have/,
    ],
    [
      "a link among the blobs",
      [{ path: `blobs/sha256/${digest}`, link: "/etc/passwd" }],
      /is no file/,
    ],
    [
      "a path twice",
      [
        { path: "project/a", size, sha256: digest },
        { path: "project/a", folder: true },
      ],
      /twice/,
    ],
    [
      "a file below a link",
      [
        { path: "project/a", link: "/etc" },
        { path: "project/a/passwd", size, sha256: digest },
      ],
      /lies below/,
    ],
    [
      "a file below a file",
      [
        { path: "project/a/b", size, sha256: digest },
        { path: "project/a", size, sha256: digest },
      ],
      /lies below/,
    ],
    [
      "a size below zero",
      [{ path: "project/a", size: -1, sha256: digest }],
      /bundle\.json is wrong/,
    ],
  ])("%s", async ([, entries, reason]) => {
    const document = { ...head, entries: [lock.entry, ...entries] };
    const bytes = tarOf([{ path: "bundle.json", content: JSON.stringify(document) }]);

    await expect(read(bytes)).rejects.toMatchObject({
      code: "bundle-invalid",
      message: expect.stringMatching(reason),
    });
  });

  test("no lock at its beginning", async () => {
    const document = { ...head, entries: [blob.entry, lock.entry] };
    const bytes = tarOf([{ path: "bundle.json", content: JSON.stringify(document) }]);

    await expect(read(bytes)).rejects.toMatchObject({
      message: expect.stringContaining("stack.lock.yaml does not come first"),
    });
  });
});

test.for([
  "nginx:latest",
  "qclock.invalid/../nginx:latest",
  "qclock.invalid/t/app:latest/../../x",
  "docker.io/library/alpine:3",
])("an image may not take the name %s", async (reference) => {
  const digest = `sha256:${"0".repeat(64)}` as const;
  const image = { name: "a", reference, target: "x", config: digest, manifest: digest, layers: [] };
  const document = { ...head, images: [image], entries: [lock.entry] };

  await expect(
    read(tarOf([{ path: "bundle.json", content: JSON.stringify(document) }])),
  ).rejects.toMatchObject({ code: "bundle-invalid" });
});

describe("an archive is refused that holds", () => {
  const good: TarItem[] = [
    { path: "stack.lock.yaml", content: "version: 1\n" },
    { path: blob.entry.path, content: "a package" },
  ];
  test.for<[string, readonly TarItem[], RegExp]>([
    ["more than its list", [...good, { path: "more", content: "x" }], /"more" beyond its list/],
    [
      "another file in its place",
      [good[0] ?? { path: "" }, { path: "b", content: "a package" }],
      /holds "b" where its list has/,
    ],
    [
      "a link in place of a file",
      [good[0] ?? { path: "" }, { path: blob.entry.path, type: "symlink", target: "/etc/passwd" }],
      /where its list has/,
    ],
    [
      "a file of another size",
      [good[0] ?? { path: "" }, { path: blob.entry.path, content: "a packag" }],
      /where its list has/,
    ],
    ["a device", [good[0] ?? { path: "" }, { path: blob.entry.path, type: "3" }], /device/],
    [
      "a path that leads out",
      [good[0] ?? { path: "" }, { path: "../b", content: "a package" }],
      /leads out/,
    ],
    ["less than its list", [good[0] ?? { path: "" }], /cut short/],
  ])("%s", async ([, items, reason]) => {
    const document = { ...head, entries: [lock.entry, blob.entry] };
    const bytes = tarOf([{ path: "bundle.json", content: JSON.stringify(document) }, ...items]);

    await expect(read(bytes)).rejects.toMatchObject({
      code: "bundle-invalid",
      message: expect.stringMatching(reason),
    });
  });
});

async function written(of: readonly BundleMember[] = members): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeBundle(head, of)) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** All of a bundle, which comes in small pieces as from a slow pipe. */
async function read(
  bytes: Uint8Array,
): Promise<{ document: BundleDocument; files: readonly (readonly [string, string])[] }> {
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += 700)
      yield bytes.subarray(start, start + 700);
  };
  await using bundle = await openBundle(pieces(), "b.bundle");
  const files: [string, string][] = [];
  for await (const { entry, content } of bundle.files()) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(Uint8Array.from(part));
    files.push([entry.path, Buffer.concat(parts).toString()]);
  }
  return { document: bundle.document, files };
}

function aBlob(content: string): BundleMember & { readonly entry: BundleEntry } {
  return bytesMember(`blobs/sha256/${sha256(content)}`, Buffer.from(content));
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
