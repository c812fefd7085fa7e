import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import type { Artifact } from "../../../../src/stack/stack.ts";
import { aSingleFile, anArchive } from "../../../support/an-artifact.ts";
import {
  createWorkshop,
  EPOCH,
  type ImageParts,
  itemsOf,
  type Workshop,
} from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";
import { zipOf } from "../../../support/zip.ts";

type Made = readonly [content: Uint8Array, artifact: Artifact];

function fromTar(
  items: readonly TarItem[],
  parts: Partial<ReturnType<typeof anArchive>> = {},
): Made {
  const content = gzipSync(tarOf(items));
  return [content, anArchive(content, parts)];
}

function fromFile(text: string, parts: Partial<ReturnType<typeof aSingleFile>> = {}): Made {
  const content = Buffer.from(text);
  return [content, aSingleFile(content, parts)];
}

function assemble(
  workshop: Workshop,
  made: readonly Made[],
  parts: ImageParts = {},
): Promise<BuiltImage> {
  return workshop.assemble({
    ...parts,
    downloads: made.map(([content]) => content),
    image: { ...parts.image, artifacts: made.map(([, artifact]) => artifact) },
  });
}

test("an archive lies in its folder with the manifest's owner and its own modes; later times become the epoch", async () => {
  await using workshop = await createWorkshop();
  const made = fromTar(
    [
      folder("bin", { mode: 0o750, uid: 500 }),
      file("bin/x", "x", { mode: 0o755, uid: 500, gid: 500 }),
      file("share/new", "n", { mtime: EPOCH + 1000 }),
      link("y", "bin/x"),
    ],
    { uid: 7, gid: 8 },
  );

  const { layers } = await assemble(workshop, [made]);

  expect(layers.map(({ kind }) => kind)).toEqual(["artifacts"]);
  const items = await itemsOf(layers[0]);
  const owner = { uid: 7, gid: 8 };
  expect([...items.keys()]).toEqual([
    "opt/",
    "opt/tool/",
    "opt/tool/bin/",
    "opt/tool/bin/x",
    "opt/tool/share/",
    "opt/tool/share/new",
    "opt/tool/y",
  ]);
  expect(items.get("opt/")).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
  expect(items.get("opt/tool/")).toMatchObject({ mode: 0o755, ...owner });
  expect(items.get("opt/tool/bin/")).toMatchObject({ mode: 0o750, ...owner });
  expect(items.get("opt/tool/bin/x")).toMatchObject({ mode: 0o755, content: "x", ...owner });
  expect(items.get("opt/tool/bin/x")).toMatchObject({ mtime: 1_600_000_000, userName: "" });
  expect(items.get("opt/tool/share/")).toMatchObject({ mtime: EPOCH, ...owner });
  expect(items.get("opt/tool/share/new")).toMatchObject({ mtime: EPOCH, content: "n" });
  expect(items.get("opt/tool/y")).toMatchObject({ flag: "2", target: "bin/x", ...owner });
});

test("a zip and a single file are artifacts as well", async () => {
  await using workshop = await createWorkshop();
  const zip = zipOf([{ path: "lib/a", content: "a" }]);

  const { layers } = await assemble(workshop, [
    [zip, anArchive(zip, { unpack: "zip", path: "/srv" })],
    fromFile("binary", { path: "/usr/bin/tool", mode: 0o755, uid: 3, gid: 4 }),
  ]);

  const items = await itemsOf(layers[0]);
  expect(items.get("srv/lib/a")).toMatchObject({
    content: "a",
    mode: 0o644,
    mtime: Date.UTC(2021, 2, 4, 5, 6, 8) / 1000,
  });
  expect(items.get("usr/bin/tool")).toMatchObject({
    content: "binary",
    mode: 0o755,
    uid: 3,
    gid: 4,
    mtime: EPOCH,
  });
});

