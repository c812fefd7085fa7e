import { resolveEnvFiles } from "./env-files.ts";
import { resolveHardening } from "./hardening.ts";
import { resolveExtraHosts } from "./extra-hosts.ts";
import { resolveLimits } from "./limits.ts";
import { resolveLogging } from "./logging.ts";
import { refuseSameTargets, resolveMounts, resolveSecretMounts } from "./mounts.ts";
import { resolveTmpfs } from "./tmpfs.ts";
import { adviceOnReference } from "../images/image-advice.ts";
import { resolvePorts } from "./ports.ts";
import { resolveProbes } from "./probes.ts";
import type { ServiceRequest, ServicesRequest } from "../request.ts";
import type { DependencyCondition, RestartPolicy, Service } from "../stack.ts";
import { parseCommand, parseDuration, parsePairs } from "../values.ts";

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
  for (const key of ["entrypoint", "command"] as const) {
    if (service[key] === undefined) continue;
    locations.set(`services.${name}.${key}`, loaded.locator.value(["services", name, key]));
  }
  locations.set(`services.${name}.image`, loaded.locator.value(["services", name, "image"]));
  if (!Object.hasOwn(loaded.manifest.images, service.image)) {
    problems.addUnknown({
      code: "unknown-image",
      noun: "Image",
      name: service.image,
      path: ["services", name, "image"],
      home: ["images"],
      known: Object.keys(loaded.manifest.images),
      advice: adviceOnReference(service.image),
    });
  }
  const mounts = resolveMounts(request);
  const tmpfs = resolveTmpfs(request);
  const logging = resolveLogging(request);
  refuseSameTargets(request, mounts, tmpfs);
  return {
    name,
    image: service.image,
    containerName: `${loaded.manifest.name}-${name}-1`,
    hostname: service.hostname ?? name.replace(/[_.]/g, "-"),
    ...(service.profiles === undefined ? {} : { profiles: service.profiles }),
    job: service.job,
    dependsOn: resolveDependencies(request),
    ...resolveRestartsWith(request),
    ...optionalDependenciesOf(request),
    ...(service.entrypoint === undefined ? {} : { entrypoint: parseCommand(service.entrypoint) }),
    ...(service.command === undefined ? {} : { command: parseCommand(service.command) }),
    ...(service.user === undefined ? {} : { user: service.user }),
    ...(service.group_add === undefined || service.group_add.length === 0
      ? {}
      : { groups: [...new Set(service.group_add.map(String))] }),
    ...(service.working_dir === undefined ? {} : { workingDirectory: service.working_dir }),
    ...(service.stop_signal === undefined ? {} : { stopSignal: service.stop_signal }),
    ...(service.tty ? { tty: true } : {}),
    ...(service.stdin_open ? { stdinOpen: true } : {}),
    ...(logging === undefined ? {} : { logging }),
    environment: parsePairs(service.environment),
    ...(service.env_file === undefined ? {} : { envFiles: resolveEnvFiles(request) }),
    labels: parsePairs(service.labels),
    ports: resolvePorts(request),
    networks: new Map(),
    extraHosts: resolveExtraHosts(request),
    mounts,
    tmpfs,
    secrets: resolveSecretMounts(request),
    limits: resolveLimits(request),
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
    const { services: known } = loaded.manifest;
    const other = Object.hasOwn(known, target) ? known[target] : undefined;
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
    if (condition === "service_completed_successfully" && !other.job) {
      problems.add(
        "invalid-value",
        loaded.locator.value(["services", name, "depends_on", target]),
        {
          message: `"${name}" waits for the end of "${target}", which is a service and runs on.`,
          hint: `Say \`job: true\` in "${target}" when it ends by itself.`,
        },
      );
    }
    const edge = ["services", name, "depends_on", isList ? index : target];
    request.locations.set(
      `services.${name}.depends_on.${target}`,
      isList ? loaded.locator.value(edge) : loaded.locator.key(edge),
    );
    // What a job is waited for is its end; of a service, that it is ready.
    resolved.set(
      target,
      other.job ? "service_completed_successfully" : (condition ?? "service_healthy"),
    );
  }
  return resolved;
}

function resolveRestartsWith({
  name,
  service,
  loaded,
  problems,
}: ServiceRequest): Pick<Service, "restartsWith"> {
  const dependsOn = service.depends_on ?? [];
  if (Array.isArray(dependsOn)) return {};
  const targets = Object.keys(dependsOn).filter((target) => dependsOn[target]?.restart === true);
  if (targets.length === 0) return {};
  for (const target of service.job ? targets : [])
    problems.add(
      "invalid-value",
      loaded.locator.value(["services", name, "depends_on", target, "restart"]),
      {
        message: `"${name}" is a job, which runs once and is not started again.`,
        hint: "Remove `restart`, or `job`.",
      },
    );
  return { restartsWith: targets };
}

function optionalDependenciesOf({
  service: { depends_on: dependsOn = [] },
}: ServiceRequest): Pick<Service, "optionalDependencies"> {
  if (Array.isArray(dependsOn)) return {};
  const targets = Object.keys(dependsOn).filter((target) => dependsOn[target]?.required === false);
  return targets.length === 0 ? {} : { optionalDependencies: targets };
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
