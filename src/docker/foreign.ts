import type * as z from "zod/mini";
import { QclockError } from "../error.ts";

/**
 * An Engine's answer as a checked value. One that does not fit is the Engine's fault, or not an
 * Engine's answer at all.
 */
export function parseForeign<Schema extends z.ZodMiniType>(
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
      details: issue === undefined ? [] : [`${issue.path.join(".")}: ${describeIssue(issue)}`],
    },
  );
}

/** The small variant of the library has no texts of its own. */
function describeIssue(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_type" ? `it is not of type ${issue.expected}` : issue.message;
}
