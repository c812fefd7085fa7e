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
  command: ["serve"],
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

test("a container with drift is made again, and the plan says what drifted", () => {
  const live = asDeclared(stack, service, { memoryBytes: 0, memorySwapBytes: 0 });
  const text = formatPlan(planFor(stack, afterUp(stack, { app: { live } })));

  expect(text).toContain(
    "-> create:app, not as declared: memory limit none, declared 128 MiB; memory and swap none, declared 128 MiB\n",
  );
});
