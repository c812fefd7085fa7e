import type { ContainerMount, ContainerRequest } from "../../docker/engine.ts";
import { tmpfsOptions } from "../../plan/services/live-settings.ts";
import { secretsVolumeName } from "../../plan/volumes/secret-volumes.ts";
import { labels } from "../../stack/labels.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import type { Owner } from "./user.ts";

/** Everything that a service's container is made from. */
export function containerRequest(request: {
  readonly stack: Stack;
  readonly service: Service;
  readonly owner: Owner;
  readonly configHash: string;
  /** Identity of the image in this Engine. */
  readonly imageIdentity: string;
  /** Whether the Engine has an init to run as the first process. */
  readonly hasInit: boolean;
  readonly commonLabels: ReadonlyMap<string, string>;
}): ContainerRequest {
  const { stack, service, owner, configHash, imageIdentity, commonLabels } = request;
  const { hardening } = service;
  const [first] = service.networks;
  return {
    name: service.containerName,
    image: stack.images.get(service.image)?.reference ?? service.image,
    hostname: service.hostname,
    ...(service.entrypoint === undefined ? {} : { entrypoint: service.entrypoint }),
    ...(service.command === undefined ? {} : { command: service.command }),
    ...(service.user === undefined ? {} : { user: service.user }),
    ...(service.groups === undefined ? {} : { groups: service.groups }),
    ...(service.workingDirectory === undefined
      ? {}
      : { workingDirectory: service.workingDirectory }),
    ...(service.stopSignal === undefined ? {} : { stopSignal: service.stopSignal }),
    ...(service.tty === undefined ? {} : { tty: service.tty }),
    ...(service.stdinOpen === undefined ? {} : { stdinOpen: service.stdinOpen }),
    ...(service.logging === undefined ? {} : { logging: service.logging }),
    environment: new Map([
      ["QCLOCK_STACK", stack.name],
      ["QCLOCK_SERVICE", service.name],
      ["QCLOCK_IMAGE_DIGEST", imageIdentity],
      ...service.environment,
    ]),
    labels: new Map([
      ...service.labels,
      ...commonLabels,
      [labels.service, service.name],
      [labels.role, service.job ? "job" : "service"],
      [labels.configHash, configHash],
      [labels.imageIdentity, imageIdentity],
      [labels.os, stack.os],
    ]),
    ports: service.ports,
    ...(first === undefined
      ? {}
      : {
          network: {
            name: stack.networks.get(first[0])?.engineName ?? first[0],
            aliases: first[1].aliases,
          },
        }),
    ...(isCutOff(stack, service) ? { nameServers: ["127.0.0.1"] } : {}),
    ...(service.extraHosts.length === 0 ? {} : { extraHosts: service.extraHosts }),
    mounts: mountsOf(stack, service),
    tmpfs: service.tmpfs.map(({ uid = owner.uid, gid = owner.gid, ...tmpfs }) => ({
      target: tmpfs.target,
      // Without an owner the mount belongs to root, and the service cannot write to it.
      options: `rw,nosuid,nodev,${tmpfsOptions(tmpfs)},uid=${uid},gid=${gid}`,
    })),
    limits: service.limits,
    readOnlyRoot: hardening.readOnlyRoot,
    dropCapabilities: hardening.dropCapabilities,
    addCapabilities: hardening.addCapabilities,
    noNewPrivileges: hardening.noNewPrivileges,
    init: hardening.init && request.hasInit,
    restart: service.restart,
    stopGracePeriodMs: service.stopGracePeriodMs,
  };
}

/**
 * Whether a service publishes ports and has no way out. The Engine would still send the names that
 * it does not know to its servers, by which data can leave and whose answers never arrive; asked of
 * the container itself they fail at once.
 */
function isCutOff(stack: Stack, service: Service): boolean {
  const networks = [...service.networks.keys()].map((name) => stack.networks.get(name));
  return (
    networks.some((network) => network?.internal === false) &&
    networks.every((network) => network?.outbound === false)
  );
}

function mountsOf(stack: Stack, service: Service): readonly ContainerMount[] {
  const mounts = service.mounts.map((mount): ContainerMount => {
    const { target, readOnly } = mount;
    if (mount.type === "bind") return { type: "bind", source: mount.source, target, readOnly };
    const source = stack.volumes.get(mount.volume)?.engineName ?? mount.volume;
    return { type: "volume", source, target, readOnly, noCopy: false };
  });
  if (service.secrets.length === 0) return mounts;
  const source = secretsVolumeName(stack.name, service.name);
  return [
    ...mounts,
    { type: "volume", source, target: "/run/secrets", readOnly: true, noCopy: true },
  ];
}
