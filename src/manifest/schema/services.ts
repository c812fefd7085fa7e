import * as z from "zod";
import { envFileSchema } from "./env-file.ts";
import { extraHostsSchema } from "./extra-hosts.ts";
import { limitFields } from "./limits.ts";
import { loggingSchema } from "./logging.ts";
import { tmpfsSchema, volumeMountSchema } from "./mounts.ts";
import { probeSchema } from "./probes.ts";
import {
  commandSchema,
  durationSchema,
  environmentSchema,
  imagePathSchema,
  labelsSchema,
  modeSchema,
  nameSchema,
  reasonSchema,
  signalSchema,
  sizeSchema,
} from "./values.ts";

const restartWording = "`no`, `on-failure:5`, `unless-stopped` or `always`";

const dependsOnSchema = z
  .union([
    z.array(z.string()),
    z.record(
      z.string(),
      z.strictObject({
        condition: z
          .enum(["service_started", "service_healthy", "service_completed_successfully"])
          .default("service_healthy")
          .meta({
            description:
              "What is waited for: that it runs, that its probes succeed, or that a job has ended well.",
            examples: ["service_healthy"],
          }),
        restart: z
          .boolean()
          .default(false)
          .meta({
            description:
              "Start the service again after `up` or `restart` made or started the other one anew.",
            examples: [true],
          }),
        required: z
          .boolean()
          .default(true)
          .meta({
            description:
              "Whether the other one has to be active. `false`: where none of its profiles is, the service does without it; where it is, it is waited for as any other.",
            examples: [false],
          }),
      }),
    ),
  ])
  .meta({
    description:
      "Services that must be ready first. A list waits until each is healthy; of jobs, until they have ended well.",
    examples: [["db"]],
  });

const portSchema = z.union([
  z.int().min(1).max(65535),
  z
    .string()
    .regex(
      /^(?:(?:\[[0-9a-fA-F:]+\]|\d+\.\d+\.\d+\.\d+):)?(?:\d*:)?\d+(?:\/(?:tcp|udp))?$/,
      "a port such as `8080:80` or `127.0.0.1:8080:80/tcp`",
    ),
  z.strictObject({
    target: z
      .int()
      .min(1)
      .max(65535)
      .meta({ description: "Port of the container.", examples: [80] }),
    published: z
      .union([z.int().min(0).max(65535), z.string().regex(/^\d+$/)])
      .optional()
      .meta({
        description: "Port of the host; the Engine chooses one when there is none.",
        examples: [8080],
      }),
    host_ip: z
      .string()
      .optional()
      .meta({ description: "Address of the host; 127.0.0.1 by default.", examples: ["127.0.0.1"] }),
    protocol: z
      .enum(["tcp", "udp"])
      .default("tcp")
      .meta({ description: "Protocol of both ports.", examples: ["udp"] }),
  }),
]);

const secretMountSchema = z.union([
  z.string(),
  z.strictObject({
    source: z.string().meta({ description: "Name of the secret.", examples: ["db_password"] }),
    target: z
      .string()
      .optional()
      .meta({
        description: "File name below /run/secrets; the secret's name by default.",
        examples: ["password"],
      }),
    uid: z
      .union([z.int().nonnegative(), z.string().regex(/^\d+$/)])
      .optional()
      .meta({ description: "Owner; the service's user by default.", examples: [10001] }),
    gid: z
      .union([z.int().nonnegative(), z.string().regex(/^\d+$/)])
      .optional()
      .meta({ description: "Group; that of the service's user by default.", examples: [10001] }),
    mode: modeSchema
      .optional()
      .meta({ description: "Its mode, in quotes; `0400` by default.", examples: ["0440"] }),
  }),
]);

const networksSchema = z.union([
  z.array(z.string()),
  z.record(
    z.string(),
    z.union([
      z.null(),
      z.strictObject({
        aliases: z
          .array(z.string())
          .default([])
          .meta({
            description: "Further names under which others on the network find the service.",
            examples: [["mysql"]],
          }),
      }),
    ]),
  ),
]);

