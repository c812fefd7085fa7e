import { expect, test } from "vitest";
import { loadBundle } from "../../../src/run/bundle/load.ts";
import type { BundleDocument } from "../../../src/image/bundle/document.ts";
import { prepareBundle } from "../../../src/run/bundle/save.ts";
import { aLoadContext, inPieces, loadOptions } from "../../support/bundles.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";
import { readItems } from "../../support/tar.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

test("images of a bundle get into the Engine with the names and digests that they had", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const { bundle, document } = await saveImages(rig);
  const [image] = document.images;

  const { images } = await loadBundle(
    { ...aLoadContext(temporary), engine: async () => rig.engine },
    inPieces(bundle),
    loadOptions({ keys: [] }, { images: true }),
  );

  expect(images).toEqual([`qclock.invalid/${rig.name}/tools:latest`]);
  const loaded = await rig.engine.inspectImage(images[0] ?? "");
  expect(loaded?.diffIds).toEqual(image?.layers.map(({ digest }) => digest));
  expect([image?.config, image?.manifest]).toContain(loaded?.id);
});

test("a bundle with images is an archive that the Engine loads by itself, names included", async () => {
  await using rig = await createTestStack();
  const { bundle, document } = await saveImages(rig);
  const reference = `qclock.invalid/${rig.name}/tools:latest`;

  await rig.engine.loadImages(inPieces(bundle), () => undefined);

  const loaded = await rig.engine.inspectImage(reference);
  expect([document.images[0]?.config, document.images[0]?.manifest]).toContain(loaded?.id);
  const items = new Map(readItems(bundle).map(({ path, content }) => [path, content]));
  expect(JSON.parse(items.get("oci-layout") ?? "")).toEqual({ imageLayoutVersion: "1.0.0" });
  expect(JSON.parse(items.get("index.json") ?? "")).toMatchObject({
    manifests: [{ digest: document.images[0]?.manifest }],
  });
});

test("without --images the images of a bundle stay out of the store", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const { bundle } = await saveImages(rig);

  const { added, held, images } = await loadBundle(
    aLoadContext(temporary),
    inPieces(bundle),
    loadOptions({ keys: [] }),
  );

  expect({ files: added.files + held.files, images }).toEqual({ files: 0, images: [] });
});

test("a bundle without images says how to save one with them", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const { bundle } = await saveImages(rig, false);

  await expect(
    loadBundle(
      aLoadContext(temporary),
      inPieces(bundle),
      loadOptions({ keys: [] }, { images: true }),
    ),
  ).rejects.toMatchObject({ code: "usage", message: "b.bundle holds no images." });
});

async function saveImages(
  rig: TestStack,
  images = true,
): Promise<{ bundle: Buffer; document: Omit<BundleDocument, "entries"> }> {
  const context = rig.context(rig.stack({ services: [] }));
  const { content, document } = await prepareBundle(context, {
    images,
    manifest: false,
    allTargets: false,
    mirrorsOf: context.mirrors,
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of content()) pieces.push(Uint8Array.from(piece));
  return { bundle: Buffer.concat(pieces), document };
}
