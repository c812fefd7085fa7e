import * as z from "zod";
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
  sizeSchema,
} from "./values.ts";

const dependsOnSchema = z
  .union([
    z.array(z.string()),
    z.record(
      z.string(),
      z.strictObject({
        condition: z
          .enum(["service_started", "service_healthy", "service_completed_successfully"])
          .default("service_healthy"),
      }),
    ),
  ])
  .meta({ description: "Services that must be ready first. A list waits until each is healthy." });

const portSchema = z.union([
  z.int().min(1).max(65535),
  z
    .string()
    .regex(
      /^(?:(?:\[[0-9a-f:]+\]|[0-9.]+):)?(?:\d*:)?\d+(?:\/(?:tcp|udp))?$/i,
      "a port such as `8080:80` or `127.0.0.1:8080:80/tcp`",
    ),
  z.strictObject({
    target: z.int().min(1).max(65535),
    published: z.union([z.int().min(0).max(65535), z.string().regex(/^\d+$/)]).optional(),
    host_ip: z.string().optional(),
    protocol: z.enum(["tcp", "udp"]).default("tcp"),
  }),
]);

const volumeMountSchema = z.union([
  z
    .string()
    .regex(
      /^[^:]+:\/[^:]*(?::(?:ro|rw))?$/,
      "a volume such as `data:/var/lib/data` or `./conf:/etc/conf:ro`",
    ),
  z.strictObject({
    type: z.enum(["volume", "bind"]),
    source: z.string(),
    target: imagePathSchema,
    read_only: z.boolean().default(false),
  }),
]);

const tmpfsSchema = z.union([
  z
    .string()
    .regex(
      /^\/[^:]*(?::[a-z0-9=,%]*)?$/i,
      "a path with options, such as `/run/app:size=16m,mode=0750`",
    ),
  z.strictObject({
    target: imagePathSchema,
    size: sizeSchema.optional(),
    mode: modeSchema.optional(),
    uid: z.int().nonnegative().optional(),
    gid: z.int().nonnegative().optional(),
  }),
]);

const secretMountSchema = z.union([
  z.string(),
  z.strictObject({
    source: z.string(),
    target: z
      .string()
      .optional()
      .meta({ description: "File name below /run/secrets; the secret's name by default." }),
    uid: z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]).optional(),
    gid: z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]).optional(),
    mode: modeSchema.optional(),
  }),
]);

const networksSchema = z.union([
  z.array(z.string()),
  z.record(
    z.string(),
    z.union([z.null(), z.strictObject({ aliases: z.array(z.string()).default([]) })]),
  ),
]);

const policySchema = z
  .strictObject({
    allow_root: reasonSchema.optional().meta({ description: "The service runs as root." }),
    writable_root: reasonSchema
      .optional()
      .meta({ description: "The root file system is writable (`read_only: false`)." }),
    new_privileges: reasonSchema
      .optional()
      .meta({ description: "Processes may gain privileges, as by setuid programs." }),
    capabilities: z
      .record(z.string().regex(/^[A-Z_]+$/), reasonSchema)
      .optional()
      .meta({ description: "Why each capability of `cap_add` is needed." }),
    outbound: reasonSchema
      .optional()
      .meta({ description: "The service may reach beyond its own networks." }),
    bind_mounts: z
      .record(z.string(), reasonSchema)
      .optional()
      .meta({ description: "Why each path of the host is mounted, by its path in the container." }),
    public_ports: reasonSchema
      .optional()
      .meta({ description: "Ports are published on an address other than the loopback's." }),
    restart: reasonSchema.optional().meta({ description: "The service restarts without a bound." }),
  })
  .meta({ description: "Departures from the hardened defaults, each with its reason." });

/** One service. Keys, types and meaning follow the compose specification; `probes`, `job` and `policy` are qclock's. */
export const serviceSchema = z.strictObject({
  image: z.string().meta({ description: "An image of the stack." }),
  depends_on: dependsOnSchema.optional(),
  entrypoint: commandSchema.optional(),
  command: commandSchema.optional(),
  user: z.string().optional(),
  working_dir: imagePathSchema.optional(),
  hostname: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, "a host name")
    .optional(),
  environment: environmentSchema.optional(),
  labels: labelsSchema.optional(),
  ports: z
    .array(portSchema)
    .optional()
    .meta({ description: "Published ports; on 127.0.0.1 unless an address is given." }),
  networks: networksSchema
    .optional()
    .meta({
      description:
        "Networks to join, instead of the private ones that qclock makes for each `depends_on`.",
    }),
  volumes: z.array(volumeMountSchema).optional(),
  tmpfs: z
    .union([z.string(), z.array(tmpfsSchema)])
    .optional()
    .meta({
      description: "Writable paths in memory, owned by the service's user unless said otherwise.",
    }),
  secrets: z
    .array(secretMountSchema)
    .optional()
    .meta({
      description: "Secrets, each a file below /run/secrets that the service's user can read.",
    }),
  mem_limit: sizeSchema.default("512m").meta({ description: "Memory limit." }),
  cpus: z.union([z.number().positive(), z.string().regex(/^\d+(?:\.\d+)?$/)]).default(1),
  pids_limit: z.int().positive().default(256),
  read_only: z.boolean().default(true),
  cap_drop: z
    .array(z.string())
    .optional()
    .meta({ description: "Always ALL; the key exists for files that say so." }),
  cap_add: z
    .array(z.string().regex(/^[A-Z_]+$/, "a capability without `CAP_`, such as NET_BIND_SERVICE"))
    .optional(),
  security_opt: z.array(z.string()).optional(),
  init: z
    .boolean()
    .default(true)
    .meta({
      description: "Run the Engine's init as PID 1, which reaps zombies and passes signals on.",
    }),
  restart: z
    .union([
      z.enum(["no", "always", "unless-stopped", "on-failure"]),
      z.string().regex(/^on-failure:\d+$/),
      z.literal(false),
    ])
    .default("on-failure:5"),
  stop_signal: z.string().optional(),
  stop_grace_period: durationSchema.default("10s"),
  job: z
    .boolean()
    .default(false)
    .meta({ description: "Runs once for each definition; exit code 0 is ready." }),
  probes: z
    .array(probeSchema)
    .optional()
    .meta({ description: "Checks from outside that decide whether the service is ready." }),
  policy: policySchema.optional(),
});

export const servicesSchema = z
  .record(nameSchema, serviceSchema)
  .meta({ description: "The services of the stack, by name." });
