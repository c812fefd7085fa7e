import * as z from "zod";
import { osNames } from "../../os.ts";
import { artifactsSchema } from "./artifacts.ts";
import { pinnedReferenceSchema } from "./reference.ts";
import {
  commandSchema,
  environmentSchema,
  imagePathSchema,
  labelsSchema,
  modeSchema,
  nameSchema,
  ownerSchema,
  signalSchema,
} from "./values.ts";

export const osSchema = z.enum(osNames).meta({ description: "A distribution and its release." });

const packageListSchema = z.array(z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/i, "a package name"));

const packagesSchema = z
  .partialRecord(
    osSchema,
    z.union([
      packageListSchema,
      z.strictObject({
        install: packageListSchema.meta({ description: "Package names.", examples: [["php-fpm"]] }),
        modules: z
          .array(
            z
              .string()
              .regex(
                /^[A-Za-z0-9][\w+.-]*:[A-Za-z0-9][\w+.-]*$/,
                "a module and its stream, such as php:8.2",
              ),
          )
          .optional()
          .meta({
            description:
              "Streams of modules to take packages from, in systems that have modules (`oraclelinux-9`). A stream counts for all images of the stack.",
            examples: [["php:8.2"]],
          }),
        repositories: z
          .array(z.string().regex(/^[A-Za-z0-9][\w.-]*$/, "the id of a repository"))
          .optional()
          .meta({
            description:
              "Further repositories of the distribution, by id, beside those that are always asked; for all images of the stack.",
            examples: [["ol9_codeready_builder"]],
          }),
      }),
    ]),
  )
  .meta({
    description:
      "Packages by operating system. The image holds these and what they need; recommended packages are left out.",
    examples: [{ "debian-12": ["bash", "ca-certificates"] }],
  });

const userNameSchema = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name");

/** A path that can stand in /etc/passwd, whose fields end with a colon. */
const accountPathSchema = z.string().regex(/^\/[^:]*$/, "an absolute path without colons");

const userSchema = z.strictObject({
  name: userNameSchema.meta({ description: "Name of the user.", examples: ["web"] }),
  uid: z
    .int()
    .nonnegative()
    .meta({ description: "Number of the user.", examples: [10001] }),
  gid: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "Number of the primary group; the uid's by default.", examples: [10001] }),
  home: accountPathSchema
    .default("/nonexistent")
    .meta({ description: "Home folder. It is not made.", examples: ["/var/lib/web"] }),
  shell: accountPathSchema
    .default("/usr/sbin/nologin")
    .meta({ description: "Login shell.", examples: ["/bin/bash"] }),
  gecos: z
    .string()
    .regex(/^[^:]*$/, "a text without colons")
    .default("")
    .meta({ description: "Full name or purpose.", examples: ["Web server"] }),
});

const groupSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/, "a group name")
    .meta({ description: "Name of the group.", examples: ["ops"] }),
  gid: z
    .int()
    .nonnegative()
    .meta({ description: "Number of the group.", examples: [40] }),
  members: z
    .array(userNameSchema)
    .default([])
    .meta({
      description: "Names of users that belong to it besides their primary group.",
      examples: [["web"]],
    }),
});

const filesSchema = z
  .array(
    z.union([
      z.string(),
      z.strictObject({
        path: z.string().meta({
          description:
            "A file or folder of the project; links on the way to it are followed as long as they stay in the project. One that ends with the name of an operating system, such as `rootfs.debian-12`, is laid over images of that system only.",
          examples: ["images/app/rootfs"],
        }),
        target: imagePathSchema.optional().meta({
          description:
            "What it becomes in the image. A folder becomes the root `/` by default; a file needs it.",
          examples: ["/etc/app.conf"],
        }),
        mode: modeSchema.optional().meta({
          description:
            "Of regular files; by default 0755 for those that their owner may run, 0644 for others. Folders are 0755, or as the image has them already, or as `directories` says.",
          examples: ["0640"],
        }),
        owner: ownerSchema.optional().meta({
          description: "Owner and group in numbers, `0:0` by default.",
          examples: ["10001:10001"],
        }),
      }),
    ]),
  )
  .meta({
    description:
      "Files and folders of the project laid over the image, in order. As in git, of a file's mode only the executable bit is taken over, and neither owner nor time; a mode that is lost by that and was meant (0600 among readable files, a sticky folder) is told, with `mode` and `directories` to keep it. Links in a folder stay links, hard links stay hard links (git keeps none, so a fresh clone has copies), a sparse file is filled, names must be UTF-8 and no whiteouts.",
    examples: [["images/app/rootfs"]],
  });

