import * as z from "zod";
import {
  commandSchema,
  environmentSchema,
  imagePathSchema,
  labelsSchema,
  modeSchema,
  nameSchema,
  ownerSchema,
} from "./values.ts";

export const osSchema = z
  .enum(["debian-12", "debian-13", "oraclelinux-9"])
  .meta({ description: "A distribution and its release." });

const packageListSchema = z.array(z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/i, "a package name"));

const packagesSchema = z
  .partialRecord(
    osSchema,
    z.union([
      packageListSchema,
      z.strictObject({
        modules: z
          .array(z.string())
          .optional()
          .meta({ description: "Module streams, such as `php:8.2` (RPM)." }),
        install: packageListSchema,
      }),
    ]),
  )
  .meta({
    description:
      "Packages by operating system. The image holds these and what they need; recommended packages are left out.",
  });

const userSchema = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_-]*$/, "a user name"),
  uid: z.int().nonnegative(),
  gid: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "Primary group; the uid's number by default." }),
  home: z.string().default("/nonexistent"),
  shell: z.string().default("/usr/sbin/nologin"),
  gecos: z.string().default(""),
});

const groupSchema = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_-]*$/, "a group name"),
  gid: z.int().nonnegative(),
  members: z.array(z.string()).default([]),
});

const filesSchema = z
  .array(
    z.union([
      z.string(),
      z.strictObject({
        path: z.string().meta({ description: "A file or folder of the project." }),
        target: imagePathSchema
          .optional()
          .meta({ description: "What it becomes in the image; `/` by default." }),
        mode: modeSchema
          .optional()
          .meta({
            description: "Of regular files; by default 0755 for executable ones, 0644 for others.",
          }),
        owner: ownerSchema.optional().meta({ description: "`uid:gid`, `0:0` by default." }),
      }),
    ]),
  )
  .meta({ description: "Files and folders of the project laid over the image, in order." });

const buildSchema = z
  .union([
    z.string(),
    z.strictObject({
      context: z.string().default("."),
      dockerfile: z.string().default("Dockerfile"),
      target: z.string().optional(),
      args: environmentSchema.optional(),
    }),
  ])
  .meta({
    description: "Build from a Dockerfile. Its `FROM` may name another image of the stack.",
  });

/** One image: `from` makes it of packages and files, `build` of a Dockerfile, `image` takes it from a registry. */
export const imageSchema = z.strictObject({
  from: z
    .string()
    .optional()
    .meta({
      description: "The image that this one stands on, or `scratch`.",
      examples: ["scratch", "base"],
    }),
  build: buildSchema.optional(),
  image: z
    .string()
    .regex(
      /@sha256:[0-9a-f]{64}$/,
      "a reference pinned by digest: `registry.example/name:tag@sha256:…`",
    )
    .optional()
    .meta({ description: "An image from a registry, pinned by digest." }),
  packages: packagesSchema.optional(),
  accounts: z
    .strictObject({
      users: z.array(userSchema).default([]),
      groups: z.array(groupSchema).default([]),
    })
    .optional()
    .meta({ description: "Users and groups that the image adds to the distribution's own." }),
  exclude: z
    .array(imagePathSchema)
    .optional()
    .meta({
      description:
        "Folders of packages that are left out; `[]` keeps everything. Copyright files always stay.",
      default: [
        "/usr/share/doc",
        "/usr/share/man",
        "/usr/share/info",
        "/usr/share/locale",
        "/usr/share/lintian",
      ],
    }),
  files: filesSchema.optional(),
  directories: z
    .array(
      z.strictObject({
        path: imagePathSchema,
        owner: ownerSchema.default("0:0"),
        mode: modeSchema.default("0755"),
      }),
    )
    .optional()
    .meta({ description: "Empty directories, such as a volume's mount point with its owner." }),
  setuid: z
    .array(imagePathSchema)
    .optional()
    .meta({ description: "Files that may keep their setuid or setgid bit; all others lose it." }),
  user: z
    .string()
    .optional()
    .meta({ description: 'Who the image runs as, best in numbers: "10001:10001".' }),
  entrypoint: commandSchema.optional(),
  command: commandSchema.optional(),
  working_dir: imagePathSchema.optional(),
  environment: environmentSchema.optional(),
  expose: z
    .array(z.union([z.int().min(1).max(65535), z.string().regex(/^\d+(?:\/(?:tcp|udp))?$/)]))
    .optional()
    .meta({ description: "Ports that the image listens on." }),
  stop_signal: z.string().optional(),
  labels: labelsSchema.optional(),
});

export const imagesSchema = z
  .record(nameSchema, imageSchema)
  .meta({ description: "The images of the stack, by name." });
