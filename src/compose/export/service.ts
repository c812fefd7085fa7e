import path from "node:path";
import type { Image, Service, Stack, TmpfsMount } from "../../stack/stack.ts";
import { isInside } from "../../stack/values.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import {
  durationText,
  escapeList,
  escapePairs,
  escapeText,
  type Exporting,
  placeOf,
} from "./exporting.ts";

/** Keys that are left out where they are undefined. */
type Optional = Readonly<Record<string, ManifestValue | undefined>>;

/** A service of a compose file that runs what qclock would run, from the image that it built. */
export function exportService(
  service: Service,
  exporting: Exporting,
  checked: ReadonlyMap<string, ManifestMap | undefined>,
): ManifestMap {
  const { stack } = exporting;
  const { limits, hardening } = service;
  const list = (texts: readonly string[] | undefined): ManifestValue | undefined =>
    texts === undefined ? undefined : escapeList(texts, exporting);
  return defined({
    image: stack.images.get(service.image)?.reference ?? service.image,
    pull_policy: "never",
    profiles: service.profiles,
    depends_on: dependenciesOf(service, exporting, checked),
    entrypoint: list(service.entrypoint),
    command: list(service.command),
    user: service.user,
    group_add: service.groups,
    working_dir:
      service.workingDirectory === undefined
        ? undefined
        : escapeText(service.workingDirectory, exporting),
    hostname: service.hostname,
    env_file: envFilesOf(service, exporting),
    environment: environmentOf(service, exporting),
    labels: service.labels.size === 0 ? undefined : escapePairs(service.labels, exporting),
    ports: filled(service.ports.map(portOf)),
    networks: networksOf(service),
    extra_hosts: filled(service.extraHosts.map(({ name, address }) => `${name}=${address}`)),
    volumes: filled(mountsOf(service, exporting)),
    tmpfs: filled(service.tmpfs.map((mount) => tmpfsOf(mount, service, exporting))),
    mem_limit: limits.memoryBytes,
    // Equal to the memory: no swap beyond it.
    memswap_limit: limits.memoryBytes,
    cpus: limits.cpus,
    pids_limit: limits.pids,
    shm_size: limits.shmBytes,
    ulimits:
      limits.ulimits === undefined
        ? undefined
        : Object.fromEntries(limits.ulimits.map(({ name, soft, hard }) => [name, { soft, hard }])),
    read_only: hardening.readOnlyRoot,
    cap_drop: hardening.dropCapabilities,
    cap_add: filled(hardening.addCapabilities),
    security_opt: hardening.noNewPrivileges ? ["no-new-privileges:true"] : undefined,
    init: hardening.init,
    tty: service.tty,
    stdin_open: service.stdinOpen,
    logging: loggingOf(service, exporting),
    restart: restartOf(service),
    stop_signal: service.stopSignal,
    stop_grace_period: durationText(service.stopGracePeriodMs),
    healthcheck: checked.get(service.name) ?? { disable: true },
  });
}

