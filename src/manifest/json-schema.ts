import * as z from "zod";
import { manifestSchema } from "./schema/manifest.ts";

/** The JSON Schema (draft 2020-12) of what a user may write, for editors. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(manifestSchema, { io: "input", unrepresentable: "any" });
  return { title: "qclock stack manifest", ...schema };
}
