import * as z from "zod";
import { commandSchema, durationSchema } from "./values.ts";

const portSchema = z.int().min(1).max(65535);

const timing = {
  phase: z
    .enum(["startup", "readiness"])
    .default("readiness")
    .meta({ description: "`startup` must succeed once before the others are tried." }),
  interval: durationSchema
    .default("5s")
    .meta({
      description: "Pause between attempts once started; while starting qclock probes every 25 ms.",
    }),
  timeout: durationSchema.default("2s").meta({ description: "Of one attempt." }),
  retries: z.int().positive().default(3),
  start_period: durationSchema
    .default("60s")
    .meta({ description: "Time that the service has to become ready." }),
  success_threshold: z
    .int()
    .positive()
    .default(2)
    .meta({ description: "Consecutive successes that count as ready." }),
};

const httpGetSchema = z.strictObject({
  port: portSchema,
  path: z.string().startsWith("/").default("/"),
  scheme: z.enum(["http", "https"]).default("http"),
  status: z
    .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599))])
    .optional()
    .meta({ description: "Accepted status codes; 200 to 399 by default." }),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional().meta({ description: "Text that the body must contain." }),
  json: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .meta({ description: "Values that the JSON body must have, by dotted path." }),
  redirects: z.int().min(0).max(10).default(0),
});

/** A probe: exactly one check, with its timing. */
export const probeSchema = z.strictObject({
  http_get: httpGetSchema.optional(),
  tcp_socket: z.strictObject({ port: portSchema }).optional(),
  exec: z.strictObject({ command: commandSchema }).optional(),
  log_line: z
    .strictObject({
      pattern: z.string().refine(isPattern, "a regular expression (ECMAScript)"),
    })
    .optional(),
  ...timing,
});

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "u").source !== "";
  } catch {
    return false;
  }
}
