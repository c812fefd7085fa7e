import * as z from "zod";
import { reasonSchema } from "./values.ts";

/** What says that the Engine has a thing already, made by somebody else. */
export const externalFields = {
  external: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Made by somebody else: used by its name, never made, changed or removed. Needs a reason, `policy.external`.",
      examples: [true],
    }),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "a name as the Engine takes it")
    .optional()
    .meta({
      description: "Its name in the Engine when it is external; the key by default.",
      examples: ["proxy"],
    }),
};

/** Why it is right to use what is not of the stack. */
export const externalReason = reasonSchema.optional().meta({
  description: "Why something of others is used, for `external: true`.",
  examples: ["the house's proxy is on it"],
});
