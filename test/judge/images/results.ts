import { z } from "zod";

const resultShape = z.object({
  /** Of the first package; empty where the image was not built. */
  version: z.string(),
  /** How many packages the image holds. */
  packages: z.number(),
  /** Its size in the Engine. */
  bytes: z.number(),
  /** Scripts of packages that were not interpreted to their end, as the build told of them. */
  undone: z.array(z.string()).readonly().optional(),
  /** Where it ended when it did not work. */
  failed: z.enum(["build", "up", "use"]).optional(),
  /** What was shown then. */
  error: z.string().optional(),
});

/** What became of an image. */
export type ImageResult = Readonly<z.infer<typeof resultShape>>;

/** The results of the last run of each image, by name. */
export type ImageResults = Readonly<Record<string, ImageResult>>;

/** Read the results that a run has kept. Throws when the text is something else. */
export function parseResults(text: string): ImageResults {
  const value: unknown = JSON.parse(text);
  return z.record(z.string(), resultShape).parse(value);
}
