import { createHash } from "node:crypto";
import { labels } from "../stack/labels.ts";
import type { Store } from "../store/store.ts";
import { buildManifest, toBlob } from "./config.ts";
import type { PackedImage } from "./image-layout.ts";
import type { Layer } from "./layer.ts";

/** Name of the image in the Engine; its registry cannot exist. */
export const emptyImageReference = "qclock.invalid/qclock/empty:latest";

/** An image without files for containers that are never started: the stack's lock, and helpers that carry archives into volumes. */
export interface EmptyImage extends PackedImage {
  readonly reference: string;
}

/** Write the empty image's one layer, a tar without entries, into the store and name the image. Engines want a `Cmd` and a layer. */
export async function createEmptyImage(store: Store, architecture: string): Promise<EmptyImage> {
  const tar = Buffer.alloc(1024);
  const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}` as const;
  const file = (await store.find(diffId)) ?? (await store.put(diffId, only(tar)));
  const layer: Layer = { diffId, sizeBytes: tar.length, path: file, kind: "files", entries: [] };
  const config = toBlob({
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: { Cmd: ["/qclock-never-started"], Labels: { [labels.image]: "empty" } },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "qclock: empty layer" }],
  });
  const manifest = buildManifest(config, [layer]);
  return {
    reference: emptyImageReference,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers: [layer],
  };
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
