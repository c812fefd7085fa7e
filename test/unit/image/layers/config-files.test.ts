import { hash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import {
  buildPackagesLayer,
  type PackagesLayer,
} from "../../../../src/image/layers/packages-layer.ts";
import {
  createWorkshop,
  emptyImage,
  EPOCH,
  itemsOf,
  type Workshop,
} from "../../../support/assemble.ts";
import { type AFile, anRpm } from "../../../support/rpm/an-rpm.ts";

const files: readonly AFile[] = [
  { path: "/etc/", mode: 0o755 },
  { path: "/etc/kept.conf", content: "packaged", config: "noreplace" },
  { path: "/etc/replaced.conf", content: "packaged", config: "replace" },
  { path: "/etc/plain.conf", content: "packaged" },
];

/** An image whose files of the manifest are these, by their names in /etc. */
async function parentWith(
  workshop: Workshop,
  contents: Readonly<Record<string, string>>,
): Promise<BuiltImage> {
  const source = join(workshop.folder, "rootfs");
  await mkdir(join(source, "etc"), { recursive: true });
  for (const [name, content] of Object.entries(contents))
    await writeFile(join(source, "etc", name), content);
  return await workshop.assemble({ image: { files: [{ source, target: "/", uid: 0, gid: 0 }] } });
}

/** The layer of a package with the files, over the layers of an image. */
async function layerOver(workshop: Workshop, parent: BuiltImage): Promise<PackagesLayer> {
  const spoolFolder = join(workshop.folder, "spool");
  await mkdir(spoolFolder, { recursive: true });
  await writeFile(join(spoolFolder, "app"), "packaged");
  const { entries, ...about } = anRpm({ name: "app", files });
  const content = { size: 8, sha256: hash("sha256", "packaged", "hex"), spoolOffset: 0 };
  const unpacked = entries.map((entry) =>
    entry.type === "file" ? { ...entry, ...content } : entry,
  );
  return await buildPackagesLayer({
    target: { os: "oraclelinux-9", architecture: "amd64" },
    image: emptyImage,
    parentLayers: parent.layers,
    epoch: EPOCH,
    unpacked: {
      installed: [{ ...about, entries: unpacked }],
      spoolFolder,
      [Symbol.asyncDispose]: async () => undefined,
    },
    store: workshop.store,
    signal: new AbortController().signal,
  });
}

test("configuration files of RPM packages leave what the parent's files put there", async () => {
  await using workshop = await createWorkshop();
  const mine = { "kept.conf": "mine", "replaced.conf": "mine", "plain.conf": "mine" };
  const parent = await parentWith(workshop, mine);

  const { layer, reads } = await layerOver(workshop, parent);

  const found = [...(await itemsOf(layer))].flatMap(([path, { content }]) =>
    path.startsWith("etc/") && path.includes(".conf") ? [[path, content]] : [],
  );
  expect(Object.fromEntries(found)).toEqual({
    "etc/kept.conf.rpmnew": "packaged",
    "etc/plain.conf": "packaged",
    "etc/replaced.conf": "packaged",
    "etc/replaced.conf.rpmorig": "mine",
  });
  // The layer has to be made again when one of these is changed.
  expect([...reads.keys()].toSorted()).toEqual(["etc/kept.conf", "etc/replaced.conf"]);
});

test("the same content in the parent's files is no change", async () => {
  await using workshop = await createWorkshop();
  const parent = await parentWith(workshop, {
    "kept.conf": "packaged",
    "replaced.conf": "packaged",
  });

  const { layer } = await layerOver(workshop, parent);

  const names = [...(await itemsOf(layer)).keys()].filter((path) => path.includes(".conf"));
  expect(names).toEqual(["etc/kept.conf", "etc/plain.conf", "etc/replaced.conf"]);
});
