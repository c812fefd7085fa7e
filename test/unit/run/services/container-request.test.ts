import { expect, test } from "vitest";
import { containerRequest } from "../../../../src/run/services/container-request.ts";
import { labels } from "../../../../src/stack/labels.ts";
import type { Network, Service } from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { aNetwork, anImage, aStack, aVolume, onNetworks } from "../../../support/builders.ts";

function requestOf(parts: Partial<Service>, networks: readonly Network[] = [], hasInit = true) {
  const service = aService({ name: "app", ...parts });
  return containerRequest({
    stack: aStack({
      images: [anImage("app")],
      services: [service],
      networks,
      volumes: [aVolume("data")],
    }),
    service,
    owner: { uid: 10_001, gid: 10_002 },
    configHash: "sha256:config",
    imageIdentity: "sha256:identity",
    hasInit,
    commonLabels: new Map([
      [labels.stack, "t"],
      [labels.run, "run-1"],
    ]),
  });
}

test("a service that says nothing gets what is hardened, and no default of the Engine's", () => {
  expect(requestOf({})).toEqual({
    name: "t-app-1",
    image: "qclock.invalid/t/app:latest",
    hostname: "app",
    environment: new Map([
      ["QCLOCK_STACK", "t"],
      ["QCLOCK_SERVICE", "app"],
      ["QCLOCK_IMAGE_DIGEST", "sha256:identity"],
    ]),
    labels: new Map([
      [labels.stack, "t"],
      [labels.run, "run-1"],
      [labels.service, "app"],
      [labels.role, "service"],
      [labels.configHash, "sha256:config"],
      [labels.imageIdentity, "sha256:identity"],
      [labels.os, "debian-12"],
    ]),
    ports: [],
    mounts: [],
    tmpfs: [],
    limits: { memoryBytes: 134_217_728, cpus: 0.5, pids: 64 },
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: [],
    noNewPrivileges: true,
    init: true,
    restart: { type: "on-failure", maximumRetries: 5 },
    stopGracePeriodMs: 10_000,
  });
});

test("everything that a service declares is in its request", () => {
  const port = {
    hostAddress: "127.0.0.1",
    hostPort: 0,
    containerPort: 80,
    protocol: "tcp",
  } as const;
  const declared = {
    job: true,
    entrypoint: ["/entry"],
    command: ["serve"],
    user: "app",
    workingDirectory: "/srv",
    stopSignal: "SIGQUIT",
    tty: true,
    stdinOpen: true,
    logging: { driver: "local", options: [] },
    environment: new Map([["QCLOCK_SERVICE", "another"]]),
    labels: new Map([
      ["tier", "web"],
      [labels.stack, "not this one"],
    ]),
    ports: [port],
    networks: new Map([
      ["edge", { aliases: ["www"] }],
      ["inner", { aliases: ["later"] }],
    ]),
    extraHosts: [{ name: "host", address: "host-gateway" }],
    mounts: [
      { type: "bind", source: "/project/web", target: "/srv", readOnly: true },
      { type: "volume", volume: "data", target: "/data", readOnly: false },
      { type: "volume", volume: "unknown", target: "/other", readOnly: true },
    ],
    tmpfs: [
      { target: "/tmp", sizeBytes: 4096, mode: 0o1777, exec: true },
      { target: "/cache", sizeBytes: 8192, mode: 0o700, uid: 1, gid: 2 },
    ],
    secrets: [{ secret: "password", target: "/run/secrets/password", mode: 0o440 }],
    restart: { type: "no" },
    stopGracePeriodMs: 500,
  } as const satisfies Partial<Service>;
  const { networks, ...plain } = declared;
  const request = requestOf({ ...plain, networks }, [aNetwork("edge"), aNetwork("inner")]);
  expect(request).toMatchObject({
    entrypoint: ["/entry"],
    command: ["serve"],
    user: "app",
    workingDirectory: "/srv",
    stopSignal: "SIGQUIT",
    tty: true,
    stdinOpen: true,
    logging: declared.logging,
    ports: [port],
    network: { name: "t_edge", aliases: ["www"] },
    extraHosts: declared.extraHosts,
    mounts: [
      { type: "bind", source: "/project/web", target: "/srv", readOnly: true },
      { type: "volume", source: "t_data", target: "/data", readOnly: false, noCopy: false },
      { type: "volume", source: "unknown", target: "/other", readOnly: true, noCopy: false },
      {
        type: "volume",
        source: "t_app-secrets",
        target: "/run/secrets",
        readOnly: true,
        noCopy: true,
      },
    ],
    tmpfs: [
      {
        target: "/tmp",
        options: "rw,nosuid,nodev,exec,size=4096,mode=1777,uid=10001,gid=10002",
      },
      { target: "/cache", options: "rw,nosuid,nodev,noexec,size=8192,mode=700,uid=1,gid=2" },
    ],
    restart: { type: "no" },
    stopGracePeriodMs: 500,
  });
  // A service may say what its variables are, and not whose its container is.
  expect(request.environment.get("QCLOCK_SERVICE")).toBe("another");
  expect(Object.fromEntries(request.labels)).toMatchObject({
    tier: "web",
    [labels.stack]: "t",
    [labels.role]: "job",
  });
});

test("an init runs where the service wants one and the Engine has one", () => {
  const { hardening } = aService({ name: "app" });
  const without = { hardening: { ...hardening, init: false } };
  expect([
    requestOf({}, [], true).init,
    requestOf({}, [], false).init,
    requestOf(without, [], true).init,
  ]).toEqual([true, false, false]);
});

test("who publishes ports and has no way out asks no name server but itself", () => {
  const closed = aNetwork("closed");
  const front = aNetwork("front", { internal: false });
  const open = aNetwork("open", { internal: false, outbound: true });
  const asked = (...networks: readonly Network[]): unknown =>
    requestOf(onNetworks(networks.map(({ name }) => name)), networks).nameServers;
  const itself = ["127.0.0.1"];

  expect([
    asked(),
    asked(closed),
    asked(front),
    asked(closed, front),
    asked(open),
    asked(front, open),
    asked(closed, open),
  ]).toEqual([undefined, undefined, itself, itself, undefined, undefined, undefined]);
});
