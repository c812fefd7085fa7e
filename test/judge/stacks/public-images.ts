import { z } from "zod";

const publicImageShape = z.strictObject({
  /** Its reference on the public hub. */
  reference: z.string(),
  /** Of linux/amd64, as its registry holds it: layers compressed by gzip. */
  compressedBytes: z.int(),
  /** The day that the image was made, as 2026-07-15. */
  made: z.iso.date(),
  /** Where the figure is written. */
  source: z.url(),
  /** Which images of which stacks do the same job, as `stack/image`. */
  beside: z.array(z.string()).readonly(),
  /** What it lacks that ours have, or the other way round. */
  note: z.string().optional(),
});

/** A usual public image, with its published size. */
export type PublicImage = Readonly<z.infer<typeof publicImageShape>>;

/** Read public-images.json. Throws when the text is something else. */
export function parsePublicImages(text: string): readonly PublicImage[] {
  const value: unknown = JSON.parse(text);
  return z.array(publicImageShape).parse(value);
}
