import { createHash } from "node:crypto";
import { labels } from "../stack/labels.ts";
import { buildManifest, toBlob } from "./config.ts";
import type { PackedImage } from "./image-layout.ts";

/**
 * An image without files for containers that are never started: the hold of a stack, and helpers
 * that carry archives into volumes.
 */
export interface EmptyImage extends PackedImage {
  readonly reference: string;
}

/**
 * Its name in the Engine, whose registry cannot exist. Of all stacks, so it has no stack's name in
 * it: `qclock` is one, too.
 */
export const emptyImageReference = "qclock.invalid/empty:latest";

/**
 * Make the empty image: one layer that is a tar without entries, and a `Cmd`, since Engines want
 * both.
 */
export function createEmptyImage(architecture: string): EmptyImage {
  const tar = Buffer.alloc(1024);
  const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}` as const;
  const layers = [{ diffId, sizeBytes: tar.length, path: tar }];
  const config = toBlob({
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: { Cmd: ["/qclock-never-started"], Labels: { [labels.image]: "empty" } },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "qclock: empty layer" }],
  });
  const manifest = buildManifest(config, layers);
  return {
    reference: emptyImageReference,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers,
  };
}
