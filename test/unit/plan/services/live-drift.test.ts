import { expect, test } from "vitest";
import { formatPlan } from "../../../../src/plan/format-plan.ts";
import { liveDrift } from "../../../../src/plan/services/live-drift.ts";
import type { LiveSettings } from "../../../../src/plan/services/live-settings.ts";
import {
  afterUp,
  aNetwork,
  anImage,
  anObserved,
  anObservedNetwork,
  aService,
  aStack,
  aVolume,
  planFor,
} from "../../../support/builders.ts";
import { asDeclared } from "../../../support/live.ts";

const service = aService({
  name: "app",
  user: "10001",
  entrypoint: ["/bin/app"],
  command: ["serve", "now"],
  workingDirectory: "/srv",
  environment: new Map([["TOKEN", "declared-value"]]),
  networks: new Map([["edge", { aliases: ["app"] }]]),
  ports: [{ hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" }],
  mounts: [{ type: "volume", volume: "rows", target: "/data", readOnly: false }],
  tmpfs: [{ target: "/run/app", sizeBytes: 65_536, mode: 0o750 }],
  limits: {
    memoryBytes: 134_217_728,
    cpus: 0.5,
    pids: 64,
    shmBytes: 134_217_728,
    ulimits: [{ name: "nofile", soft: 1024, hard: 2048 }],
  },
  logging: { driver: "local", options: [["max-size", "5m"]] },
  tty: true,
  extraHosts: [{ name: "me", address: "10.0.0.1" }],
  hardening: {
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: ["net_bind_service"],
    noNewPrivileges: true,
    init: true,
    allowRoot: false,
  },
});
const edge = aNetwork("edge");
const stack = aStack({
  images: [anImage("app")],
  services: [service],
  networks: [edge],
  volumes: [aVolume("rows")],
});

function drift(changes: Partial<LiveSettings>): readonly string[] {
  return liveDrift({
    stack,
    service,
    live: asDeclared(stack, service, changes),
    engine: anObserved().engine,
    networks: [anObservedNetwork(edge)],
  });
}

test("a container as declared has no drift", () => {
  expect(drift({})).toEqual([]);
});

test.each<[string, Partial<LiveSettings>, string]>([
  ["memory", { memoryBytes: 67_108_864 }, "memory limit 64 MiB, declared 128 MiB"],
  ["no memory limit", { memoryBytes: 0 }, "memory limit none, declared 128 MiB"],
  ["swap", { memorySwapBytes: -1 }, "memory and swap none, declared 128 MiB"],
  ["CPU", { cpus: 2 }, "CPU limit 2, declared 0.5"],
  ["processes", { pids: 0 }, "limit of processes none, declared 64"],
  ["shared memory", { shmBytes: 67_108_864 }, "/dev/shm of 64 MiB, declared 128 MiB"],
  ["an open-file limit", { ulimits: ["nofile 1:2048"] }, "ulimit nofile 1024:2048 is missing"],
  [
    "another resource",
    { otherResources: ["CpuShares"] },
    "CpuShares is set, which is not declared",
  ],
  [
    "restart",
    { restart: { name: "always", maximumRetries: 0 } },
    "restart policy always, declared on-failure:5",
  ],
  ["a group", { groups: ["0"] }, "groups: 0 is not declared"],
  ["privileged", { privileged: true }, "it is privileged"],
  [
    "a capability",
    { addedCapabilities: ["NET_BIND_SERVICE", "SYS_ADMIN"] },
    "added capabilities: SYS_ADMIN is not declared",
  ],
  ["no capability dropped", { droppedCapabilities: [] }, "dropped capabilities: ALL is missing"],
  ["new privileges", { noNewPrivileges: false }, "no-new-privileges false, declared true"],
  [
    "no seccomp",
    { securityOptions: ["seccomp=unconfined"] },
    "security option seccomp=unconfined, which is not declared",
  ],
  ["a writable root", { readOnlyRoot: false }, "read-only root false, declared true"],
  ["no init", { init: false }, "init process false, declared true"],
  ["the host's processes", { sharedNamespaces: ["pid: host"] }, "shares a namespace (pid: host)"],
  ["a device", { devices: ["/dev/sda"] }, "device /dev/sda, which is not declared"],
  ["a terminal", { tty: false }, "terminal false, declared true"],
  ["standard input", { stdinOpen: true }, "open standard input true, declared false"],
  ["a logging driver", { logDriver: "syslog" }, "logging driver syslog, declared local"],
  [
    "a logging option, untold",
    { logOptions: new Map([["max-size", "1g"]]) },
    "another value of logging option max-size",
  ],
  ["root", { user: "" }, "user root, declared 10001"],
  ["a command", { command: ["sh"] }, "another command"],
  ["a variable, untold", { environment: new Map() }, "another value of variable TOKEN"],
  [
    "a port",
    { ports: ["127.0.0.1:8080 -> 80/tcp", "0.0.0.0:22 -> 22/tcp"] },
    "published ports: 0.0.0.0:22 -> 22/tcp is not declared",
  ],
  ["a host", { extraHosts: [] }, "extra hosts: me:10.0.0.1 is missing"],
  [
    "a mount",
    { mounts: ["volume t_rows at /data, writable", "bind / at /host, writable"] },
    "mounts: bind / at /host, writable is not declared",
  ],
  ["no tmpfs", { tmpfs: [] }, "tmpfs mounts: /run/app, noexec,size=65536,mode=750 is missing"],
  [
    "another tmpfs",
    {
      tmpfs: ["/run/app, noexec,size=65536,mode=750", "/run/b, exec,size=1,mode=700"],
    },
    "tmpfs mounts: /run/b, exec,size=1,mode=700 is not declared",
  ],
  ["a fraction of memory", { memoryBytes: 1_572_864 }, "memory limit 1.50 MiB, declared 128 MiB"],
  ["no CPU limit", { cpus: 0 }, "CPU limit none, declared 0.5"],
  ["another limit of processes", { pids: 65 }, "limit of processes 65, declared 64"],
  [
    "fewer attempts to start",
    { restart: { name: "on-failure", maximumRetries: 4 } },
    "restart policy on-failure:4, declared on-failure:5",
  ],
  [
    "no restart",
    { restart: { name: "", maximumRetries: 0 } },
    "restart policy no, declared on-failure:5",
  ],
  ["another user", { user: "7" }, "user 7, declared 10001"],
  ["an entrypoint", { entrypoint: ["sh"] }, "another entrypoint"],
  ["the words in another order", { command: ["now", "serve"] }, "another command"],
  ["a folder", { workingDirectory: "/" }, "working directory /, declared /srv"],
  ["no network", { networks: new Map() }, "not on network edge"],
  [
    "another network",
    {
      networks: new Map([
        ["t_edge", { networkId: "id-of-edge", aliases: ["app"] }],
        ["bridge", { networkId: "b", aliases: [] }],
      ]),
    },
    "on network bridge, which is not declared",
  ],
  [
    "no alias",
    { networks: new Map([["t_edge", { networkId: "id-of-edge", aliases: [] }]]) },
    "not known as app on network edge",
  ],
  [
    "an earlier network of the same name",
    { networks: new Map([["t_edge", { networkId: "gone", aliases: ["app"] }]]) },
    "on an earlier network edge",
  ],
])("%s: %o is drift", (_, changes, expected) => {
  expect(drift(changes)).toEqual([expected]);
});

test("a ulimit that the Engine gives every container is no drift", () => {
  expect(drift({ ulimits: ["nofile 1024:2048", "nproc 5:5"] })).toEqual([]);
});

test("a limit that the Engine's kernel cannot set is no drift", () => {
  const limits = { memory: true, swap: false, cpu: true, pids: true };
  const engine = { ...anObserved().engine, limits };
  const live = asDeclared(stack, service, { memorySwapBytes: -1 });

  expect(liveDrift({ stack, service, live, engine, networks: [anObservedNetwork(edge)] })).toEqual(
    [],
  );
});

test("what was never started has joined no network yet, and is as declared", () => {
  const networks = new Map([["t_edge", { networkId: "", aliases: ["app"] }]]);

  expect(drift({ networks })).toEqual([]);
});

test("all that departs is told, in one order", () => {
  const wrong = drift({
    memoryBytes: 0,
    memorySwapBytes: -1,
    cpus: 0,
    pids: 0,
    shmBytes: 0,
    ulimits: [],
    otherResources: ["CpuShares", "CpusetCpus"],
    privileged: true,
    addedCapabilities: [],
    droppedCapabilities: [],
    noNewPrivileges: false,
    securityOptions: ["seccomp=unconfined", "label=disable"],
    readOnlyRoot: false,
    init: false,
    sharedNamespaces: ["pid: host", "ipc: host"],
    devices: ["/dev/sda", "/dev/sdb"],
    restart: { name: "always", maximumRetries: 0 },
    user: "",
    groups: ["0"],
    entrypoint: [],
    command: [],
    workingDirectory: "/",
    tty: false,
    stdinOpen: true,
    environment: new Map(),
    logDriver: "syslog",
    logOptions: new Map(),
    ports: [],
    extraHosts: [],
    mounts: [],
    tmpfs: [],
    networks: new Map([["bridge", { networkId: "b", aliases: [] }]]),
  });
  // The limits, the hardening, the process, the log, what can be reached, the networks.
  expect(wrong.map((each) => each.split(/[ ,:]/).slice(0, 2).join(" "))).toEqual([
    "memory limit",
    "memory and",
    "CPU limit",
    "limit of",
    "/dev/shm of",
    "ulimit nofile",
    "CpuShares is",
    "CpusetCpus is",
    "it is",
    "added capabilities",
    "dropped capabilities",
    "no-new-privileges false",
    "security option",
    "security option",
    "read-only root",
    "init process",
    "shares a",
    "shares a",
    "device /dev/sda",
    "device /dev/sdb",
    "restart policy",
    "user root",
    "groups ",
    "another entrypoint",
    "another command",
    "working directory",
    "terminal false",
    "open standard",
    "another value",
    "logging driver",
    "another value",
    "published ports",
    "extra hosts",
    "mounts ",
    "tmpfs mounts",
    "not on",
    "on network",
  ]);
});

test("a network that the Engine does not list any more is no earlier one", () => {
  const live = asDeclared(stack, service);
  const { engine } = anObserved();

  expect(liveDrift({ stack, service, live, engine, networks: [] })).toEqual([]);
  const twins = ["one", "id-of-edge"].map((id) => anObservedNetwork(edge, { id }));
  expect(liveDrift({ stack, service, live, engine, networks: twins })).toEqual([]);
});

test("a service that names nothing of its process has the image's, whatever that is", () => {
  const plain = aService({ name: "app" });
  const live = asDeclared(aStack({ services: [plain] }), plain, {
    user: "33",
    entrypoint: ["/bin/other"],
    command: ["x"],
    workingDirectory: "/other",
    environment: new Map([["MORE", "of the image"]]),
    logDriver: "journald",
  });
  const request = { service: plain, live, engine: anObserved().engine, networks: [] };

  expect(liveDrift({ stack: aStack({ services: [plain] }), ...request })).toEqual([]);
});

test("limits that the Engine's kernel cannot set are none of its faults, each by itself", () => {
  const none = { memory: false, swap: false, cpu: false, pids: false };
  const changes = { memoryBytes: 0, memorySwapBytes: 0, cpus: 0, pids: 0 };
  const live = asDeclared(stack, service, changes);
  const networks = [anObservedNetwork(edge)];
  const driftWith = (limits: typeof none): readonly string[] =>
    liveDrift({ stack, service, live, engine: { hasInit: true, limits }, networks });

  expect(driftWith(none)).toEqual([]);
  for (const [limit, told] of [
    ["memory", "memory limit none, declared 128 MiB"],
    ["swap", "memory and swap none, declared 128 MiB"],
    ["cpu", "CPU limit none, declared 0.5"],
    ["pids", "limit of processes none, declared 64"],
  ] as const)
    expect(driftWith({ ...none, [limit]: true })).toEqual([told]);
});

test("an Engine without an init program runs a service without one", () => {
  const { limits } = anObserved().engine;
  const networks = [anObservedNetwork(edge)];
  const driftOf = (init: boolean): readonly string[] => {
    const live = asDeclared(stack, service, { init });
    return liveDrift({ stack, service, live, engine: { hasInit: false, limits }, networks });
  };

  expect(driftOf(false)).toEqual([]);
  expect(driftOf(true)).toEqual(["init process true, declared false"]);
});

test("a folder of the host and the secrets are mounts as well", () => {
  const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];
  const conf = { type: "bind", source: "/srv/conf", target: "/conf", readOnly: true } as const;
  const own = aService({ name: "app", mounts: [conf], secrets });
  const driftOf = (mounts: readonly string[]): readonly string[] => {
    const live = { ...asDeclared(aStack({ services: [own] }), own), mounts };
    const request = { service: own, live, engine: anObserved().engine, networks: [] };
    return liveDrift({ stack: aStack({ services: [own] }), ...request });
  };
  const bind = "bind /srv/conf at /conf, read-only";
  const secret = "volume t_app-secrets at /run/secrets, read-only";

  expect(driftOf([bind, secret])).toEqual([]);
  expect(driftOf([bind])).toEqual([`mounts: ${secret} is missing`]);
  expect(driftOf(["bind /srv/conf at /conf, writable", secret])).toEqual([
    "mounts: bind /srv/conf at /conf, writable is not declared",
    `mounts: ${bind} is missing`,
  ]);
});

test("a service without networks is on the Engine's network of none, and one with networks is not", () => {
  const none = new Map([["none", { networkId: "n", aliases: [] }]]);
  const alone = aService({ name: "app", networks: new Map() });
  const live = asDeclared(stack, alone, { networks: none });
  const request = { stack, live, engine: anObserved().engine, networks: [] };

  expect(liveDrift({ ...request, service: alone })).toEqual([]);
  expect(drift({ networks: none })).toEqual([
    "not on network edge",
    "on network none, which is not declared",
  ]);
});

test("a container with drift is made again, and the plan says what drifted", () => {
  const live = asDeclared(stack, service, { memoryBytes: 0, memorySwapBytes: 0 });
  const text = formatPlan(planFor(stack, afterUp(stack, { app: { live } })));

  expect(text).toContain(
    "-> create:app, not as declared: memory limit none, declared 128 MiB; memory and swap none, declared 128 MiB\n",
  );
});

test("all that differs is told, limits first and networks last, each in the order of the manifest", () => {
  expect(
    drift({
      memoryBytes: 0,
      memorySwapBytes: 0,
      pids: 1,
      privileged: true,
      readOnlyRoot: false,
      user: "0",
      command: ["serve", "later"],
      entrypoint: ["/bin/other"],
      stdinOpen: true,
      networks: new Map([["bridge", { aliases: [], networkId: "" }]]),
    }),
  ).toEqual([
    "memory limit none, declared 128 MiB",
    "memory and swap none, declared 128 MiB",
    "limit of processes 1, declared 64",
    "it is privileged",
    "read-only root false, declared true",
    "user 0, declared 10001",
    "another entrypoint",
    "another command",
    "open standard input true, declared false",
    "not on network edge",
    "on network bridge, which is not declared",
  ]);
  const elsewhere = new Map([["t_edge", { aliases: [], networkId: "gone" }]]);
  expect(drift({ networks: elsewhere })).toEqual([
    "on an earlier network edge",
    "not known as app on network edge",
  ]);
});
