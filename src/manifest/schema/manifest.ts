import * as z from "zod";
import { imagesSchema, osSchema } from "./images.ts";
import { servicesSchema } from "./services.ts";
import { labelsSchema, nameSchema } from "./values.ts";

const networkSchema = z.union([
  z.null(),
  z.strictObject({
    internal: z
      .boolean()
      .default(true)
      .meta({ description: "No route out and no published ports." }),
    subnet: z
      .string()
      .regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, "a CIDR such as `10.1.2.0/28`")
      .optional(),
    policy: z
      .strictObject({ outbound: z.string().min(10) })
      .optional()
      .meta({ description: "Why the network has a way out, for `internal: false`." }),
  }),
]);

const volumeSchema = z.union([z.null(), z.strictObject({ labels: labelsSchema.optional() })]);

const secretSchema = z.strictObject({
  generate: z
    .union([
      z.literal(true),
      z.strictObject({
        length: z
          .int()
          .min(16)
          .max(256)
          .default(32)
          .meta({ description: "Number of letters and digits." }),
      }),
    ])
    .optional()
    .meta({ description: "Made once, at random; lives in the stack's own volumes only." }),
  file: z.string().optional().meta({ description: "A file of the project." }),
  environment: z.string().optional().meta({ description: "Name of an environment variable." }),
});

/** The whole manifest. The types, the JSON Schema and docs/manifest.md all come from here. */
export const manifestSchema = z.strictObject({
  name: nameSchema.meta({
    description: "Name of the stack; the prefix of everything that it makes.",
  }),
  os: z
    .union([osSchema, z.array(osSchema).min(1)])
    .default(["debian-12"])
    .meta({
      description:
        "Operating systems that the images can be built on; the first is the default, `--os` picks another.",
    }),
  mirrors: z
    .partialRecord(osSchema, z.string())
    .optional()
    .meta({
      description:
        "Base URL of the package mirror, by operating system. `QCLOCK_MIRROR_<OS>` goes before it.",
    }),
  images: imagesSchema.default({}),
  services: servicesSchema.default({}),
  networks: z.record(nameSchema, networkSchema).optional(),
  volumes: z.record(nameSchema, volumeSchema).optional(),
  secrets: z.record(nameSchema, secretSchema).optional(),
});

/** What the user wrote, with defaults filled in. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestImage = Manifest["images"][string];
export type ManifestService = Manifest["services"][string];
export type ManifestProbe = NonNullable<ManifestService["probes"]>[number];
