import type { ContainerRequest } from "../../docker/engine.ts";
import { labels } from "../../stack/labels.ts";

/** A script that takes longer is ended, and counts as failed. */
export const scriptTimeoutMs = 10 * 60 * 1000;

const MIB = 1024 ** 2;

/** What one script may take of the Engine's machine. */
const limits = {
  memoryBytes: 2048 * MIB,
  cpus: 1,
  pids: 512,
  ulimits: [
    { name: "core", soft: 0, hard: 0 },
    { name: "fsize", soft: 4096 * MIB, hard: 4096 * MIB },
    { name: "nofile", soft: 4096, hard: 4096 },
  ],
};

/**
 * The privileges of root that scripts of packages need: to give files away, to read and change any
 * of the image, and to work as one of its accounts. Without MKNOD no device can be made, without
 * SETFCAP no file gets privileges, without SYS_ADMIN nothing is mounted.
 */
const capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "SETGID", "SETUID"];

/**
 * A container in which scripts of packages are run one after the other. It has a file system of its
 * own and nothing else: no network, no mount of the machine, no socket, no new privileges, and the
 * Engine's usual filter of system calls. Where the Engine keeps containers in a user namespace its
 * root is nobody on the machine.
 */
export function scriptContainer(about: {
  readonly name: string;
  readonly image: string;
  readonly stackName: string;
  readonly runId: string;
  readonly version: string;
}): ContainerRequest {
  const { name, image, stackName, runId, version } = about;
  return {
    name,
    image,
    hostname: "localhost",
    // It waits for a line that never comes, which every shell can.
    entrypoint: ["/bin/sh", "-c", "read -r line"],
    command: [],
    stdinOpen: true,
    user: "0:0",
    workingDirectory: "/",
    environment: new Map(),
    labels: new Map([
      [labels.stack, stackName],
      [labels.role, "helper"],
      [labels.run, runId],
      [labels.version, version],
    ]),
    ports: [],
    mounts: [],
    tmpfs: [{ target: "/tmp", options: `rw,exec,nosuid,nodev,mode=1777,size=${1024 * MIB}` }],
    limits,
    readOnlyRoot: false,
    dropCapabilities: ["ALL"],
    addCapabilities: capabilities,
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
    logging: { driver: "none", options: [] },
  };
}
