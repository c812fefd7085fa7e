import * as z from "zod";
import { defaultOs, osNames } from "../../os.ts";
import { imagesSchema, osSchema } from "./images.ts";
import { networkSchema } from "./networks.ts";
import { servicesSchema } from "./services.ts";
import { nameSchema } from "./values.ts";
import { volumeSchema } from "./volumes.ts";

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
          .meta({ description: "Number of letters and digits.", examples: [48] }),
      }),
    ])
    .optional()
    .meta({
      description: "Made once, at random; lives in the stack's own volumes only.",
      examples: [true],
    }),
  file: z
    .string()
    .optional()
    .meta({ description: "A file of the project.", examples: ["secrets/key.pem"] }),
  environment: z
    .string()
    .optional()
    .meta({ description: "Name of an environment variable.", examples: ["SHOP_KEY"] }),
});

/** The whole manifest. The types, the JSON Schema and docs/manifest.md all come from here. */
export const manifestSchema = z.strictObject({
  name: nameSchema.meta({
    description: "Name of the stack; the prefix of everything that it makes.",
    examples: ["shop"],
  }),
  os: z
    .union([osSchema, z.array(osSchema).min(1)])
    .default([defaultOs])
    .meta({
      description:
        "Operating systems that the images can be built on; the first is the default where the stack does not run on another, `--os` picks one.",
      examples: [["debian-12"]],
    }),
  mirrors: z
    .partialRecord(z.enum([...osNames, "python"]), z.string())
    .optional()
    .meta({
      description:
        "Base URL of the package mirror, by operating system, and of the index of Python packages. `QCLOCK_MIRROR_<OS>` and `QCLOCK_PYTHON_INDEX` go before it.",
      examples: [{ "debian-12": "https://mirror.example/debian" }],
    }),
  keys: z
    .partialRecord(osSchema, z.array(z.string()).min(1))
    .optional()
    .meta({
      description:
        "Files of the project with OpenPGP keys that may sign packages beside the distribution's own, by operating system: for a mirror that signs anew, or a repository of one's own.",
      examples: [{ "debian-12": ["keys/bank.asc"] }],
    }),
  images: imagesSchema.default({}),
  services: servicesSchema.default({}),
  networks: z
    .record(nameSchema, networkSchema)
    .optional()
    .meta({
      description:
        "Networks that services name, by name. Without any, qclock makes one for each `depends_on`.",
      examples: [{ back: {} }],
    }),
  volumes: z
    .record(nameSchema, volumeSchema)
    .optional()
    .meta({ description: "Volumes that keep data, by name.", examples: [{ data: {} }] }),
  secrets: z
    .record(nameSchema, secretSchema)
    .optional()
    .meta({
      description: "Secrets, by name. Each comes from exactly one source.",
      examples: [{ db_password: { generate: true } }],
    }),
});

/** What the user wrote, with defaults filled in. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestImage = Manifest["images"][string];
export type ManifestService = Manifest["services"][string];
export type ManifestProbe = NonNullable<ManifestService["probes"]>[number];
