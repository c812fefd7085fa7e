import * as z from "zod";
import { sizeSchema } from "./values.ts";

/** Names of setrlimit(2)'s limits as the Engine takes them. Source: go-units, ulimit.go. */
const ulimitNames = [
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
] as const;

const ulimitForms = [
  z.int().min(-1),
  z.string().regex(/^(?:-1|\d+)$/, "a whole number, or -1 for no limit"),
] as const;
const ulimitValue = z.union(ulimitForms);

const ulimitSchema = z.union([
  ...ulimitForms,
  z.strictObject({
    soft: ulimitValue.meta({
      description: "In force; a process may raise it up to the hard one.",
      examples: [20_000],
    }),
    hard: ulimitValue.meta({
      description: "Most that a process may raise it to; -1 is no limit.",
      examples: [40_000],
    }),
  }),
]);

/** Limits of a service beside memory, CPU and processes, as compose has them. */
export const limitFields = {
  shm_size: sizeSchema.optional().meta({
    description:
      "What /dev/shm may hold, within `mem_limit`; 64m unless the Engine is set up otherwise.",
    examples: ["128m"],
  }),
  ulimits: z
    .partialRecord(z.enum(ulimitNames), ulimitSchema)
    .optional()
    .meta({
      description:
        "Limits of its processes by their names, such as `nofile`: a number, or `soft` and `hard`. -1 is no limit.",
      examples: [{ nofile: { soft: 20_000, hard: 40_000 } }],
    }),
};
