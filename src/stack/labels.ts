/**
 * Every label key that qclock writes. Labels on the Engine's objects are the state; there is no
 * state file.
 */
export const labels = {
  /** Name of the stack. On everything. */
  stack: "dev.qclock.stack",
  /** Name of the image in its stack. On images. */
  image: "dev.qclock.image",
  /** Digest of all inputs of an image, its parent's fingerprint included. On images. */
  fingerprint: "dev.qclock.fingerprint",
  /**
   * Packages that nothing proves to be the distribution's, its parents' included; absent when there
   * are none. On images.
   */
  unsigned: "dev.qclock.unsigned",
  /**
   * Digests of its layers that scripts of packages made by being run, its parents' included;
   * separated by commas, absent when there are none. On images.
   */
  runLayers: "dev.qclock.run-layers",
  /** Digest of the build context and its number of files. On images made from a Dockerfile. */
  context: "dev.qclock.context",
  /** Name of the service. On containers. */
  service: "dev.qclock.service",
  /**
   * Digest of the container's definition; another one means that it must be made again. On
   * containers, networks, volumes.
   */
  configHash: "dev.qclock.config-hash",
  /** Image identity that the container was made from. On containers. */
  imageIdentity: "dev.qclock.image-identity",
  /** `service`, `job`, `run` (a one-off), `hold` or `helper`. On containers. */
  role: "dev.qclock.role",
  /** Key in the manifest. On networks. */
  network: "dev.qclock.network",
  /** Key in the manifest. On volumes. */
  volume: "dev.qclock.volume",
  /** Names of the secrets that a secret volume holds, separated by commas. On volumes. */
  secrets: "dev.qclock.secrets",
  /**
   * Operating system that images were made from when the object was made. On containers of services
   * and on volumes, whose first user ran on it.
   */
  os: "dev.qclock.os",
  /**
   * Who holds the stack, as JSON: host, process, user, command, start. On the containers of holds.
   */
  holder: "dev.qclock.holder",
  /**
   * When qclock made the object, and a digest over that, its name and its labels; see ownership.ts.
   * On containers, networks, volumes.
   */
  record: "dev.qclock.record",
  /** The run that made the object. On containers, networks, volumes. */
  run: "dev.qclock.run",
  /** Absolute path of the manifest. On containers, networks, volumes. */
  manifest: "dev.qclock.manifest",
  /** Version of qclock that made the object. On containers, networks, volumes. */
  version: "dev.qclock.version",
} as const;

/** Roles of containers that belong to a run, and to no service. */
const ownRoles: ReadonlySet<string> = new Set(["hold", "helper", "run"]);

/** Whether a container that has a role, or none, is one of a service. */
export function isOfService(role: string | undefined): boolean {
  return role === undefined || !ownRoles.has(role);
}
