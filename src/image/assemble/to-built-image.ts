import { namesOf } from "../../packages/proof/unproved.ts";
import { buildConfig, buildManifest, inheritSettings } from "../config.ts";
import type { BuiltImage } from "../built-image.ts";
import type { Layer } from "../layers/layer.ts";
import type { AssembleRequest } from "./request.ts";

/** The image of these layers, with its configuration. */
export function toBuiltImage(
  request: Pick<
    AssembleRequest,
    "image" | "parent" | "locked" | "target" | "fingerprint" | "stackName"
  >,
  layers: readonly Layer[],
): BuiltImage {
  const { image, parent, locked, target, fingerprint, stackName } = request;
  const own = locked.packages.filter(({ unsigned }) => unsigned === true);
  const unsigned = [...(parent?.unsigned ?? []), ...namesOf(own)].toSorted();
  const settings = inheritSettings(parent?.settings, image.config);
  const config = buildConfig({
    image,
    stackName,
    settings: { ...settings, labels: withBase(settings.labels, parent) },
    layers,
    architecture: target.architecture,
    epoch: locked.newestBuild ?? 0,
    fingerprint,
    unsigned: unsigned.join(", "),
  });
  const manifest = buildManifest(config, layers);
  return {
    image: image.name,
    reference: image.reference,
    fingerprint,
    config: config.bytes,
    configDigest: config.digest,
    manifest: manifest.bytes,
    manifestDigest: manifest.digest,
    layers,
    settings,
    unsigned,
  };
}

/** OCI's own annotations for the image that this one stands on. */
function withBase(
  declared: ReadonlyMap<string, string>,
  parent: BuiltImage | undefined,
): ReadonlyMap<string, string> {
  if (parent === undefined) return declared;
  return new Map([
    ...declared,
    ["org.opencontainers.image.base.name", parent.reference],
    ["org.opencontainers.image.base.digest", parent.manifestDigest],
  ]);
}
