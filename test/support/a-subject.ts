import { debDatabase } from "../../src/packages/deb/database.ts";
import type { ContainerState, EngineInfo, ImageDetails } from "../../src/docker/engine.ts";
import type { AssembledImage, Service } from "../../src/stack/stack.ts";
import type { ImageFile, ImageFiles } from "../../src/verify/images/image-files.ts";
import { readInspection } from "../../src/verify/services/inspection.ts";
import type { ImageSubject, ServiceSubject } from "../../src/verify/subject.ts";
import { aService } from "./a-service.ts";
import { anImageIn } from "./an-image.ts";

/** An Engine that can do everything. */
export const anEngineInfo: EngineInfo = {
  id: "id",
  name: "host",
  version: "28.0.0",
  apiVersion: "1.51",
  operatingSystem: "Debian GNU/Linux 12",
  architecture: "amd64",
  imageStore: "graphdriver",
  storageDriver: "overlay2",
  hasInit: true,
  rootless: false,
  isPodman: false,
  securityOptions: [],
  cgroupVersion: "2",
  memoryLimit: true,
  swapLimit: true,
  pidsLimit: true,
  cpuLimit: true,
  loggingDriver: "json-file",
  rootDirectory: "/var/lib/docker",
  ipForwarding: true,
  systemTime: "2026-05-01T12:00:00Z",
  clockOffsetMs: 0,
  warnings: [],
};

/** `GET /containers/{id}/json` of a container as qclock makes it, with changes to its settings. */
export function anInspection(hostConfig: object = {}, config: object = {}): unknown {
  return {
    Config: { User: "10001:10001", Env: ["PATH=/usr/bin"], ...config },
    HostConfig: {
      Privileged: false,
      CapAdd: null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Memory: 134_217_728,
      MemorySwap: 134_217_728,
      NanoCpus: 500_000_000,
      PidsLimit: 64,
      NetworkMode: "t_edge",
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 5 },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m" } },
      ...hostConfig,
    },
    Mounts: [],
  };
}

export function aContainerState(parts: Partial<ContainerState> = {}): ContainerState {
  return {
    id: "c".repeat(64),
    name: "t-app-1",
    status: "running",
    exitCode: 0,
    oomKilled: false,
    error: "",
    restartCount: 0,
    createdAt: "2026-05-01T12:00:00Z",
    startedAt: "2026-05-01T12:00:00Z",
    pid: 4242,
    imageId: "sha256:app",
    labels: new Map(),
    isRouted: true,
    addresses: new Map([["t_edge", "10.213.0.2"]]),
    publishedPorts: [],
    raw: anInspection(),
    ...parts,
  };
}

/** A service that passes every check, with changes. */
export function aServiceSubject(
  parts: {
    readonly service?: Partial<Service>;
    readonly state?: Partial<ContainerState>;
    readonly hostConfig?: object;
    readonly config?: object;
    readonly mounts?: readonly object[];
  } & Partial<Omit<ServiceSubject, "service" | "inspection">> = {},
): ServiceSubject {
  const { service, state, hostConfig, config, mounts, ...rest } = parts;
  const raw = {
    ...(anInspection(hostConfig, config) as object),
    ...(mounts === undefined ? {} : { Mounts: mounts }),
  };
  return {
    service: aService({ name: "app", ...service }),
    inspection: readInspection(aContainerState({ raw, ...state })),
    engine: anEngineInfo,
    currentImageId: "sha256:app",
    imageUser: "10001:10001",
    drift: [],
    closedNetworks: new Set(["t_edge"]),
    canCloseWayOut: true,
    processes: [
      {
        pid: 1,
        entered: false,
        command: "app",
        uid: 10_001,
        privileged: false,
        kernel: { effectiveCapabilities: 0n, noNewPrivileges: true, seccomp: 2 },
      },
    ],
    secretFiles: [],
    logTail: [],
    secretValues: [],
    ...rest,
  };
}

/** Files of an image; what its database lists is told as the text of dpkg's. */
export function someFiles(
  entries: readonly (Partial<ImageFile> & { readonly path: string })[],
  texts: Readonly<Record<string, string>> = {},
): ImageFiles {
  const status = texts[debDatabase.path];
  return {
    entries: new Map(
      entries.map((entry) => [
        entry.path,
        { type: "file", mode: 0o644, uid: 0, gid: 0, size: 10, ...entry },
      ]),
    ),
    texts: new Map(Object.entries(texts)),
    packages: status === undefined ? undefined : debDatabase.read(Buffer.from(status)),
  };
}

export function anAssembledImage(
  name: string,
  parts: Partial<AssembledImage> = {},
): AssembledImage {
  return anImageIn("t", name, parts);
}

/** An image that passes every check, with changes. */
export function anImageSubject(
  parts: { readonly details?: Partial<ImageDetails> } & Partial<Omit<ImageSubject, "details">> = {},
): ImageSubject {
  const { details, ...rest } = parts;
  return {
    image: anAssembledImage("app"),
    details: {
      id: "sha256:app",
      identity: "sha256:app",
      references: ["qclock.invalid/t/app:latest"],
      labels: new Map([["dev.qclock.fingerprint", "sha256:f"]]),
      diffIds: ["sha256:1", "sha256:2"],
      environment: ["PATH=/usr/bin:/bin"],
      user: "10001:10001",
      exposedPorts: ["8080/tcp"],
      entrypoint: ["/usr/bin/app"],
      command: [],
      sizeBytes: 1,
      architecture: "amd64",
      raw: {},
      ...details,
    },
    history: [{ createdBy: "qclock: packages", sizeBytes: 1 }],
    config: { workingDirectory: "", volumes: [], hasHealthcheck: false },
    parent: { name: "base", diffIds: ["sha256:1"] },
    files: someFiles(
      [
        { path: "usr", type: "directory", mode: 0o755 },
        { path: "usr/bin", type: "directory", mode: 0o755 },
        { path: "bin", type: "symlink", linkTarget: "usr/bin" },
        { path: "usr/bin/app", mode: 0o755, head: { type: "script", interpreter: "/bin/bash" } },
        { path: "usr/bin/bash", mode: 0o755, head: { type: "elf", architecture: "amd64" } },
        { path: "tmp", type: "directory", mode: 0o1777 },
      ],
      {
        "etc/passwd":
          "root:x:0:0:root:/root:/bin/bash\nqclock:x:10001:10001::/nonexistent:/usr/sbin/nologin\n",
        "etc/group": "root:x:0:\nqclock:x:10001:\n",
        "etc/shadow": "root:*:1::::::\nqclock:!:1::::::\n",
        "var/lib/dpkg/status":
          "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n",
      },
    ),
    database: debDatabase,
    locked: [
      {
        name: "bash",
        version: "5.2",
        architecture: "amd64",
        repository: "bookworm",
        path: "pool/b.deb",
        sizeBytes: 1,
        digest: "sha256:d",
        source: "bash",
        sourceVersion: "5.2",
        buildTime: 1,
        reasons: [{ type: "requested" }],
      },
    ],
    fingerprint: "sha256:f",
    recorded: new Set(["sha256:app"]),
    leftScripts: [],
    unmetNeeds: [],
    runLayers: [],
    setuid: [],
    services: [aService({ name: "app", httpProbe: 8080 })],
    secretValues: [],
    ...rest,
  };
}
