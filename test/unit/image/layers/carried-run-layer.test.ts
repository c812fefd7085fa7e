import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { rememberCarried } from "../../../../src/image/layers/carried-run-layer.ts";
import type { Layer } from "../../../../src/image/layers/layer.ts";
import { recallRanScripts } from "../../../../src/image/ran-scripts.ts";
import { type ContainerRoot, scriptsThat } from "../../../support/a-container-root.ts";
import { createWorkshop, type Workshop } from "../../../support/assemble.ts";
import { file, folder, link } from "../../../support/deb.ts";

const tool = {
  name: "tool",
  files: [
    file("opt/a", "a"),
    folder("opt/gone"),
    file("opt/gone/x", "x"),
    folder("opt/replaced"),
    file("opt/replaced/y", "y"),
  ],
  control: { postinst: "#!/bin/sh\n/opt/a\n" },
};

function change(root: ContainerRoot): void {
  for (const path of ["opt/gone/", "opt/gone/x", "opt/replaced/", "opt/replaced/y"])
    root.delete(path);
  for (const item of [
    file("opt/new", "new", { uid: 5, mode: 0o750 }),
    { path: "opt/second", type: "hardlink", target: "opt/new" },
    link("opt/replaced", "a"),
    folder("opt/made", { mode: 0o700 }),
    file(`opt/made/${"long".repeat(40)}`, "long"),
  ])
    root.set(item.path, item);
}

async function made(workshop: Workshop): Promise<Layer> {
  const built = await workshop.assemble({
    debs: [tool],
    image: { scripts: "run" },
    runScripts: scriptsThat(change),
  });
  const layer = built.layers[1];
  if (layer === undefined) throw new Error("there is no layer of scripts that were run");
  return layer;
}

test("a layer that a bundle has brought is taken as the lock names it, without running anything", async () => {
  await using workshop = await createWorkshop();
  await using elsewhere = await createWorkshop();
  const layer = await made(workshop);
  await elsewhere.store.put(layer.diffId, createReadStream(layer.path));
  await rememberCarried(layer.diffId, elsewhere.store);
  const parts = { debs: [tool], image: { scripts: "run" }, runLayer: layer.diffId } as const;

  const built = await elsewhere.assemble(parts);

  expect(built.layers[1]?.diffId).toBe(layer.diffId);
  expect([...(built.layers[1]?.entries ?? [])]).toEqual([...layer.entries]);
  expect(await recallRanScripts(layer.diffId, elsewhere.store)).toEqual([
    { package: "tool", script: "postinst" },
  ]);
  const again = await elsewhere.assemble(parts);
  expect(again.layers[1]?.diffId).toBe(layer.diffId);
});

test("what the lock names and no bundle brought is not taken for a layer", async () => {
  await using workshop = await createWorkshop();
  await using elsewhere = await createWorkshop();
  const layer = await made(workshop);
  await elsewhere.store.put(layer.diffId, createReadStream(layer.path));

  const making = elsewhere.assemble({
    debs: [tool],
    image: { scripts: "run" },
    runLayer: layer.diffId,
  });

  await expect(making).rejects.toThrow("a script was to be run");
});

test("what is no layer is not taken for one", async () => {
  await using workshop = await createWorkshop();
  const text = Buffer.from("no tar".repeat(200));
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}` as const;
  await workshop.store.put(digest, Readable.from([text]));
  await rememberCarried(digest, workshop.store);

  const making = workshop.assemble({ debs: [tool], image: { scripts: "run" }, runLayer: digest });

  await expect(making).rejects.toThrow("a script was to be run");
});
