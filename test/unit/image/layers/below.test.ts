import { chmod, mkdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import type { Digest } from "../../../../src/digest.ts";
import { shapesOf } from "../../../../src/image/layers/below.ts";
import { EntryTable } from "../../../../src/image/layers/entry-table.ts";
import type { Layer } from "../../../../src/image/layers/layer.ts";
import type { LayerEntry } from "../../../../src/image/layers/layer-entry.ts";
import { aSingleFile } from "../../../support/an-artifact.ts";
import { createWorkshop, type Workshop } from "../../../support/assemble.ts";
import { type DebParts, file } from "../../../support/deb.ts";

/*
 *  base: etc/page, etc/passwd, srv/ and a link, from files
 *   |
 *  app:  a package, an account, an artifact and a file
 */
const app: DebParts = {
  name: "app",
  files: [file("srv/app/data", "data"), file("opt/link/x", "x")],
};
const download = Buffer.from("a download");
const account = { uid: 10_001, gid: 10_001, gecos: "", home: "/", shell: "/bin/false" };

test.for([
  ["a file is changed", (at: string) => writeFile(path.join(at, "etc/page"), "another page\n")],
  ["a file is emptied", (at: string) => writeFile(path.join(at, "etc/page"), "")],
  ["a file can be run", (at: string) => chmod(path.join(at, "etc/page"), 0o755)],
] as const)("when %s below, no layer above is made again", async ([, change]) => {
  await using workshop = await createWorkshop();
  const before = await assembleBoth(workshop);
  await change(treeOf(workshop));
  workshop.unpacked.length = 0;

  const after = await assembleBoth(workshop);

  expect(workshop.unpacked).toEqual([]);
  expect(digestsOf(after.base)).not.toEqual(digestsOf(before.base));
  expect(ownDigests(after)).toEqual(ownDigests(before));
  await expectSameAnew(workshop, after);
});

test.for([
  ["a file is added", (at: string) => writeFile(path.join(at, "etc/more"), "")],
  ["a file is taken away", (at: string) => unlink(path.join(at, "etc/page"))],
  ["a folder is added", (at: string) => mkdir(path.join(at, "srv/app"))],
  ["a link leads elsewhere", (at: string) => linkTo(at, "/srv")],
  ["a link becomes a folder", (at: string) => folderForLink(at)],
] as const)("when %s below, the layers above are made again", async ([, change]) => {
  await using workshop = await createWorkshop();
  await assembleBoth(workshop);
  await change(treeOf(workshop));
  workshop.unpacked.length = 0;

  const after = await assembleBoth(workshop);

  expect(workshop.unpacked).toEqual([aSingleFile(download).digest]);
  await expectSameAnew(workshop, after);
});

test("a file below that was read counts by its content", async () => {
  await using workshop = await createWorkshop();
  const first = await assembleBoth(workshop);
  await writeFile(path.join(treeOf(workshop), "etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
  const second = await assembleBoth(workshop);
  await writeFile(path.join(treeOf(workshop), "etc/passwd"), PASSWD);

  const third = await assembleBoth(workshop);

  // The accounts are added to those below.
  expect(ownDigests(second)[0]).not.toBe(ownDigests(first)[0]);
  expect(digestsOf(third.app)).toEqual(digestsOf(first.app));
});

test("of a file nothing but its path counts, of a folder and a link all that a layer above copies or follows", () => {
  const page = anEntry({ path: "page", size: 1 });
  const srv = anEntry({ path: "srv", type: "directory", mode: 0o755 });
  const to = anEntry({ path: "to", type: "symlink", linkTarget: "srv" });
  const shape = shapeOf(page, srv, to);
  const origin = { type: "directories" } as const;

  for (const other of [{ mode: 0o755 }, { uid: 1 }, { size: 2 }, { mtime: 1 }, { origin }])
    expect(shapeOf({ ...page, ...other }, srv, to)).toEqual(shape);
  for (const other of [{ path: "pages" }, { type: "hardlink", linkTarget: "srv" }] as const)
    expect(shapeOf({ ...page, ...other }, srv, to)).not.toEqual(shape);
  for (const other of [{ mode: 0o700 }, { uid: 1 }, { gid: 1 }, { mtime: 1 }, { origin }])
    expect(shapeOf(page, { ...srv, ...other }, to)).not.toEqual(shape);
  expect(shapeOf(page, srv, { ...to, linkTarget: "page" })).not.toEqual(shape);
});

test("a layer of packages counts as a whole", () => {
  const diffId: Digest = `sha256:${"1".repeat(64)}`;
  expect(shapesOf([aLayer({ kind: "packages", diffId })])).toEqual([diffId]);
});

function anEntry(parts: Partial<LayerEntry>): LayerEntry {
  return {
    path: "a",
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    origin: { type: "files" },
    ...parts,
  };
}

function aLayer(parts: Partial<Layer>): Layer {
  return {
    diffId: "sha256:",
    kind: "files",
    path: "/layer",
    sizeBytes: 0,
    entries: new EntryTable(),
    ...parts,
  };
}

function shapeOf(...entries: readonly LayerEntry[]): readonly Digest[] {
  return shapesOf([aLayer({ entries: EntryTable.of(entries) })]);
}

interface Both {
  readonly base: BuiltImage;
  readonly app: BuiltImage;
}

const PASSWD = "root:x:0:0:root:/root:/bin/bash\n";

async function assembleBoth(workshop: Workshop): Promise<Both> {
  const tree = treeOf(workshop);
  const own = path.join(workshop.folder, "app");
  if (!(await readFile(path.join(own, "page")).catch(() => undefined))) {
    await mkdir(path.join(tree, "etc"), { recursive: true });
    await mkdir(path.join(tree, "srv"), { recursive: true });
    await mkdir(own, { recursive: true });
    await writeFile(path.join(tree, "etc/page"), "page\n");
    await writeFile(path.join(tree, "etc/passwd"), PASSWD);
    await writeFile(path.join(own, "page"), "page\n");
    await mkdir(path.join(tree, "opt"), { recursive: true });
    await linkTo(tree, "/etc");
  }
  const from = (
    source: string,
  ): { files: { source: string; target: string; uid: number; gid: number }[] } => ({
    files: [{ source, target: "/", uid: 0, gid: 0 }],
  });
  const base = await workshop.assemble({ image: { name: "base", ...from(tree) } });
  const image = {
    name: "app",
    ...from(own),
    users: [{ name: "one", ...account }],
    artifacts: [aSingleFile(download, { path: "/opt/link/tool" })],
  };
  const made = await workshop.assemble({ debs: [app], image, downloads: [download], parent: base });
  return { base, app: made };
}

function treeOf({ folder }: Workshop): string {
  return path.join(folder, "base");
}

async function linkTo(tree: string, target: string): Promise<void> {
  await rm(path.join(tree, "opt/link"), { force: true });
  await symlink(target, path.join(tree, "opt/link"));
}

async function folderForLink(tree: string): Promise<void> {
  await unlink(path.join(tree, "opt/link"));
  await mkdir(path.join(tree, "opt/link"));
}

function digestsOf({ layers }: BuiltImage): readonly string[] {
  return layers.map(({ diffId }) => diffId);
}

function ownDigests({ base, app: made }: Both): readonly string[] {
  return digestsOf(made).slice(base.layers.length);
}

/** What was taken from the store is what a store would make that remembers nothing. */
async function expectSameAnew(workshop: Workshop, { app: remembered }: Both): Promise<void> {
  await rm(path.join(workshop.store.directory, "notes"), { recursive: true });
  const anew = await assembleBoth(workshop);
  expect(digestsOf(anew.app)).toEqual(digestsOf(remembered));
}
