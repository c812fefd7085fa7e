import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { build } from "../../../src/run/build.ts";
import { loadBundle } from "../../../src/run/bundle/load.ts";
import type { BundleDocument } from "../../../src/image/bundle/document.ts";
import { prepareBundle } from "../../../src/run/bundle/save.ts";
import { engineApi } from "../../support/engine-api.ts";
import {
  aLoadContext,
  blobsOf,
  inPieces,
  type LockHere,
  loadOptions,
} from "../../support/bundles.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";
import { readItems, tarOf } from "../../support/tar.ts";
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

test("a stranger's image with the right fingerprint is built again, and not deployed", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const { bundle, document } = await saveImages(rig);
  const [honest] = document.images;
  const own = { ...aLoadContext(temporary), engine: async () => rig.engine };

  const { images } = await loadBundle(
    own,
    inPieces(withAnotherLayer(bundle)),
    loadOptions({ keys: [] }, { images: true }),
  );
  const [reference = ""] = images;
  const theirs = await rig.engine.inspectImage(reference);
  expect(theirs?.diffIds).toHaveLength((honest?.layers.length ?? 0) + 1);

  try {
    const context = rig.context(rig.stack({ services: [] }), { store: temporary.store });
    const report = await build(context, {});
    expect(report.nodes.map(({ node }) => [node.id, node.cause])).toEqual([
      ["assemble:tools", "nothing here records that qclock built it"],
      ["load:tools", "assembled"],
    ]);
    const built = await rig.engine.inspectImage(reference);
    expect(built?.diffIds).toEqual(honest?.layers.map(({ digest }) => digest));
  } finally {
    await engineApi("DELETE", `/images/${theirs?.id}?force=1`);
  }
});

test("an image of a bundle gets no name but its own stack's", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const { bundle } = await saveImages(rig);
  const named = withHead(bundle, (head) => head.replace(`/${rig.name}/tools`, "/other/tools"));

  await expect(
    loadBundle(aLoadContext(temporary), inPieces(named), loadOptions({ keys: [] })),
  ).rejects.toMatchObject({
    code: "bundle-invalid",
    message: expect.stringContaining("qclock.invalid/other/tools:latest"),
  });
});

test("an image that is for other machines than the bundle says gets in nowhere", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const lock: LockHere = { current: undefined, copies: [] };
  const [own, other] = process.arch === "arm64" ? ["arm64", "amd64"] : ["amd64", "arm64"];
  const { bundle } = await saveImages(rig);
  const mislabelled = withAnotherConfig(bundle, (config) =>
    config.replace(`"architecture":"${own}"`, `"architecture":"${other}"`),
  );

  await expect(
    loadBundle(
      { ...aLoadContext({ ...temporary, lock }), engine: async () => rig.engine },
      inPieces(mislabelled),
      loadOptions({ keys: [] }, { images: true }),
    ),
  ).rejects.toMatchObject({
    code: "bundle-invalid",
    message: `b.bundle is refused: image "tools" is for ${other}, and its target is debian-12/${own}.`,
  });
  expect(lock.current).toBeUndefined();
  await expect(blobsOf(temporary.store)).resolves.toEqual([]);
  await expect(rig.labelled()).resolves.toEqual([]);
});

/** The bundle with another configuration of its image, and the digests as they must be. */
function withAnotherConfig(bundle: Buffer, change: (config: string) => string): Buffer {
  const document = JSON.parse(contentOf(bundle, "bundle.json"));
  const [image] = document.images;
  const config = change(contentOf(bundle, blobOf(image.config)));
  const manifest = JSON.parse(contentOf(bundle, blobOf(image.manifest)));
  manifest.config = { ...manifest.config, digest: digestOf(config), size: config.length };
  const added = [config, JSON.stringify(manifest)];
  Object.assign(image, { config: digestOf(config), manifest: digestOf(added[1] ?? "") });
  return withAdded(
    withHead(bundle, () => JSON.stringify(withEntries(document, added))),
    added,
  );
}

/**
 * The bundle with another layer on its image, and all digests as they must be: whoever writes a
 * bundle can do that.
 */
function withAnotherLayer(bundle: Buffer): Buffer {
  const document = JSON.parse(contentOf(bundle, "bundle.json"));
  const [image] = document.images;
  const layer = tarOf([{ path: "data/evil", content: "evil" }]).toString("latin1");
  const config = JSON.parse(contentOf(bundle, blobOf(image.config)));
  config.rootfs.diff_ids.push(digestOf(layer));
  config.history = undefined;
  const configText = JSON.stringify(config);
  const manifest = JSON.parse(contentOf(bundle, blobOf(image.manifest)));
  manifest.config = { ...manifest.config, digest: digestOf(configText), size: configText.length };
  manifest.layers.push({ ...manifest.layers[0], digest: digestOf(layer), size: layer.length });
  const added = [layer, configText, JSON.stringify(manifest)];
  const [, configDigest, manifestDigest] = added.map(digestOf);
  image.layers.push({ digest: digestOf(layer), size: layer.length });
  Object.assign(image, { config: configDigest, manifest: manifestDigest });
  return withAdded(
    withHead(bundle, () => JSON.stringify(withEntries(document, added))),
    added,
  );
}

/** The head of a bundle with some texts as further files. */
function withEntries<Head extends { entries: object[] }>(
  head: Head,
  texts: readonly string[],
): Head {
  for (const text of texts)
    head.entries.push({
      path: blobOf(digestOf(text)),
      size: text.length,
      sha256: digestOf(text).slice("sha256:".length),
    });
  return head;
}

/** The bundle with some texts as further files at its end. */
function withAdded(bundle: Buffer, texts: readonly string[]): Buffer {
  const files = texts.map((text) => ({ path: blobOf(digestOf(text)), content: text }));
  return Buffer.concat([bundle.subarray(0, -1024), tarOf(files)]);
}

/** The bundle with another `bundle.json`. */
function withHead(bundle: Buffer, change: (head: string) => string): Buffer {
  const head = contentOf(bundle, "bundle.json");
  const rest = bundle.subarray(512 + Math.ceil(Buffer.byteLength(head) / 512) * 512);
  const first = tarOf([{ path: "bundle.json", content: change(head) }]);
  return Buffer.concat([first.subarray(0, -1024), rest]);
}

function contentOf(bundle: Buffer, path: string): string {
  return readItems(bundle).find((item) => item.path === path)?.content ?? "";
}

function blobOf(digest: string): string {
  return `blobs/sha256/${digest.slice("sha256:".length)}`;
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

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
