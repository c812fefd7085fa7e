import * as z from "zod/mini";
import type { ObservedImage } from "../../plan/observed.ts";
import { imageNamePrefix } from "../../stack/images/image-name.ts";
import { labels } from "../../stack/labels.ts";
import { parseForeign } from "../foreign.ts";
import { identitySchema, imageIdentity, manifestsQuery } from "../identity.ts";
import { type Filters, labelsSchema, type Look, ofStack } from "./look.ts";

const imagesSchema = z.array(
  z.extend(identitySchema, { RepoTags: z.nullish(z.array(z.string())), Labels: labelsSchema }),
);

type ListedImage = z.infer<typeof imagesSchema>[number];

/**
 * Everything under the stack's names, by reference, whatever labels it bears: those are handed down
 * by `FROM`. An image with the stack's label and no name at all stands under its id: perhaps one of
 * ours that has lost its name to a newer one.
 */
export async function observeImages({
  client,
  request,
  signal,
}: Look): Promise<ReadonlyMap<string, ObservedImage>> {
  const operation = "list the images";
  const own = `${imageNamePrefix}/${request.stack}/`;
  const manifests = client.hasApi("1.47") ? manifestsQuery : {};
  const list = async (filters: Filters): Promise<readonly ListedImage[]> => {
    const query = { filters: JSON.stringify(filters), ...manifests };
    return parseForeign(
      imagesSchema,
      await client.http.get({ path: "/images/json", query, operation, signal }),
      operation,
    );
  };
  const [labelled, named] = await Promise.all([
    // Those without a name are none that a build could find up to date.
    request.purpose === "build" ? [] : list(ofStack(request)),
    list({ reference: [`${own}*`] }),
  ]);
  const images = new Map<string, ObservedImage>();
  for (const image of [...labelled, ...named]) {
    const tags = (image.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>");
    const references = tags.length === 0 ? [image.Id] : tags.filter((tag) => tag.startsWith(own));
    for (const reference of references) images.set(reference, observedImage(image, reference));
  }
  return images;
}

function observedImage(image: ListedImage, reference: string): ObservedImage {
  const fingerprint = image.Labels.get(labels.fingerprint);
  return {
    id: image.Id,
    reference,
    labels: image.Labels,
    ...(fingerprint === undefined ? {} : { fingerprint }),
    identity: imageIdentity(image),
  };
}