const policySchema = z
  .strictObject({
    allow_root: reasonSchema
      .optional()
      .meta({ description: "The service runs as root.", examples: ["it changes routes"] }),
    writable_root: reasonSchema.optional().meta({
      description: "The root file system is writable (`read_only: false`).",
      examples: ["the program updates itself in place"],
    }),
    new_privileges: reasonSchema.optional().meta({
      description: "Processes may gain privileges, as by setuid programs.",
      examples: ["it starts programs as other users"],
    }),
    capabilities: z
      .record(z.string().regex(/^[A-Z_]+$/), reasonSchema)
      .optional()
      .meta({
        description: "Why each capability of `cap_add` is needed.",
        examples: [{ NET_BIND_SERVICE: "it serves port 80 itself" }],
      }),
    outbound: reasonSchema.optional().meta({
      description:
        "The service may reach beyond its own networks and the host. Published `ports` alone give no way out with an Engine 28 or newer.",
      examples: ["it fetches feeds"],
    }),
    host: reasonSchema.optional().meta({
      description:
        "The service may reach services of the host through its networks' gateways and `host-gateway`, which `verify` tries. An Engine 28 or newer keeps the host off every network that probes do not need it on.",
      examples: ["it sends its log to the host's collector"],
    }),
    tmpfs_exec: z
      .record(z.string(), reasonSchema)
      .optional()
      .meta({
        description: "Why programs may be run from each path in memory (`exec`), by its path.",
        examples: [{ "/var/lib/varnish": "varnish compiles its configuration to a program" }],
      }),
    bind_mounts: z
      .record(z.string(), reasonSchema)
      .optional()
      .meta({
        description: "Why each path of the host is mounted, by its path in the container.",
        examples: [{ "/conf": "pages are edited while it runs" }],
      }),
    engine_socket: reasonSchema.optional().meta({
      description:
        "The Engine's socket is among its mounts. Who may speak to it is root on the host, so `verify` blocks without this, whatever `bind_mounts` says.",
      examples: ["it starts one container for each job, and asks nothing else of the Engine"],
    }),
    public_ports: reasonSchema.optional().meta({
      description: "Ports are published on an address other than the loopback's.",
      examples: ["customers reach it directly"],
    }),
    logging: reasonSchema.optional().meta({
      description:
        "What it writes to its output is sent elsewhere, by another driver than `json-file`, `local`, `journald` and `none`.",
      examples: ["the auditors read it in the house's log server"],
    }),
    restart: reasonSchema.optional().meta({
      description: "The service restarts without a bound.",
      examples: ["nobody is there to start it again"],
    }),
  })
  .meta({ description: "Departures from the hardened defaults, each with its reason." });

/**
 * One service. Keys, types and meaning follow the compose specification; `probes`, `job` and
 * `policy` are qclock's.
 */
