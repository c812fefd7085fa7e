import * as z from "zod/mini";

/** The answer to a call that made a container or a network. */
export const createdSchema = z.object({ Id: z.string() });
