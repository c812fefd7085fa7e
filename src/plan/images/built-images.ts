import type { Image, Stack } from "../../stack/stack.ts";
import { imageSection } from "../config-hash.ts";
import type { Observed, ObservedImage } from "../observed.ts";

/**
 * Ids of the images that qclock built, by their fingerprint: the digest of the configuration, which
 * holds those of the layers, or that of the manifest on the containerd store. A fingerprint label
 * proves nothing, since `FROM` hands it down.
 */
export type ImageRecords = ReadonlyMap<string, ReadonlySet<string>>;

interface Evidence {
  readonly stack: Stack;
  readonly observed: Pick<Observed, "containers">;
  readonly records: ImageRecords;
}

/**
 * The ids under which an Engine may have the image that qclock built from the inputs of a
 * fingerprint. Recorded by the store of this machine, or, for another machine's runs, by a
 * container that qclock made of it. An image without any record is not trusted: it is built again,
 * which gives the same one where it was right.
 */
export function recordedIds(
  { stack, observed, records }: Evidence,
  image: Pick<Image, "name">,
  fingerprint: string,
): ReadonlySet<string> {
  const ids = new Set(records.get(fingerprint));
  const section = imageSection(fingerprint);
  for (const { ours, service, configHash, imageIdentity } of observed.containers) {
    const isOfImage = ours && stack.services.get(service ?? "")?.image === image.name;
    if (!isOfImage || imageIdentity === undefined) continue;
    if (configHash?.split(";").includes(section) === true) ids.add(imageIdentity);
  }
  return ids;
}

/** Whether an image of the Engine is what qclock built from the inputs of that fingerprint. */
export function isBuilt(
  evidence: Evidence,
  image: Pick<Image, "name">,
  { present, fingerprint }: { readonly present: ObservedImage; readonly fingerprint: string },
): boolean {
  const recorded = evidence.records.get(fingerprint);
  // Mostly the store knows; looking through all containers for each image would be quadratic.
  if (recorded?.has(present.identity) === true || recorded?.has(present.id) === true) return true;
  const ids = recordedIds(evidence, image, fingerprint);
  return ids.has(present.identity) || ids.has(present.id);
}
