import path from "node:path";
import type { Location } from "../diagnostic.ts";
import type { ManifestService } from "../manifest/schema/manifest.ts";
import { resolveHardening } from "./hardening.ts";
import { resolvePorts } from "./ports.ts";
import { resolveProbes } from "./probes.ts";
import type { Problems } from "./problems.ts";
import type { ResolveRequest } from "./resolve.ts";
import type {
  DependencyCondition,
  Image,
  Mount,
  RestartPolicy,
  Secret,
  SecretMount,
  Service,
  TmpfsMount,
  Volume,
} from "./stack.ts";
import { parseCommand, parseDuration, parseMode, parsePairs, parseSize } from "./values.ts";

export interface ServicesRequest extends ResolveRequest {
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
  readonly images: ReadonlyMap<string, Image>;
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly volumes: ReadonlyMap<string, Volume>;
}

/** One service on its way from the manifest to the stack. */
export interface ServiceRequest extends ServicesRequest {
  readonly name: string;
  readonly service: ManifestService;
}

const DEFAULT_TMPFS_BYTES = 64 * 1024 * 1024;

/** Resolve each service but for its networks, which depend on all of them. */
export function resolveServices(request: ServicesRequest): ReadonlyMap<string, Service> {
  const { manifest, locator } = request.loaded;
  const services = new Map<string, Service>();
  for (const [name, service] of Object.entries(manifest.services)) {
    request.locations.set(`services.${name}`, locator.key(["services", name]));
    services.set(name, resolveService({ ...request, name, service }));
  }
  return services;
}

function resolveService(request: ServiceRequest): Service {
  const { name, service, loaded, problems, locations } = request;
  locations.set(`services.${name}.image`, loaded.locator.value(["services", name, "image"]));
  if (!(service.image in loaded.manifest.images)) {
    problems.addUnknown({
      code: "unknown-image",
      noun: "Image",
      name: service.image,
      path: ["services", name, "image"],
      home: ["images"],
      known: Object.keys(loaded.manifest.images),
    });
  }
  return {
    name,
    image: service.image,
    containerName: `${loaded.manifest.name}-${name}-1`,
    hostname: service.hostname ?? name.replace(/[_.]/g, "-"),
    job: service.job,
    dependsOn: resolveDependencies(request),
    ...(service.entrypoint === undefined ? {} : { entrypoint: parseCommand(service.entrypoint) }),
    ...(service.command === undefined ? {} : { command: parseCommand(service.command) }),
    ...(service.user === undefined ? {} : { user: service.user }),
    ...(service.working_dir === undefined ? {} : { workingDirectory: service.working_dir }),
    ...(service.stop_signal === undefined ? {} : { stopSignal: service.stop_signal }),
    environment: parsePairs(service.environment),
    labels: parsePairs(service.labels),
    ports: resolvePorts(request),
    networks: new Map(),
    mounts: resolveMounts(request),
    tmpfs: resolveTmpfs(service),
    secrets: resolveSecretMounts(request),
    limits: {
      memoryBytes: parseSize(service.mem_limit),
      cpus: Number(service.cpus),
      pids: service.pids_limit,
    },
    ...resolveHardening(request),
    restart: resolveRestart(request),
    stopGracePeriodMs: parseDuration(service.stop_grace_period),
    probes: resolveProbes(request),
  };
}

function resolveDependencies(request: ServiceRequest): ReadonlyMap<string, DependencyCondition> {
  const { name, service, loaded, problems } = request;
  const dependsOn = service.depends_on ?? [];
  const isList = Array.isArray(dependsOn);
  const edges: readonly (readonly [string, DependencyCondition | undefined])[] = isList
    ? dependsOn.map((target) => [target, undefined])
    : Object.entries(dependsOn).map(([target, { condition }]) => [target, condition]);
  const resolved = new Map<string, DependencyCondition>();
  for (const [index, [target, condition]] of edges.entries()) {
    const other = loaded.manifest.services[target];
    if (other === undefined) {
      problems.addUnknown({
        code: "unknown-service",
        noun: "Service",
        name: target,
        path: ["services", name, "depends_on", isList ? index : target],
        home: ["services"],
        known: Object.keys(loaded.manifest.services),
      });
      continue;
    }
    // What a job is waited for is its end; of a service, that it is ready.
    resolved.set(
      target,
      other.job ? "service_completed_successfully" : (condition ?? "service_healthy"),
    );
  }
  return resolved;
}

