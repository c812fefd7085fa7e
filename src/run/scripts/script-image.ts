import { buildManifest, toBlob, variantOf } from "../../image/config.ts";
import type { Layer } from "../../image/layers/layer.ts";
import type { LoadableImage } from "../../docker/load.ts";
import type { Architecture } from "../../os.ts";
import { imageNamePrefix } from "../../stack/images/image-name.ts";

/**
 * An image of some layers for one container: it has no variable, no command and no account, so that
 * a script sees nothing but what it is given. Its name is one of the stack's, so that one which an
 * interrupted run has left is taken away with what else is not needed.
 */
export function scriptImage(about: {
  readonly stackName: string;
  readonly image: string;
  readonly architecture: Architecture;
  readonly layers: readonly Layer[];
  /** Tells it from those of other runs. */
  readonly tag: string;
}): LoadableImage {
  const { stackName, image, architecture, layers, tag } = about;
  const created = "1970-01-01T00:00:00Z";
  const config = toBlob({
    architecture,
    ...variantOf(architecture),
    os: "linux",
    created,
    config: { WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ kind }) => ({ created, created_by: `qclock: ${kind} layer` })),
  });
  const manifest = buildManifest(config, layers);
  return {
    reference: `${imageNamePrefix}/${stackName}/${image}-scripts:${tag}`,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers,
  };
}