const buildSchema = z
  .union([
    z.string(),
    z.strictObject({
      context: z
        .string()
        .default(".")
        .meta({
          description:
            "Folder that is sent to the builder, less what its .dockerignore names. A Dockerfile that it names serves the builder and is not in what COPY sees.",
          examples: ["tools/x"],
        }),
      dockerfile: z
        .string()
        .default("Dockerfile")
        .meta({
          description: "The Dockerfile, relative to the context.",
          examples: ["Dockerfile.prod"],
        }),
      target: z
        .string()
        .optional()
        .meta({
          description: "The stage to build; the last one by default.",
          examples: ["runtime"],
        }),
      args: environmentSchema.optional().meta({
        description: "Values of the Dockerfile's `ARG`s, as a map or as a list of `NAME=value`.",
        examples: [{ VERSION: "1.2" }],
      }),
    }),
  ])
  .meta({
    description: "Build from a Dockerfile. Its `FROM` may name another image of the stack.",
    examples: [{ context: "tools/x" }],
  });

/**
 * One image: `from` makes it of packages and files, `build` of a Dockerfile, `image` takes it from
 * a registry.
 */
export const imageSchema = z.strictObject({
  from: z
    .string()
    .optional()
    .meta({
      description: "The image that this one stands on, or `scratch`.",
      examples: ["scratch", "base"],
    }),
  build: buildSchema.optional(),
  image: pinnedReferenceSchema.optional().meta({
    description: "An image from a registry, pinned by digest.",
    examples: [`registry.example/keycloak:23.0@sha256:${"0".repeat(64)}`],
  }),
  packages: packagesSchema.optional(),
  accounts: z
    .strictObject({
      users: z
        .array(userSchema)
        .default([])
        .meta({ description: "Users to add.", examples: [[{ name: "web", uid: 10001 }]] }),
      groups: z
        .array(groupSchema)
        .default([])
        .meta({
          description: "Groups to add. The primary group of each user is made with it.",
          examples: [[{ name: "ops", gid: 40 }]],
        }),
    })
    .optional()
    .meta({
      description: "Users and groups that the image adds to the distribution's own.",
      examples: [{ users: [{ name: "web", uid: 10001 }] }],
    }),
  exclude: z
    .array(imagePathSchema)
    .optional()
    .meta({
      description:
        "Folders of packages that are left out; `[]` keeps everything. Copyright files always stay.",
      examples: [["/usr/share/doc", "/usr/share/man"]],
      default: [
        "/usr/share/doc",
        "/usr/share/man",
        "/usr/share/info",
        "/usr/share/locale",
        "/usr/share/lintian",
      ],
    }),
  essential: z
    .boolean()
    .optional()
    .meta({
      description:
        "Whether the packages come as well that the distribution takes to be on every system: a shell, coreutils, sed, grep and the like. Packages use their programs without saying so.",
      examples: [true],
      default: false,
    }),
  scripts: z
    .enum(["interpret", "run", "none"])
    .optional()
    .meta({
      description:
        "What becomes of the scripts that packages bring. `interpret` does as data what the package manager would have run; `run` does so, too, and runs those scripts that cannot be interpreted to their end in a container of the image without a network, as a layer of its own; `none` leaves them alone, so that accounts, links and configuration that they make are missing.",
      examples: ["interpret"],
      default: "interpret",
    }),
  strict_scripts: z
    .boolean()
    .optional()
    .meta({
      description:
        "Refuse to build while a script of a package could not be interpreted to its end. Without it the build tells of such scripts.",
      examples: [true],
      default: false,
    }),
  debconf: z
    .record(
      z
        .string()
        .regex(
          /^(?:[a-z0-9][a-z0-9+.-]* )?[A-Za-z0-9][\w.+:@-]*(?:\/[\w.+:@-]+)+$/,
          "a question's name, such as postfix/mailname, with the package before it or without",
        ),
      z.union([z.string().regex(/^[^\n\0]*$/, "a text of one line"), z.boolean(), z.int()]),
    )
    .optional()
    .meta({
      description:
        "Answers to questions that packages ask through debconf, by the questions' names; every other question keeps its default.",
      examples: [{ "postfix postfix/main_mailer_type": "Internet Site" }],
    }),
  artifacts: artifactsSchema.optional(),
  wheels: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "A requirements file of the project, in which every line pins one version with `--hash`. Its wheels are unpacked into the site-packages of the image's Python, over the artifacts and under `files`; nothing of them is run.",
      examples: ["requirements.txt"],
    }),
  files: filesSchema.optional(),
  directories: z
    .array(
      z.strictObject({
        path: imagePathSchema.meta({
          description: "Its place in the image.",
          examples: ["/var/lib/app"],
        }),
        owner: ownerSchema
          .default("0:0")
          .meta({ description: "Owner and group in numbers.", examples: ["10001:10001"] }),
        mode: modeSchema
          .default("0755")
          .meta({ description: "Its mode, in quotes.", examples: ["0750"] }),
      }),
    )
    .optional()
    .meta({
      description: "Empty directories, such as a volume's mount point with its owner.",
      examples: [[{ path: "/var/lib/app", owner: "10001:10001" }]],
    }),
  setuid: z
    .array(imagePathSchema)
    .optional()
    .meta({
      description:
        "Files that may keep their setuid or setgid bit, or their capabilities; all others lose them.",
      examples: [["/usr/bin/su"]],
    }),
  user: z
    .string()
    .optional()
    .meta({
      description:
        "User and group that the image runs as, best in numbers: a number that no account has gets one in `/etc/passwd`. Inherited from the image below.",
      examples: ["10001:10001"],
    }),
  entrypoint: commandSchema.optional().meta({
    description:
      "The program that the image starts: a list of words, or one text that is split as a shell would.",
    examples: [["/usr/local/bin/app"]],
  }),
  command: commandSchema.optional().meta({
    description: "Arguments of the entrypoint that a service may replace.",
    examples: [["--verbose"]],
  }),
  working_dir: imagePathSchema
    .optional()
    .meta({ description: "Folder in which the program starts.", examples: ["/srv"] }),
  environment: environmentSchema.optional().meta({
    description: "Environment variables, as a map or as a list of `NAME=value`.",
    examples: [{ LANG: "C.UTF-8" }],
  }),
  expose: z
    .array(z.union([z.int().min(1).max(65535), z.string().regex(/^\d+(?:\/(?:tcp|udp))?$/)]))
    .optional()
    .meta({ description: "Ports that the image listens on.", examples: [[8080]] }),
  stop_signal: signalSchema.optional().meta({
    description: "Signal that asks the program to end; SIGTERM by default.",
    examples: ["SIGQUIT"],
  }),
  labels: labelsSchema.optional().meta({
    description: "Labels, as a map or as a list of `name=value`.",
    examples: [{ "org.opencontainers.image.title": "Shop" }],
  }),
});

export const imagesSchema = z.record(nameSchema, imageSchema).meta({
  description: "The images of the stack, by name.",
  examples: [{ base: { from: "scratch" } }],
});