export const serviceSchema = z.strictObject({
  image: z.string().meta({ description: "An image of the stack.", examples: ["app"] }),
  depends_on: dependsOnSchema.optional(),
  profiles: z
    .array(
      z
        .string()
        .regex(
          /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
          "the name of a profile, of letters and digits with `_`, `.` or `-` between them",
        ),
    )
    .optional()
    .meta({
      description:
        "The service is active when one of these is: by `--profile`, or since a command names the service. Without any it always is.",
      examples: [["debug"]],
    }),
  entrypoint: commandSchema
    .optional()
    .meta({ description: "Replaces the image's entrypoint.", examples: [["/usr/local/bin/app"]] }),
  command: commandSchema
    .optional()
    .meta({ description: "Replaces the image's command.", examples: ["app --verbose"] }),
  user: z
    .string()
    .optional()
    .meta({ description: "Replaces the image's user.", examples: ["10001:10001"] }),
  group_add: z
    .array(
      z.union([
        z.int().nonnegative(),
        z.string().regex(/^(?:\d+|[a-z_][a-z0-9_-]*)$/, "the number or the name of a group"),
      ]),
    )
    .optional()
    .meta({
      description:
        "Further groups of its user: numbers, such as the group of a file or socket of the host, or names of the image.",
      examples: [[105]],
    }),
  working_dir: imagePathSchema
    .optional()
    .meta({ description: "Replaces the image's working folder.", examples: ["/srv"] }),
  hostname: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, "a host name")
    .optional()
    .meta({
      description: "Name that the container has for itself; the service's name by default.",
      examples: ["app-1"],
    }),
  environment: environmentSchema.optional().meta({
    description:
      "Environment variables, as a map or as a list of `NAME=value`. Secrets do not belong here.",
    examples: [{ DB_HOST: "db" }],
  }),
  env_file: envFileSchema.optional(),
  labels: labelsSchema.optional().meta({
    description: "Labels of the container, as a map or as a list of `name=value`.",
    examples: [{ team: "ops" }],
  }),
  ports: z
    .array(portSchema)
    .optional()
    .meta({
      description: "Published ports; on 127.0.0.1 unless an address is given.",
      examples: [["8080:80"]],
    }),
  networks: networksSchema.optional().meta({
    description:
      "Networks to join, instead of the private ones that qclock makes for each `depends_on`.",
    examples: [["back"]],
  }),
  extra_hosts: extraHostsSchema.optional(),
  volumes: z
    .array(volumeMountSchema)
    .optional()
    .meta({
      description: "Named volumes and, with a reason, paths of the host; also paths in memory.",
      examples: [["data:/var/lib/app"]],
    }),
  tmpfs: z
    .union([z.string(), z.array(tmpfsSchema)])
    .optional()
    .meta({
      description:
        "Writable paths in memory, owned by the service's user unless said otherwise. Nothing there can be run without `exec`, which needs a reason.",
      examples: [["/run/app:size=16m"]],
    }),
  secrets: z
    .array(secretMountSchema)
    .optional()
    .meta({
      description: "Secrets, each a file below /run/secrets that the service's user can read.",
      examples: [["db_password"]],
    }),
  mem_limit: sizeSchema
    .default("512m")
    .meta({ description: "Memory limit, 6m or more.", examples: ["256m"] }),
  cpus: z
    .union([z.number().positive(), z.string().regex(/^\d+(?:\.\d+)?$/)])
    .default(1)
    .meta({ description: "CPU limit, in units of one CPU.", examples: [0.5] }),
  pids_limit: z
    .int()
    .positive()
    .default(256)
    .meta({ description: "Limit of processes and threads.", examples: [128] }),
  ...limitFields,
  read_only: z
    .boolean()
    .default(true)
    .meta({
      description: "The root file system cannot be written. `false` needs a reason.",
      examples: [true],
    }),
  cap_drop: z
    .array(z.string())
    .optional()
    .meta({
      description: "Always ALL; the key exists for files that say so.",
      examples: [["ALL"]],
    }),
  cap_add: z
    .array(z.string().regex(/^[A-Z_]+$/, "a capability without `CAP_`, such as NET_BIND_SERVICE"))
    .optional()
    .meta({
      description: "Capabilities that the service keeps. Each needs a reason.",
      examples: [["NET_BIND_SERVICE"]],
    }),
  security_opt: z
    .array(z.string())
    .optional()
    .meta({
      description:
        "Only `no-new-privileges:true`, which is the default; the key exists for files that say so.",
      examples: [["no-new-privileges:true"]],
    }),
  init: z
    .boolean()
    .default(true)
    .meta({
      description: "Run the Engine's init as PID 1, which reaps zombies and passes signals on.",
      examples: [false],
    }),
  tty: z
    .boolean()
    .default(false)
    .meta({
      description: "Its output is a terminal: standard output and error are one.",
      examples: [true],
    }),
  stdin_open: z
    .boolean()
    .default(false)
    .meta({
      description:
        "Its standard input is left open, for `docker attach`; it ends at once otherwise.",
      examples: [true],
    }),
  logging: loggingSchema.optional(),
  restart: z
    .union([
      z.enum(["no", "always", "unless-stopped", "on-failure"]),
      z.string().regex(/^on-failure:\d+$/, restartWording),
      z.literal(false),
    ])
    .default("on-failure:5")
    .meta({
      description:
        "When the Engine starts the container again. `always` and `unless-stopped` need a reason.",
      examples: ["on-failure:3"],
    }),
  stop_signal: signalSchema
    .optional()
    .meta({ description: "Replaces the image's stop signal.", examples: ["SIGQUIT"] }),
  stop_grace_period: durationSchema
    .default("10s")
    .meta({ description: "Time between the stop signal and being killed.", examples: ["30s"] }),
  job: z
    .boolean()
    .default(false)
    .meta({
      description: "Runs once for each definition; exit code 0 is ready.",
      examples: [true],
    }),
  probes: z
    .array(probeSchema)
    .optional()
    .meta({
      description: "Checks from outside that decide whether the service is ready.",
      examples: [[{ tcp_socket: { port: 3306 } }]],
    }),
  policy: policySchema.optional().meta({
    description: "Departures from the hardened defaults, each with its reason.",
    examples: [{ writable_root: "the program updates itself in place" }],
  }),
});

export const servicesSchema = z.record(nameSchema, serviceSchema).meta({
  description: "The services of the stack, by name.",
  examples: [{ app: { image: "app" } }],
});
