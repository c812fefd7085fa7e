import type { z } from "zod";
import { QclockError } from "../error.ts";

/** An Engine's answer as a checked value. One that does not fit is the Engine's fault, or not an Engine's answer at all. */
export function parseForeign<Schema extends z.ZodType>(
  schema: Schema,
  answer: unknown,
  operation: string,
): z.infer<Schema> {
  // Compiling a schema costs milliseconds, which pay only for thousands of values.
  const parsed = schema.safeParse(answer, { jitless: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new QclockError(
    "engine-failed",
    `Could not ${operation}: the Engine's answer is not what its API promises.`,
    {
      hint: "Something else than an Engine may be listening there, or an Engine of an unknown kind.",
      details: issue === undefined ? [] : [`${issue.path.join(".")}: ${issue.message}`],
    },
  );
}