test("a zip gives the same layer in each time zone", async () => {
  const zip = zipOf([{ path: "a", content: "a" }]);
  const digests: unknown[] = [];
  const offsets: number[] = [];
  const before = process.env["TZ"];
  try {
    for (const zone of ["Asia/Tokyo", "America/New_York"]) {
      process.env["TZ"] = zone;
      offsets.push(new Date(0).getTimezoneOffset());
      await using workshop = await createWorkshop();
      const { layers } = await assemble(workshop, [[zip, anArchive(zip, { unpack: "zip" })]]);
      digests.push(layers[0]?.diffId);
    }
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }

  expect(offsets[1]).not.toBe(offsets[0]);
  expect(digests[0]).toMatch(/^sha256:/);
  expect(digests[1]).toBe(digests[0]);
});

test("artifacts go through the links of the packages below, and leave their folders as they are", async () => {
  await using workshop = await createWorkshop();
  const debs = [
    { name: "a", files: [folder("srv", { mode: 0o2770, gid: 9 }), link("opt", "srv")] },
  ];

  const { layers } = await assemble(
    workshop,
    [fromTar([file("x", "x")]), fromTar([file("lib/y", "y")], { path: "/" })],
    { debs },
  );

  const items = await itemsOf(layers[1]);
  expect(items.get("srv/")).toMatchObject({ mode: 0o2770, gid: 9 });
  expect(items.get("srv/tool/x")).toMatchObject({ content: "x" });
  expect(items.has("usr/lib/y")).toBe(true);
  expect(items.has("opt") || items.has("lib")).toBe(false);
});

test("the manifest's files lie over artifacts, in a layer of their own", async () => {
  await using workshop = await createWorkshop();
  const source = join(workshop.folder, "conf");
  await writeFile(source, "mine");
  const made = fromTar([file("conf", "theirs"), file("other", "o")]);
  const image = { files: [{ source, target: "/opt/tool/conf", uid: 0, gid: 0 }] };

  const before = await assemble(workshop, [made], { image });
  await writeFile(source, "mine, edited");
  const after = await assemble(workshop, [made], { image });

  expect(after.layers.map(({ kind }) => kind)).toEqual(["artifacts", "files"]);
  expect((await itemsOf(after.layers[1])).get("opt/tool/conf")?.content).toBe("mine, edited");
  expect(after.layers[0]?.diffId).toBe(before.layers[0]?.diffId);
  expect(after.layers[1]?.diffId).not.toBe(before.layers[1]?.diffId);
});

test("privileges are taken away, but for the paths that the image names", async () => {
  await using workshop = await createWorkshop();
  const made = fromTar([
    file("a", "a", { mode: 0o4755 }),
    file("b", "b", { mode: 0o6755 }),
    folder("c", { mode: 0o1777 }),
  ]);

  const { layers } = await assemble(workshop, [made], { image: { setuid: ["/opt/tool/b"] } });

  const items = await itemsOf(layers[0]);
  expect(items.get("opt/tool/a")?.mode).toBe(0o755);
  expect(items.get("opt/tool/b")?.mode).toBe(0o6755);
  expect(items.get("opt/tool/c/")?.mode).toBe(0o1777);
});

test("hard links stay links, the file at the lowest path", async () => {
  await using workshop = await createWorkshop();
  const made = fromTar([
    file("z", "once", { mode: 0o755 }),
    { path: "a", type: "hardlink", target: "z" },
  ]);

  const { layers } = await assemble(workshop, [made]);

  const items = await itemsOf(layers[0]);
  expect(items.get("opt/tool/a")).toMatchObject({ flag: "0", content: "once", mode: 0o755 });
  expect(items.get("opt/tool/z")).toMatchObject({ flag: "1", target: "opt/tool/a", mode: 0o755 });
});

test("each path says which artifact it is from", async () => {
  await using workshop = await createWorkshop();
  const made = fromFile("x");

  const { layers } = await assemble(workshop, [made]);

  expect(layers[0]?.entries.find("opt/tool")).toMatchObject({
    origin: { type: "artifact", digest: made[1].digest.slice(7, 19) },
  });
});

