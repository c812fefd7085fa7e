import type { Service, Stack } from "../../stack/stack.ts";
import {
  extraHostText,
  type LiveSettings,
  mountText,
  portText,
  tmpfsOptions,
  tmpfsText,
  ulimitText,
} from "./live-settings.ts";
import type { EngineFacts, ObservedNetwork } from "../observed.ts";
import { secretsVolumeName } from "../volumes/secret-volumes.ts";

export interface DriftRequest {
  readonly stack: Stack;
  readonly service: Service;
  readonly live: LiveSettings;
  /** What the Engine can do: a limit that its kernel cannot set is no drift. */
  readonly engine: Pick<EngineFacts, "hasInit" | "limits">;
  /** The Engine's networks, to know one that was removed and made again under the same name. */
  readonly networks: readonly Pick<ObservedNetwork, "id" | "name">[];
}

/**
 * Every way in which a container, as the Engine reports it, departs from the service's definition,
 * in words: `memory limit 64 MiB, declared 128 MiB`. Empty when it is as declared. Pure; the values
 * of variables are not told.
 */
export function liveDrift(request: DriftRequest): readonly string[] {
  return [
    ...limitsDrift(request),
    ...hardeningDrift(request),
    ...processDrift(request),
    ...loggingDrift(request),
    ...surfaceDrift(request),
    ...networkDrift(request),
  ];
}

function limitsDrift({ service, live, engine }: DriftRequest): readonly string[] {
  const { memoryBytes, cpus, pids, shmBytes, ulimits = [] } = service.limits;
  const { limits } = engine;
  const wrong: string[] = [];
  if (limits.memory && live.memoryBytes !== memoryBytes)
    wrong.push(`memory limit ${mebibytes(live.memoryBytes)}, declared ${mebibytes(memoryBytes)}`);
  // Memory and swap together are the memory, so that nothing swaps.
  if (limits.swap && live.memorySwapBytes !== memoryBytes)
    wrong.push(
      `memory and swap ${mebibytes(live.memorySwapBytes)}, declared ${mebibytes(memoryBytes)}`,
    );
  if (limits.cpu && Math.round(live.cpus * 1e9) !== Math.round(cpus * 1e9))
    wrong.push(`CPU limit ${live.cpus === 0 ? "none" : live.cpus}, declared ${cpus}`);
  if (limits.pids && live.pids !== pids)
    wrong.push(`limit of processes ${live.pids === 0 ? "none" : live.pids}, declared ${pids}`);
  if (shmBytes !== undefined && live.shmBytes !== shmBytes)
    wrong.push(`/dev/shm of ${mebibytes(live.shmBytes)}, declared ${mebibytes(shmBytes)}`);
  // Those that are not declared are the Engine's defaults, which its administrator sets.
  for (const declared of ulimits.map(ulimitText))
    if (!live.ulimits.includes(declared)) wrong.push(`ulimit ${declared} is missing`);
  for (const name of live.otherResources) wrong.push(`${name} is set, which is not declared`);
  return wrong;
}

function mebibytes(bytes: number): string {
  if (bytes <= 0) return "none";
  const amount = bytes / 1_048_576;
  return `${Number.isInteger(amount) ? amount : amount.toFixed(2)} MiB`;
}

function hardeningDrift({ service, live, engine }: DriftRequest): readonly string[] {
  const { hardening } = service;
  const wrong: string[] = [];
  if (live.privileged) wrong.push("it is privileged");
  const added = capabilities(hardening.addCapabilities);
  const dropped = capabilities(hardening.dropCapabilities);
  wrong.push(...listDrift("added capabilities", live.addedCapabilities, added));
  wrong.push(...listDrift("dropped capabilities", live.droppedCapabilities, dropped));
  if (live.noNewPrivileges !== hardening.noNewPrivileges)
    wrong.push(`no-new-privileges ${live.noNewPrivileges}, declared ${hardening.noNewPrivileges}`);
  for (const option of live.securityOptions)
    wrong.push(`security option ${option}, which is not declared`);
  if (live.readOnlyRoot !== hardening.readOnlyRoot)
    wrong.push(`read-only root ${live.readOnlyRoot}, declared ${hardening.readOnlyRoot}`);
  const init = hardening.init && engine.hasInit;
  if (live.init !== init) wrong.push(`init process ${live.init}, declared ${init}`);
  for (const shared of live.sharedNamespaces) wrong.push(`shares a namespace (${shared})`);
  for (const device of live.devices) wrong.push(`device ${device}, which is not declared`);
  const declared = restartText(service.restart.type, retriesOf(service));
  const actual = restartText(live.restart.name, live.restart.maximumRetries);
  if (actual !== declared) wrong.push(`restart policy ${actual}, declared ${declared}`);
  return wrong;
}

function retriesOf({ restart }: Service): number {
  return restart.type === "on-failure" ? restart.maximumRetries : 0;
}

