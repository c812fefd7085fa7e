import { execFileSync } from "node:child_process";
import {
  chmod,
  link as hardLink,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { noticesOf, scanFiles } from "../../../../src/image/files/files.ts";
import type { AssembledImage, FileTree } from "../../../../src/stack/stack.ts";
import {
  createWorkshop,
  emptyImage,
  EPOCH,
  itemsOf,
  type Workshop,
} from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";

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

async function noticesFor(
  { store }: Workshop,
  parts: Partial<AssembledImage>,
): Promise<readonly string[]> {
  const image = { ...emptyImage, ...parts };
  return noticesOf(image, await scanFiles(image, store));
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

test("modes that the image will not have are told, a umask and what the manifest gives are not", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, {
    "private.key": "secret",
    "run.sh": "#!/bin/sh\n",
    "spool/.keep": "",
    "tmp/.keep": "",
    "plain.conf": "",
  });
  await chmod(tree.source, 0o755);
  await chmod(join(tree.source, "private.key"), 0o600);
  await chmod(join(tree.source, "run.sh"), 0o4755);
  await chmod(join(tree.source, "plain.conf"), 0o664);
  await chmod(join(tree.source, "spool"), 0o1777);
  await chmod(join(tree.source, "tmp"), 0o1777);

  const directories = [{ path: "/tmp", mode: 0o1777, uid: 0, gid: 0 }];
  expect(await noticesFor(workshop, { files: [tree], directories })).toEqual([
    "Image made-up: Modes that the image will not have, since only the executable bit is taken over, as git does: rootfs/private.key 0600 becomes 0644, rootfs/run.sh 4755 becomes 0755, rootfs/spool 1777 becomes 0755. Give a file an entry of its own under `files`, with `mode`; list a folder under `directories`.",
  ]);

  await chmod(join(tree.source, "spool"), 0o700);
  await chmod(join(tree.source, "tmp"), 0o700);
  await chmod(join(tree.source, "run.sh"), 0o700);
  await chmod(tree.source, 0o700);
  expect(await noticesFor(workshop, { files: [tree] })).toEqual([]);
});

test("names that would be whiteouts, or are not UTF-8, are refused with their place", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/.wh.passwd": "", "etc/.wh..wh..opq": "" });
  const latin = Buffer.concat([Buffer.from(`${tree.source}/caf`), Buffer.from([0xe9])]);
  await writeFile(latin, "");
  await symlink(Buffer.from([0x78, 0xff]), join(tree.source, "etc/link"));

  await expect(workshop.assemble({ image: { files: [tree] } })).rejects.toMatchObject({
    code: "build-failed",
    message: String.raw`Names that are not UTF-8: ${tree.source}/caf\xe9.`,
    hint: expect.stringContaining("convmv"),
    details: [
      `Whiteouts, which would remove files from the layers below: ${tree.source}/etc/.wh..wh..opq, ${tree.source}/etc/.wh.passwd.`,
      String.raw`Links to a name that is not UTF-8: ${tree.source}/etc/link -> x\xff.`,
    ],
  });
});

test("a character that stands for a broken one is a name like any other", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "caf\uFFFD.txt": "ours" });

  const { layers } = await workshop.assemble({ image: { files: [tree] } });

  expect((await itemsOf(layers[0])).get("caf\uFFFD.txt")?.content).toBe("ours");
});

test("hard links stay hard links, whichever of their names comes first in the image", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "bin/tool": "t".repeat(5000), "etc/other": "x" });
  await mkdir(join(tree.source, "opt"));
  await hardLink(join(tree.source, "bin/tool"), join(tree.source, "opt/tool"));
  await hardLink(join(tree.source, "bin/tool"), join(tree.source, "tool"));
  const debs = [{ name: "a", files: [folder("usr/bin"), link("bin", "usr/bin")] }];

  const { layers } = await workshop.assemble({ debs, image: { files: [tree] } });

  const items = await itemsOf(layers[1]);
  expect(items.get("opt/tool")).toMatchObject({ flag: "0", content: "t".repeat(5000) });
  expect(items.get("tool")).toMatchObject({ flag: "1", target: "opt/tool" });
  expect(items.get("usr/bin/tool")).toMatchObject({ flag: "1", target: "opt/tool" });
  expect(items.get("etc/other")).toMatchObject({ flag: "0" });
});

