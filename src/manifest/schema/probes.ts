import * as z from "zod";
import { commandSchema, positiveDurationSchema } from "./values.ts";

const portSchema = z.int().min(1).max(65535);

const timing = {
  phase: z
    .enum(["startup", "readiness"])
    .default("readiness")
    .meta({
      description: "`startup` must succeed once before the others are tried.",
      examples: ["startup"],
    }),
  interval: positiveDurationSchema.default("5s").meta({
    description: "Pause between attempts once started; while starting qclock probes every 25 ms.",
    examples: ["10s"],
  }),
  timeout: positiveDurationSchema
    .default("2s")
    .meta({ description: "Longest time of one attempt.", examples: ["500ms"] }),
  retries: z
    .int()
    .positive()
    .default(3)
    .meta({
      description: "Consecutive failures after the start that make the service unhealthy.",
      examples: [5],
    }),
  start_period: positiveDurationSchema
    .default("60s")
    .meta({ description: "Time that the service has to become ready.", examples: ["2m"] }),
  success_threshold: z
    .int()
    .positive()
    .default(2)
    .meta({ description: "Consecutive successes that count as ready.", examples: [1] }),
};

const httpGetSchema = z.strictObject({
  port: portSchema.meta({ description: "Port of the container.", examples: [8080] }),
  path: z
    .string()
    .startsWith("/")
    .refine(isPath, "a path without spaces, control characters and `#`")
    .default("/")
    .meta({
      description:
        "Path and query of the request, sent to the service as they are; they never name another host.",
      examples: ["/health"],
    }),
  scheme: z
    .enum(["http", "https"])
    .default("http")
    .meta({ description: "With or without TLS.", examples: ["https"] }),
  status: z
    .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599))])
    .optional()
    .meta({ description: "Accepted status codes; 200 to 399 by default.", examples: [200] }),
  headers: z
    .record(z.string(), z.string())
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        const message = problemOfHeader(name, value);
        if (message !== undefined) context.addIssue({ code: "custom", path: [name], message });
      }
    })
    .default({})
    .meta({ description: "Headers of the request.", examples: [{ Host: "shop.example" }] }),
  body: z
    .string()
    .optional()
    .meta({ description: "Text that the body must contain.", examples: ["OK"] }),
  json: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .meta({
      description: "Values that the JSON body must have, by dotted path.",
      examples: [{ "database.status": "ok" }],
    }),
  redirects: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta({
      description:
        "How many redirects to the same service are followed; the last answer counts. One to another origin, in a circle, or beyond this number is a failure.",
      examples: [3],
    }),
});

/** A probe: exactly one check, with its timing. */
export const probeSchema = z.strictObject({
  http_get: httpGetSchema
    .optional()
    .meta({ description: "A request over HTTP.", examples: [{ port: 8080, path: "/health" }] }),
  tcp_socket: z
    .strictObject({
      port: portSchema.meta({ description: "Port of the container.", examples: [3306] }),
    })
    .optional()
    .meta({ description: "A connection over TCP.", examples: [{ port: 3306 }] }),
  exec: z
    .strictObject({
      command: commandSchema.meta({
        description: "A command as a list of words, or as one text that is split as a shell would.",
        examples: [["/usr/local/bin/check"]],
      }),
    })
    .optional()
    .meta({
      description: "A program in the container that must end with 0.",
      examples: [{ command: ["/usr/local/bin/check"] }],
    }),
  log_line: z
    .strictObject({
      pattern: z
        .string()
        .refine(isPattern, "a regular expression (ECMAScript)")
        .meta({
          description: "A regular expression (ECMAScript) for one line.",
          examples: ["ready for connections"],
        }),
    })
    .optional()
    .meta({
      description: "A line of the container's log.",
      examples: [{ pattern: "ready for connections" }],
    }),
  ...timing,
});

/** What stands on the request line as it is. Percent-encoding says the rest. */
function isPath(text: string): boolean {
  return !/[\p{Cc}\s#]/u.test(text);
}

function problemOfHeader(name: string, value: string): string | undefined {
  // A token (RFC 9110, section 5.6.2).
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/u.test(name))
    return "under a header's name, which has letters, digits and `-` only";
  if (/^(?:content-length|transfer-encoding|connection|upgrade|expect)$/iu.test(name))
    return "under another name: HTTP itself sets this header";
  // What HTTP can carry: Latin-1 without control characters.
  return /^[\t\u0020-\u007E\u00A0-\u00FF]*$/u.test(value)
    ? undefined
    : "a header's value: Latin-1 text on one line, without control characters";
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, "u").source !== "";
  } catch {
    return false;
  }
}
