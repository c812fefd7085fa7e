import * as z from "zod";
import { imagePathSchema, modeSchema, sizeSchema } from "./values.ts";

/** What can be said of memory that is mounted, in each of the notations. */
const tmpfsOptions = {
  size: sizeSchema
    .optional()
    .meta({ description: "Most that it may hold; `64m` by default.", examples: ["16m"] }),
  mode: modeSchema
    .optional()
    .meta({ description: "Its mode, in quotes; `0750` by default.", examples: ["0700"] }),
  uid: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "Owner; the service's user by default.", examples: [10001] }),
  gid: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "Group; that of the service's user by default.", examples: [10001] }),
  exec: z
    .boolean()
    .default(false)
    .meta({
      description: "Programs may be run from it. Needs a reason, `policy.tmpfs_exec`.",
      examples: [true],
    }),
};

/** An entry of `volumes`: short as compose has it, or a map. */
export const volumeMountSchema = z.union([
  z
    .string()
    .regex(
      /^[^:]+:\/[^:]*(?::(?:ro|rw))?$/,
      "a volume such as `data:/var/lib/data` or `./conf:/etc/conf:ro`",
    ),
  z.strictObject({
    type: z.enum(["volume", "bind", "tmpfs"]).meta({
      description: "A named volume, a path of the host, or a path in memory.",
      examples: ["volume"],
    }),
    source: z
      .string()
      .optional()
      .meta({
        description: "Name of the volume, or path of the host. A path in memory has none.",
        examples: ["data"],
      }),
    target: imagePathSchema.meta({
      description: "Path in the container.",
      examples: ["/var/lib/app"],
    }),
    read_only: z
      .boolean()
      .default(false)
      .meta({ description: "The service can only read it.", examples: [true] }),
    tmpfs: z
      .strictObject(tmpfsOptions)
      .optional()
      .meta({
        description: "Of a path in memory: its size and so on.",
        examples: [{ size: "16m" }],
      }),
  }),
]);

/** An entry of `tmpfs`: `path:options` as compose has it, or a map. */
export const tmpfsSchema = z.union([
  z
    .string()
    .regex(
      /^\/[^:]*(?::(?:(?:size=\d+[kKmMgG]?|mode=[0-7]{3,4}|uid=\d+|gid=\d+|rw|exec|noexec|nosuid|nodev)(?:,|$))*)?$/,
      "a path with options, such as `/run/app:size=16m,mode=0750`",
    ),
  z.strictObject({
    target: imagePathSchema.meta({ description: "Path in the container.", examples: ["/run/app"] }),
    ...tmpfsOptions,
  }),
]);