function restartText(name: string, maximumRetries: number): string {
  if (name === "") return "no";
  return name === "on-failure" ? `${name}:${maximumRetries}` : name;
}

/** Names of capabilities as `LiveSettings` has them. */
export function capabilities(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toUpperCase().replace(/^CAP_/u, "")).toSorted();
}

/** What the program is started with; what the service does not name comes from the image. */
function processDrift({ service, live }: DriftRequest): readonly string[] {
  const wrong: string[] = [];
  if (service.user !== undefined && live.user !== service.user)
    wrong.push(`user ${live.user === "" ? "root" : live.user}, declared ${service.user}`);
  wrong.push(...listDrift("groups", live.groups, (service.groups ?? []).toSorted()));
  if (service.entrypoint !== undefined && !isSameList(live.entrypoint, service.entrypoint))
    wrong.push("another entrypoint");
  if (service.command !== undefined && !isSameList(live.command, service.command))
    wrong.push("another command");
  const { workingDirectory } = service;
  if (workingDirectory !== undefined && live.workingDirectory !== workingDirectory)
    wrong.push(`working directory ${live.workingDirectory}, declared ${workingDirectory}`);
  const { tty = false, stdinOpen = false } = service;
  if (live.tty !== tty) wrong.push(`terminal ${live.tty}, declared ${tty}`);
  if (live.stdinOpen !== stdinOpen)
    wrong.push(`open standard input ${live.stdinOpen}, declared ${stdinOpen}`);
  for (const [name, value] of service.environment)
    if (live.environment.get(name) !== value) wrong.push(`another value of variable ${name}`);
  return wrong;
}

/**
 * What the service does not name is the Engine's default. The values of options are not told: some
 * are secrets.
 */
function loggingDrift({ service: { logging }, live }: DriftRequest): readonly string[] {
  if (logging === undefined) return [];
  const { driver, options } = logging;
  return [
    ...(driver === undefined || live.logDriver === driver
      ? []
      : [`logging driver ${live.logDriver}, declared ${driver}`]),
    ...options
      .filter(
        ([name, value]) => live.logOptions !== undefined && live.logOptions.get(name) !== value,
      )
      .map(([name]) => `another value of logging option ${name}`),
  ];
}

function surfaceDrift({ stack, service, live }: DriftRequest): readonly string[] {
  const ports = service.ports.map(portText).toSorted();
  const mounts = service.mounts.map((mount) => {
    const { type, target, readOnly } = mount;
    const source =
      mount.type === "bind"
        ? mount.source
        : (stack.volumes.get(mount.volume)?.engineName ?? mount.volume);
    return mountText({ type, source, target, readOnly });
  });
  if (service.secrets.length > 0) {
    const source = secretsVolumeName(stack.name, service.name);
    mounts.push(mountText({ type: "volume", source, target: "/run/secrets", readOnly: true }));
  }
  const tmpfs = service.tmpfs
    .map((each) => tmpfsText({ target: each.target, options: tmpfsOptions(each) }))
    .toSorted();
  return [
    ...listDrift("published ports", live.ports, ports),
    ...listDrift("extra hosts", live.extraHosts, service.extraHosts.map(extraHostText).toSorted()),
    ...listDrift("mounts", live.mounts, mounts.toSorted()),
    ...listDrift("tmpfs mounts", live.tmpfs, tmpfs),
  ];
}

function networkDrift({ stack, service, live, networks }: DriftRequest): readonly string[] {
  const wrong: string[] = [];
  const declared = new Set<string>();
  for (const [key, { aliases }] of service.networks) {
    const name = stack.networks.get(key)?.engineName ?? key;
    declared.add(name);
    const attachment = live.networks.get(name);
    if (attachment === undefined) {
      wrong.push(`not on network ${key}`);
      continue;
    }
    const present = networks.filter((network) => network.name === name);
    const { networkId } = attachment;
    if (networkId !== "" && present.length > 0 && present.every(({ id }) => id !== networkId))
      wrong.push(`on an earlier network ${key}`);
    const missing = aliases.filter((alias) => !attachment.aliases.includes(alias));
    if (missing.length > 0) wrong.push(`not known as ${missing.join(", ")} on network ${key}`);
  }
  for (const name of live.networks.keys()) {
    // A container without any network is on the Engine's network "none".
    const isNone = name === "none" && service.networks.size === 0;
    if (!declared.has(name) && !isNone) wrong.push(`on network ${name}, which is not declared`);
  }
  return wrong;
}

/**
 * `mounts: volume x at /y, writable is not declared; …`: what is too much, then what is missing.
 */
function listDrift(
  what: string,
  live: readonly string[],
  declared: readonly string[],
): readonly string[] {
  const extra = live.filter((item) => !declared.includes(item));
  const missing = declared.filter((item) => !live.includes(item));
  return [
    ...extra.map((item) => `${what}: ${item} is not declared`),
    ...missing.map((item) => `${what}: ${item} is missing`),
  ];
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
