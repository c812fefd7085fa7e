import { capabilities } from "../../src/plan/services/live-drift.ts";
import {
  extraHostText,
  type LiveSettings,
  mountText,
  portText,
  tmpfsOptions,
  tmpfsText,
  ulimitText,
} from "../../src/plan/services/live-settings.ts";
import type { Service, Stack } from "../../src/stack/stack.ts";

/** What the Engine reports of a container that is exactly as its service is declared. */
export function asDeclared(
  stack: Stack,
  service: Service,
  changes: Partial<LiveSettings> = {},
): LiveSettings {
  const { limits, hardening, restart } = service;
  return {
    memoryBytes: limits.memoryBytes,
    memorySwapBytes: limits.memoryBytes,
    cpus: limits.cpus,
    pids: limits.pids,
    shmBytes: limits.shmBytes ?? 67_108_864,
    ulimits: (limits.ulimits ?? []).map(ulimitText),
    otherResources: [],
    restart: {
      name: restart.type,
      maximumRetries: restart.type === "on-failure" ? restart.maximumRetries : 0,
    },
    privileged: false,
    addedCapabilities: capabilities(hardening.addCapabilities),
    droppedCapabilities: capabilities(hardening.dropCapabilities),
    noNewPrivileges: hardening.noNewPrivileges,
    securityOptions: [],
    readOnlyRoot: hardening.readOnlyRoot,
    init: hardening.init,
    sharedNamespaces: [],
    devices: [],
    ports: service.ports.map(portText).toSorted(),
    extraHosts: service.extraHosts.map(extraHostText),
    mounts: service.mounts.map((mount) =>
      mountText({
        ...mount,
        source:
          mount.type === "bind"
            ? mount.source
            : (stack.volumes.get(mount.volume)?.engineName ?? ""),
      }),
    ),
    tmpfs: service.tmpfs.map((each) =>
      tmpfsText({ target: each.target, options: tmpfsOptions(each) }),
    ),
    logDriver: service.logging?.driver ?? "json-file",
    logOptions: new Map(service.logging?.options),
    tty: service.tty ?? false,
    stdinOpen: service.stdinOpen ?? false,
    user: service.user ?? "",
    groups: (service.groups ?? []).toSorted(),
    entrypoint: service.entrypoint ?? [],
    command: service.command ?? [],
    workingDirectory: service.workingDirectory ?? "",
    environment: new Map([["PATH", "/bin"], ...service.environment]),
    networks: new Map(
      [...service.networks].map(([key, { aliases }]) => [
        `t_${key}`,
        { networkId: `id-of-${key}`, aliases: [...aliases, "0123456789ab"] },
      ]),
    ),
    ...changes,
  };
}
