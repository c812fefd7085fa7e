import { by } from "../order.ts";
import { createHash } from "node:crypto";
import type { Service } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";

/** The parts of a container's definition, in the order in which a difference is told. */
export type ConfigSections = ReadonlyMap<string, string>;

export interface ConfigHashRequest {
  readonly service: Service;
  /** Fingerprint of the service's image. */
  readonly fingerprint: Digest;
  /** Names in the Engine of the service's networks. */
  readonly networks: readonly string[];
  /**
   * Names in the Engine of the service's volumes that are external; the others' follow from the
   * stack's name.
   */
  readonly externalVolumes?: readonly string[];
  /** Hash of the service's secrets, see `secretsHash`. */
  readonly secrets: string;
}

/**
 * The hash of everything that a container is made from, as a label: `image=1a2b3c4d;environment=…`.
 * In sections, so that a plan can say which of them diverged without anything being stored
 * elsewhere.
 */
export function configHash(request: ConfigHashRequest): string {
  return [...sectionsOf(request)].map(([name, hash]) => `${name}=${hash}`).join(";");
}

/** Names of the sections in which two hashes differ; all of them for a hash that is not ours. */
export function divergedSections(observed: string | undefined, desired: string): readonly string[] {
  const before = new Map((observed ?? "").split(";").map((part) => splitPart(part)));
  const after = new Map(desired.split(";").map((part) => splitPart(part)));
  // A section that is no longer declared; what is not ours has no section that could be named.
  const gone = before.has("image") ? [...before.keys()].filter((name) => !after.has(name)) : [];
  return [...[...after.keys()].filter((name) => before.get(name) !== after.get(name)), ...gone];
}

/**
 * The part of a container's label that says which fingerprint the image had that it was made from.
 */
export function imageSection(fingerprint: string): string {
  return `image=${short(fingerprint)}`;
}

function splitPart(part: string): readonly [string, string] {
  const equals = part.indexOf("=");
  return [part.slice(0, equals), part.slice(equals + 1)];
}

function sectionsOf({
  service,
  fingerprint,
  networks,
  externalVolumes = [],
  secrets,
}: ConfigHashRequest): ConfigSections {
  const { hardening, limits, restart, stopSignal, stopGracePeriodMs } = service;
  const variables = [...service.environment].toSorted(byName);
  const fileVariables = service.fileVariables ?? new Set();
  return new Map([
    ["image", short(fingerprint)],
    [
      "command",
      short({
        entrypoint: service.entrypoint,
        command: service.command,
        directory: service.workingDirectory,
        tty: service.tty,
        stdinOpen: service.stdinOpen,
      }),
    ],
    ["environment", short(variables.filter(([name]) => !fileVariables.has(name)))],
    ["user", short(service.groups === undefined ? service.user : [service.user, service.groups])],
    ["ports", short(service.ports)],
    ["networks", short([networks, [...service.networks]])],
    // Here and below only where it is declared: those who do not have it keep their containers.
    ...(service.extraHosts.length === 0 ? [] : [["hosts", short(service.extraHosts)] as const]),
    ...(fileVariables.size === 0
      ? []
      : [["env_file", short(variables.filter(([name]) => fileVariables.has(name)))] as const]),
    ["mounts", short([service.mounts, service.tmpfs, ...externalVolumes])],
    ["secrets", short(secrets)],
    ["limits", short(limits)],
    ["hardening", short(hardening)],
    ...(service.logging === undefined ? [] : [["logging", short(service.logging)] as const]),
    ["labels", short([...service.labels].toSorted(byName))],
    [
      "lifecycle",
      short({
        restart,
        stopSignal,
        stopGracePeriodMs,
        hostname: service.hostname,
        job: service.job,
      }),
    ],
  ]);
}

/** Eight hexadecimal digits are enough to tell two definitions of one container apart. */
function short(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

const byName = by(([name]: readonly [string, string]) => name);
