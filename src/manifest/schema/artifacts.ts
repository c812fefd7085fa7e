import * as z from "zod";
import { imagePathSchema, modeSchema, ownerSchema } from "./values.ts";

const urlWording = "a URL that begins with `https://` or `http://`";

const urlSchema = z
  .string()
  .regex(/^https?:\/\/[^/?#\s]\S*$/, { error: urlWording, abort: true })
  .refine((url) => URL.canParse(url), urlWording);

const sha256Schema = z
  .string("64 hexadecimal digits in quotes, as `curl -sL URL | sha256sum` prints them")
  .regex(
    /^(?:sha256:)?[0-9a-fA-F]{64}$/,
    "64 hexadecimal digits, as `curl -sL URL | sha256sum` prints them",
  );

const artifactSchema = z.strictObject({
  url: urlSchema.meta({
    description:
      "Where it is fetched from, by HTTPS or HTTP, without credentials. The lock keeps it.",
    examples: ["https://downloads.example/tool-1.2.tar.gz"],
  }),
  sha256: sha256Schema.meta({
    description:
      "Digest of the file's bytes; other bytes are never used. `curl -sL URL | sha256sum` prints it.",
    examples: ["0123456789abcdef".repeat(4)],
  }),
  path: imagePathSchema.meta({
    description:
      "In the image: the folder that an archive is unpacked to, or the single file itself.",
    examples: ["/opt/tool"],
  }),
  unpack: z
    .enum(["auto", "tar", "zip", "none"])
    .default("auto")
    .meta({
      description:
        "`tar` (also compressed with gzip, xz, zstd or bzip2), `zip`, or `none` for a single file; `auto` tells by the end of the URL's path.",
      examples: ["none"],
    }),
  strip_components: z
    .int()
    .min(0)
    .max(32)
    .default(0)
    .meta({
      description:
        "How many folders are taken off the front of each name in the archive; what has no more is left out.",
      examples: [1],
    }),
  mode: modeSchema.optional().meta({
    description: 'Of a single file, in quotes; "0644" by default. An archive has modes of its own.',
    examples: ["0755"],
  }),
  owner: ownerSchema.default("0:0").meta({
    description: "Owner and group in numbers, of everything that it brings.",
    examples: ["10001:10001"],
  }),
});

export const artifactsSchema = z.array(artifactSchema).meta({
  description:
    "Files fetched by URL, each with its digest: archives unpacked to a folder, or single files. They lie over the packages and under `files`, and are kept in the lock and the store as packages are.",
  examples: [
    [
      {
        url: "https://downloads.example/tool-1.2.tar.gz",
        sha256: "0123456789abcdef".repeat(4),
        path: "/opt/tool",
        strip_components: 1,
      },
    ],
  ],
});
