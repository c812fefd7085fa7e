import { QclockError } from "../../error.ts";
import { labels } from "../../stack/labels.ts";
import { parentsOf } from "../../stack/images/parents.ts";
import type { Image } from "../../stack/stack.ts";
import { isBuilt } from "./built-images.ts";
import type { DesiredImage, ObservedImage } from "../observed.ts";
import type { Planning } from "../planning.ts";

/**
 * Id of the node after which an image is in the Engine under its name; of no node when it is there
 * already.
 */
export function imageReadyId(planning: Planning, image: string): string | undefined {
  const { draft } = planning;
  return [`load:${image}`, `build:${image}`, `pull:${image}`].find((id) => draft.has(id));
}

/**
 * Make what is stale: an image is up to date when the Engine's carries the computed fingerprint,
 * and is the one that qclock built.
 */
export function planImages(planning: Planning): void {
  const { draft, stack, images, observed, desiredImages } = planning;
  for (const image of images) {
    const desired = desiredImages.get(image.name);
    const present = observed.images.get(image.reference);
    if (desired === undefined) continue;
    const { fingerprint } = desired;
    if (image.type === "pulled") {
      // It bears no label of ours; which content is pinned now is known from what was pulled last.
      const cause =
        present === undefined
          ? "not found"
          : (desired.change ?? doubt(planning, image, { present, fingerprint }));
      if (cause !== undefined)
        draft.add(`pull:${image.name}`, { type: "pull-image", image: image.name }, cause);
      else draft.keep("image", image.name, "up to date");
      continue;
    }
    if (present !== undefined && present.labels.get(labels.stack) !== stack.name) {
      throw foreignImage(image.reference);
    }
    const cause = reasonToMake(planning, image, desired);
    if (cause === undefined) {
      draft.keep("image", image.name, "up to date");
      continue;
    }
    const parents = parentsOf(image);
    const parentsReady = parents.map((parent) => imageReadyId(planning, parent));
    if (image.type === "dockerfile") {
      draft.add(
        `build:${image.name}`,
        { type: "build-image", image: image.name },
        cause,
        parentsReady,
      );
      continue;
    }
    // Assembling needs the parent's layers alone; loading comes after the parent's, so that its
    // layers can be left out.
    const assembled = draft.add(
      `assemble:${image.name}`,
      { type: "assemble-image", image: image.name },
      cause,
      parents.map((parent) =>
        draft.has(`assemble:${parent}`) ? `assemble:${parent}` : imageReadyId(planning, parent),
      ),
    );
    draft.add(`load:${image.name}`, { type: "load-image", image: image.name }, "assembled", [
      assembled,
      ...parentsReady,
    ]);
  }
}

function reasonToMake(
  planning: Planning,
  image: Image,
  { reference, fingerprint, change, runLayers = [] }: DesiredImage,
): string | undefined {
  const present = planning.observed.images.get(reference);
  if (present === undefined) return "not found";
  if (present.fingerprint !== fingerprint) return change ?? "its inputs changed";
  // The same inputs may give another one each time, and the lock says which.
  const own = present.labels.get(labels.runLayers)?.split(",") ?? [];
  if (!runLayers.every((layer) => own.includes(layer)))
    return "its scripts made another layer than the lock names";
  return doubt(planning, image, { present, fingerprint });
}

/** Why an image that bears the right name and label is not taken for what qclock built. */
function doubt(
  planning: Planning,
  image: Image,
  about: { readonly present: ObservedImage; readonly fingerprint: string },
): string | undefined {
  if (isBuilt(planning, image, about)) return undefined;
  return planning.records.has(about.fingerprint)
    ? "it is not the image that qclock built"
    : "nothing here records that qclock built it";
}

function foreignImage(reference: string): QclockError {
  return new QclockError(
    "foreign-object",
    `An image named ${reference} exists, but is not this stack's.`,
    { hint: `Take the name away (docker rmi ${reference}), or give the stack another name.` },
  );
}
