import * as z from "zod";
import { externalFields, externalReason } from "./external.ts";
import { labelsSchema } from "./values.ts";

/** A volume that keeps data. */
export const volumeSchema = z.union([
  z.null(),
  z.strictObject({
    labels: labelsSchema.optional().meta({
      description: "Labels of the volume, as a map or as a list of `name=value`.",
      examples: [{ team: "ops" }],
    }),
    ...externalFields,
    policy: z
      .strictObject({ external: externalReason })
      .optional()
      .meta({
        description: "Why the volume is one of others.",
        examples: [{ external: "the archive is kept by another stack" }],
      }),
  }),
]);
