import * as z from "zod";
import { externalFields, externalReason } from "./external.ts";
import { reasonSchema } from "./values.ts";

/** A network that services name. */
export const networkSchema = z.union([
  z.null(),
  z.strictObject({
    internal: z
      .boolean()
      .default(true)
      .meta({
        description: "No route out and no published ports. `false` needs a reason.",
        examples: [true],
      }),
    subnet: z
      .string()
      .regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, "a CIDR such as `10.1.2.0/28`")
      .optional()
      .meta({
        description: "Its addresses; chosen away from the host's routes by default.",
        examples: ["10.1.2.0/28"],
      }),
    ...externalFields,
    policy: z
      .strictObject({
        outbound: reasonSchema.optional().meta({
          description: "Why services on it may reach beyond it, for `internal: false`.",
          examples: ["mirrors of the registry are outside"],
        }),
        external: externalReason,
      })
      .optional()
      .meta({
        description: "Why the network has a way out, or is one of others.",
        examples: [{ outbound: "mirrors of the registry are outside" }],
      }),
  }),
]);