function defined(values: Optional): ManifestMap {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function filled(list: readonly ManifestValue[]): readonly ManifestValue[] | undefined {
  return list.length === 0 ? undefined : list;
}

function dependenciesOf(
  service: Service,
  { stack, notes }: Exporting,
  checked: ReadonlyMap<string, ManifestMap | undefined>,
): ManifestMap | undefined {
  if (service.dependsOn.size === 0) return undefined;
  return Object.fromEntries(
    [...service.dependsOn].map(([target, wanted]) => {
      const isUnchecked = wanted === "service_healthy" && checked.get(target) === undefined;
      if (isUnchecked && (stack.services.get(target)?.probes.length ?? 0) > 0) {
        notes.changed(placeOf(`services.${service.name}.depends_on.${target}`, stack), {
          at: ["services", service.name, "depends_on"],
          what: "dependencies on services without a healthcheck",
          message: `It waits until "${target}" runs, since its probes have no counterpart in compose.`,
        });
      }
      return [
        target,
        defined({
          condition: isUnchecked ? "service_started" : wanted,
          restart: service.restartsWith?.includes(target) === true ? true : undefined,
          required: service.optionalDependencies?.includes(target) === true ? false : undefined,
        }),
      ];
    }),
  );
}

function networksOf({ name, networks }: Service): ManifestValue {
  const further = [...networks].map(
    ([network, { aliases }]) => [network, aliases.filter((alias) => alias !== name)] as const,
  );
  if (further.every(([, aliases]) => aliases.length === 0)) return [...networks.keys()];
  return Object.fromEntries(
    further.map(([network, aliases]) => [network, aliases.length === 0 ? null : { aliases }]),
  );
}

function envFilesOf(
  { envFiles = [] }: Service,
  exporting: Exporting,
): readonly ManifestValue[] | undefined {
  return filled(
    envFiles.map(({ path: file, isRequired, format }) =>
      defined({
        path: escapeText(relativeTo(exporting.directory, file), exporting),
        required: isRequired ? undefined : false,
        format: format === "raw" ? "raw" : undefined,
      }),
    ),
  );
}

function environmentOf(service: Service, exporting: Exporting): ManifestValue {
  // What comes from files of variables is left there: it may be a secret.
  const own = [...service.environment].filter(
    ([name]) => service.fileVariables?.has(name) !== true,
  );
  return escapePairs(
    [["QCLOCK_STACK", exporting.stack.name], ["QCLOCK_SERVICE", service.name], ...own],
    exporting,
  );
}

function portOf({
  hostAddress,
  hostPort,
  containerPort,
  protocol,
}: Service["ports"][number]): ManifestMap {
  return {
    target: containerPort,
    ...(hostPort === 0 ? {} : { published: String(hostPort) }),
    host_ip: hostAddress,
    protocol,
  };
}

function mountsOf(service: Service, exporting: Exporting): readonly ManifestMap[] {
  const mounts = service.mounts.map((mount): ManifestMap => {
    const { type, target, readOnly } = mount;
    const common = {
      target: escapeText(target, exporting),
      ...(readOnly ? { read_only: true } : {}),
    };
    return type === "volume"
      ? { type, source: mount.volume, ...common }
      : {
          type,
          source: escapeText(sourceOf(mount.source, exporting), exporting),
          ...common,
          bind: { create_host_path: false },
        };
  });
  if (service.secrets.length === 0) return mounts;
  const secrets: ManifestMap = {
    type: "volume",
    source: secretsKey(service.name),
    target: "/run/secrets",
    read_only: true,
    volume: { nocopy: true },
  };
  return [...mounts, secrets];
}

/** Key of the volume with a service's secrets; no volume of a manifest has such a name. */
export function secretsKey(service: string): string {
  return `_${service}-secrets`;
}

function sourceOf(source: string, { stack, directory }: Exporting): string {
  return isInside(stack.directory, source) ? relativeTo(directory, source) : source;
}

function relativeTo(directory: string, file: string): string {
  const relative = path.relative(directory, file);
  return relative.startsWith("..") ? relative : `./${relative}`;
}

function tmpfsOf(mount: TmpfsMount, service: Service, exporting: Exporting): string {
  const { target, sizeBytes, mode, exec } = mount;
  const owner = ownerOf(service, exporting.stack);
  const { uid = owner?.uid, gid = owner?.gid } = mount;
  const isUnknown = uid === undefined || gid === undefined;
  if (isUnknown) {
    exporting.notes.changed(placeOf(`services.${service.name}`, exporting.stack), {
      at: ["services", service.name, "tmpfs"],
      what: "owners of memory for files",
      message: `Everybody in the container may write to ${target}: its owner, the user of the image, is not known here.`,
    });
  }
  const options = [
    `size=${sizeBytes}`,
    `mode=${isUnknown ? "1777" : mode.toString(8).padStart(4, "0")}`,
    ...(isUnknown ? [] : [`uid=${uid}`, `gid=${gid}`]),
    exec === true ? "exec" : "noexec",
    "nosuid",
    "nodev",
  ];
  return `${escapeText(target, exporting)}:${options.join(",")}`;
}

/** The numbers of a service's user, where the manifest gives them. */
function ownerOf(
  { user, image }: Service,
  { images }: Stack,
): { readonly uid: number; readonly gid: number } | undefined {
  let named = user;
  const seen = new Set<string>();
  for (let each: Image | undefined = images.get(image); named === undefined;) {
    if (each?.type !== "assembled" || seen.has(each.name)) return undefined;
    seen.add(each.name);
    named = each.config.user;
    each = each.parent === undefined ? undefined : images.get(each.parent);
  }
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(named) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Compose's own default is the Engine's, whose log of `json-file` grows without a bound. */
function loggingOf({ logging }: Service, exporting: Exporting): ManifestMap {
  const bounds = [
    ["max-file", "3"],
    ["max-size", "10m"],
  ] as const;
  const driver = logging?.driver ?? "json-file";
  const options = new Map([...(driver === "json-file" ? bounds : []), ...(logging?.options ?? [])]);
  return {
    driver,
    ...(options.size === 0 ? {} : { options: escapePairs(options, exporting) }),
  };
}

function restartOf({ restart }: Service): string {
  return restart.type === "on-failure" ? `on-failure:${restart.maximumRetries}` : restart.type;
}