test("the same content from another URL is the same image; what is in the store is not made again", async () => {
  await using workshop = await createWorkshop();
  const [content, artifact] = fromTar([file("x", "x")]);

  const before = await assemble(workshop, [[content, artifact]]);
  const after = await workshop.assemble({
    image: { artifacts: [{ ...artifact, url: "https://other.example/x" }] },
  });

  expect(after.configDigest).toBe(before.configDigest);
});

test.for<readonly [string, readonly Made[], readonly string[]]>([
  [
    "two artifacts with one path and other content",
    [
      fromTar([file("x", "1")], { url: "https://one.example/a" }),
      fromFile("2", { path: "/opt/tool/x", url: "https://two.example/b" }),
    ],
    ["https://one.example/a", "https://two.example/b", "/opt/tool/x"],
  ],
  [
    "a file below another artifact's file",
    [fromFile("1"), fromTar([file("y", "2")], { path: "/opt/tool/x" })],
    ["/opt/tool"],
  ],
  ["a file in a folder's place", [fromFile("1", { path: "/srv" })], ["/srv", "folder"]],
  ["a folder in a file's place", [fromTar([folder("x")], { path: "/etc/conf" })], ["/etc/conf"]],
])("%s is a conflict that is named", async ([, made, names]) => {
  await using workshop = await createWorkshop();
  const debs = [{ name: "a", files: [file("etc/conf", "c"), file("srv/page", "p")] }];

  const assembling = assemble(workshop, made, { debs });

  await expect(assembling).rejects.toMatchObject({ code: "file-conflict" });
  await expect(assembling).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(names.join(".*"))),
  });
});

test("two artifacts may bring the same file", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await assemble(workshop, [
    fromTar([file("a/LICENSE", "l"), file("a/x", "x")]),
    fromTar([file("LICENSE", "l"), file("y", "y")], { path: "/opt/tool/a" }),
  ]);

  expect([...(await itemsOf(layers[0])).keys()].slice(-3)).toEqual([
    "opt/tool/a/LICENSE",
    "opt/tool/a/x",
    "opt/tool/a/y",
  ]);
});

test.for([
  ["climbs out of the image", "../../../etc/passwd"],
  ["climbs out at its root", "/../etc"],
] as const)("a link that %s is refused by name", async ([, target]) => {
  await using workshop = await createWorkshop();

  await expect(assemble(workshop, [fromTar([link("bad", target)])])).rejects.toMatchObject({
    code: "artifact-corrupt",
    message: expect.stringContaining("/opt/tool/bad"),
  });
});

test("a link that stays in the image is kept", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await assemble(workshop, [fromTar([link("certs", "../../etc/ssl")])]);

  expect((await itemsOf(layers[0])).get("opt/tool/certs")?.target).toBe("../../etc/ssl");
});

test("after a refusal nothing half-made is left in the store", async () => {
  await using workshop = await createWorkshop();
  const made = fromTar([file("a", "a".repeat(5000)), file("a", "twice")]);

  await expect(assemble(workshop, [made])).rejects.toMatchObject({ code: "artifact-corrupt" });

  expect(await readdir(join(workshop.store.directory, "tmp"))).toEqual([]);
});

test("an image without artifacts is what it was before there were some", async () => {
  await using workshop = await createWorkshop();
  const source = join(workshop.folder, "x");
  await writeFile(source, "x");

  const { layers, configDigest } = await workshop.assemble({
    debs: [{ name: "a", files: [file("usr/a", "a")] }],
    image: {
      files: [{ source, target: "/etc/x", uid: 0, gid: 0 }],
      directories: [{ path: "/d", mode: 0o755, uid: 1, gid: 1 }],
    },
  });

  expect(layers.map(({ diffId }) => diffId)).toEqual([
    "sha256:60f62aa8d5c30565495512944e3be64a1be07daa4106e5a32ef1c9625a496e36",
    "sha256:83ceda30d45cbaccd3771a6b84af40f01caf7bec41a97f1e9c743b85aa272db0",
  ]);
  expect(configDigest).toBe(
    "sha256:c34278a5d6924e1c8d853367616037c0c7d744e82bef0b05616d2a7b286f70a8",
  );
});