test("of hard links one that a later tree replaces is a file of its own, and so is one of another owner", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "one/a": "same", "two/a": "other" });
  await hardLink(join(tree.source, "one/a"), join(tree.source, "one/b"));
  const at = (name: string, parts: Partial<FileTree> = {}): FileTree => ({
    ...tree,
    ...parts,
    source: join(tree.source, name),
  });

  const { layers } = await workshop.assemble({
    image: { files: [at("one"), at("two"), at("one/a", { target: "/c", uid: 5 })] },
  });

  const items = await itemsOf(layers[0]);
  expect(items.get("a")).toMatchObject({ flag: "0", content: "other" });
  expect(items.get("b")).toMatchObject({ flag: "0", content: "same", uid: 0 });
  expect(items.get("c")).toMatchObject({ flag: "0", content: "same", uid: 5 });
});

test("a sparse file is told with its size", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { small: "" });
  await writeFile(join(tree.source, "disk.img"), "");
  await truncate(join(tree.source, "disk.img"), 32 * 1024 * 1024);
  await truncate(join(tree.source, "small"), 4096);

  expect(await noticesFor(workshop, { files: [tree] })).toEqual([
    "Image made-up: Sparse files, of which the image will hold every byte: rootfs/disk.img (34 MB, of which 0 MB are on the disk). Leave it out, and have the service make it when it starts.",
  ]);
});

test("a link in a tree is never followed, also when it takes a file's place before it is packed", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/app": "ours!", "srv/data/page": "ours!" });
  const host = join(workshop.folder, "host");
  await mkdir(host);
  await writeFile(join(host, "app"), "host!");
  await writeFile(join(host, "page"), "host!");
  await symlink(host, join(tree.source, "etc/host"));

  const { layers } = await workshop.assemble({ image: { files: [tree] } });
  const items = await itemsOf(layers[0]);
  expect(items.get("etc/host")).toMatchObject({ flag: "2", target: host });
  expect([...items.keys()].filter((path) => path.startsWith("etc/host/"))).toEqual([]);

  await writeFile(join(tree.source, "etc/app"), "again");
  const replaced = workshop.assemble({
    image: { files: [tree] },
    afterScan: async () => {
      await rm(join(tree.source, "etc/app"));
      await symlink(join(host, "app"), join(tree.source, "etc/app"));
    },
  });
  await expect(replaced).rejects.toMatchObject({ code: "path-outside-project" });

  await rm(join(tree.source, "etc/app"));
  await writeFile(join(tree.source, "etc/app"), "once more");
  const folderReplaced = workshop.assemble({
    image: { files: [tree] },
    afterScan: async () => {
      await rename(join(tree.source, "srv/data"), join(tree.source, "srv/aside"));
      await symlink(host, join(tree.source, "srv/data"));
    },
  });
  await expect(folderReplaced).rejects.toMatchObject({
    code: "path-outside-project",
    message: expect.stringContaining(`srv/data is a link to ${host} now`),
  });
});

test("a pipe is refused by name and not waited for", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/x": "x" });
  execFileSync("mkfifo", [join(tree.source, "etc/pipe")]);

  await expect(workshop.assemble({ image: { files: [tree] } })).rejects.toMatchObject({
    message: expect.stringContaining("etc/pipe"),
  });
});

test("a content is new when no file of the image had it before, and not in a first look", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/app.conf": "conf", "etc/other.conf": "other" });
  const image = { ...emptyImage, files: [tree] };
  const isNew = async (): Promise<boolean> => {
    let told = 0;
    await scanFiles(image, workshop.store, { onNew: () => void told++ });
    expect(told).toBeLessThan(2);
    return told === 1;
  };
  expect(await isNew()).toBe(false);
  expect(await isNew()).toBe(false);
  await writeFile(join(tree.source, "etc/app.conf"), "other");
  await utimes(join(tree.source, "etc/other.conf"), 1, 1);
  expect(await isNew()).toBe(false);
  await writeFile(join(tree.source, "etc/app.conf"), "new");
  await writeFile(join(tree.source, "etc/other.conf"), "newer");
  expect(await isNew()).toBe(true);
  expect(await isNew()).toBe(false);
});

test("a scan that hands on the writing of its hashes does not wait for it", async () => {
  await using workshop = await createWorkshop();
  const tree = await treeOf(workshop, { "etc/app.conf": "conf" });
  const image = { ...emptyImage, files: [tree] };
  const works: Promise<void>[] = [];
  const isScanned = Promise.withResolvers<void>();
  vi.spyOn(workshop.store, "writeNoteBytes").mockImplementation(() => isScanned.promise);
  await scanFiles(image, workshop.store, { afterwards: (work) => void works.push(work) });
  expect(works).toHaveLength(1);
  isScanned.resolve();
  await Promise.all(works);
});
