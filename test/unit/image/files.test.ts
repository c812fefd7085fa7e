import { chmod, mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FileTree } from "../../../src/stack/stack.ts";
import { createWorkshop, EPOCH, itemsOf, type Workshop } from "../../support/assemble.ts";
import { file, folder, link } from "../../support/deb.ts";

/** A folder of files on the host, as `files` in the manifest names one. */
async function treeOf(
  workshop: Workshop,
  files: Readonly<Record<string, string>>,
  parts: Partial<FileTree> = {},
): Promise<FileTree> {
  const source = join(workshop.folder, "rootfs");
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(source, path, ".."), { recursive: true });
    await writeFile(join(source, path), content);
  }
  return { source, target: "/", uid: 0, gid: 0, ...parts };
}

test("a folder is laid over the image; of the host's modes only the executable bit counts", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/app.conf": "conf", "usr/bin/start": "#!/bin/sh\n" });
  await chmod(join(tree.source, "etc/app.conf"), 0o600);
  await chmod(join(tree.source, "usr/bin/start"), 0o700);
  await symlink("app.conf", join(tree.source, "etc/link"));

  const { layers } = await workshop.assemble({ image: { files: [tree] } });

  const items = await itemsOf(layers[0]);
  expect(items.get("etc/app.conf")).toMatchObject({
    mode: 0o644,
    uid: 0,
    mtime: EPOCH,
    content: "conf",
  });
  expect(items.get("usr/bin/start")).toMatchObject({ mode: 0o755 });
  expect(items.get("etc/")).toMatchObject({ mode: 0o755 });
  expect(items.get("etc/link")).toMatchObject({ flag: "2", target: "app.conf" });
});

test("mode and owner of the manifest are those of the files; a single file becomes its target", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(
    workshop,
    { key: "secret" },
    { target: "/etc/app/key", mode: 0o440, uid: 7, gid: 8 },
  );

  const { layers } = await workshop.assemble({
    image: { files: [{ ...tree, source: join(tree.source, "key") }] },
  });

  expect((await itemsOf(layers[0])).get("etc/app/key")).toMatchObject({
    mode: 0o440,
    uid: 7,
    gid: 8,
    content: "secret",
  });
});

test("files go through the links of the packages below and leave their folders as they are", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "bin/start": "x", "opt/link/y": "y", "srv/z": "z" });
  const debs = [
    {
      name: "a",
      files: [
        folder("usr/bin"),
        folder("opt/real", { mode: 0o700, uid: 5 }),
        link("opt/link", "real"),
        folder("srv", { mode: 0o2770, gid: 9 }),
      ],
    },
  ];

  const { layers } = await workshop.assemble({ debs, image: { files: [tree] } });

  const items = await itemsOf(layers[1]);
  expect(items.has("usr/bin/start")).toBe(true);
  expect(items.get("opt/real/")).toMatchObject({ mode: 0o700, uid: 5 });
  expect(items.has("opt/real/y")).toBe(true);
  expect(items.get("srv/")).toMatchObject({ mode: 0o2770, gid: 9 });
  expect(items.has("bin") || items.has("opt/link")).toBe(false);
});

test("a later tree's file takes the place of an earlier one's", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "one/etc/x": "first", "two/etc/x": "second" });
  const at = (name: string): FileTree => ({ ...tree, source: join(tree.source, name) });

  const { layers } = await workshop.assemble({ image: { files: [at("one"), at("two")] } });

  expect((await itemsOf(layers[0])).get("etc/x")?.content).toBe("second");
});

test("declared directories have their mode and owner, also where a package made them", async () => {
  await using workshop = await createWorkshop();

  const { layers } = await workshop.assemble({
    debs: [{ name: "a", files: [folder("var/lib/mysql", { mode: 0o755 })] }],
    image: {
      directories: [
        { path: "/var/lib/mysql", mode: 0o700, uid: 10_001, gid: 10_001 },
        { path: "/srv/data/deep", mode: 0o750, uid: 1, gid: 2 },
      ],
    },
  });

  const items = await itemsOf(layers[1]);
  expect(items.get("var/lib/mysql/")).toMatchObject({ mode: 0o700, uid: 10_001, gid: 10_001 });
  expect(items.get("srv/data/deep/")).toMatchObject({ mode: 0o750, uid: 1, gid: 2 });
  expect(items.get("srv/data/")).toMatchObject({ mode: 0o755, uid: 0, gid: 0 });
});

test("an edited file rewrites the files layer alone", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/x": "before" });
  const parts = { debs: [{ name: "a", files: [file("usr/a", "a")] }], image: { files: [tree] } };
  const before = await workshop.assemble(parts);

  await writeFile(join(tree.source, "etc/x"), "after!");
  const after = await workshop.assemble(parts);

  expect(after.layers[0]?.diffId).toBe(before.layers[0]?.diffId);
  expect(after.layers[1]?.diffId).not.toBe(before.layers[1]?.diffId);
});

test("times and places of the host do not show", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/x": "same" });
  const before = await workshop.assemble({ image: { files: [tree] } });

  await utimes(join(tree.source, "etc/x"), 1, 1);
  const moved = await workshop.assemble({ image: { files: [tree] } });

  expect(moved.configDigest).toBe(before.configDigest);
});

test("what is neither a file, a folder nor a link is refused by name", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/x": "x" });
  const server = createServer().listen(join(tree.source, "socket"));
  await new Promise((resolve) => server.once("listening", resolve));

  try {
    await expect(workshop.assemble({ image: { files: [tree] } })).rejects.toMatchObject({
      code: "build-failed",
      message: expect.stringContaining("socket"),
    });
  } finally {
    server.close();
  }
});

test("a source that is not there is an error with its name", async () => {
  await using workshop = await createWorkshop();

  const assembling = workshop.assemble({
    image: { files: [{ source: join(workshop.folder, "gone"), target: "/", uid: 0, gid: 0 }] },
  });

  await expect(assembling).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("gone"),
  });
});

test("a file that shrinks while it is packed is an error, and no layer is kept", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/x": "long enough" });

  const assembling = workshop.assemble({
    image: { files: [tree] },
    afterScan: () => writeFile(join(tree.source, "etc/x"), ""),
  });

  await expect(assembling).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("/etc/x"),
  });
  expect(await readdir(join(workshop.store.directory, "tmp"))).toEqual([]);
});