function resolveMounts(request: ServiceRequest): readonly Mount[] {
  const { name, service, loaded, problems, fileKind } = request;
  const mounts: Mount[] = [];
  for (const [index, volume] of (service.volumes ?? []).entries()) {
    const at = ["services", name, "volumes", index] as const;
    const { type, source, target, readOnly } = readMount(volume);
    if (type === "volume") {
      if (request.volumes.has(source)) mounts.push({ type, volume: source, target, readOnly });
      else {
        problems.addUnknown({
          code: "unknown-volume",
          noun: "Volume",
          name: source,
          path: at,
          home: ["volumes"],
          known: request.volumes.keys(),
        });
      }
      continue;
    }
    const absolute = path.resolve(loaded.directory, source);
    if (fileKind(absolute) === undefined) {
      problems.add("missing-file", loaded.locator.value(at), {
        message: `"${source}" does not exist on this machine.`,
      });
    }
    if (service.policy?.bind_mounts?.[target] === undefined) {
      problems.add("exception-without-reason", loaded.locator.value(at), {
        message: `Service "${name}" mounts "${source}" of the host without a reason.`,
        hint: `Use a named volume, or say why: policy: { bind_mounts: { "${target}": "the reason" } }.`,
      });
    }
    mounts.push({ type, source: absolute, target, readOnly });
  }
  return mounts;
}

function readMount(volume: NonNullable<ManifestService["volumes"]>[number]): {
  readonly type: "volume" | "bind";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
} {
  if (typeof volume !== "string") return { ...volume, readOnly: volume.read_only };
  const [source = "", target = "", mode] = volume.split(":");
  return {
    type: /^[./~]/.test(source) ? "bind" : "volume",
    source,
    target,
    readOnly: mode === "ro",
  };
}

function resolveTmpfs(service: ManifestService): readonly TmpfsMount[] {
  const entries = typeof service.tmpfs === "string" ? [service.tmpfs] : (service.tmpfs ?? []);
  return entries.map((entry) => {
    const mount = typeof entry === "string" ? parseTmpfs(entry) : entry;
    return {
      target: mount.target,
      sizeBytes: mount.size === undefined ? DEFAULT_TMPFS_BYTES : parseSize(mount.size),
      mode: mount.mode === undefined ? 0o750 : parseMode(mount.mode),
      ...(mount.uid === undefined ? {} : { uid: mount.uid }),
      ...(mount.gid === undefined ? {} : { gid: mount.gid }),
    };
  });
}

function parseTmpfs(text: string): {
  readonly target: string;
  readonly size?: string;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
} {
  const [target = "", options = ""] = text.split(":");
  const values = new Map(
    options.split(",").map((option) => [option.split("=")[0], option.split("=")[1]]),
  );
  const [size, mode, uid, gid] = ["size", "mode", "uid", "gid"].map((key) => values.get(key));
  return {
    target,
    ...(size === undefined ? {} : { size }),
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
  };
}

function resolveSecretMounts(request: ServiceRequest): readonly SecretMount[] {
  const { name, service, problems, secrets } = request;
  const mounts: SecretMount[] = [];
  for (const [index, entry] of (service.secrets ?? []).entries()) {
    const mount = typeof entry === "string" ? { source: entry } : entry;
    if (!secrets.has(mount.source)) {
      problems.addUnknown({
        code: "unknown-secret",
        noun: "Secret",
        name: mount.source,
        path: ["services", name, "secrets", index],
        home: ["secrets"],
        known: secrets.keys(),
      });
      continue;
    }
    const target = mount.target ?? mount.source;
    if (!/^(?:\/run\/secrets\/)?[^/]+$/.test(target)) {
      problems.add(
        "invalid-value",
        request.loaded.locator.value(["services", name, "secrets", index]),
        {
          message: `Secret "${mount.source}" must be a file in /run/secrets, not "${target}".`,
        },
      );
    }
    mounts.push({
      secret: mount.source,
      target: target.startsWith("/") ? target : `/run/secrets/${target}`,
      mode: mount.mode === undefined ? 0o400 : parseMode(mount.mode),
      ...(mount.uid === undefined ? {} : { uid: Number(mount.uid) }),
      ...(mount.gid === undefined ? {} : { gid: Number(mount.gid) }),
    });
  }
  return mounts;
}

function resolveRestart({ name, service, loaded, problems }: ServiceRequest): RestartPolicy {
  const { restart, job } = service;
  // A job that fails is looked at, not run again and again.
  if (restart === false || restart === "no" || job) return { type: "no" };
  if (restart === "always" || restart === "unless-stopped") {
    if (service.policy?.restart === undefined) {
      problems.add(
        "exception-without-reason",
        loaded.locator.value(["services", name, "restart"]),
        {
          message: `Service "${name}" restarts without a bound and gives no reason.`,
          hint: 'Use "on-failure:5", or say why: policy: { restart: "the reason" }.',
        },
      );
    }
    return { type: restart };
  }
  const [, count] = restart.split(":");
  return { type: "on-failure", maximumRetries: count === undefined ? 5 : Number(count) };
}
