import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import type { Engine, LogOptions } from "../../../../src/docker/engine.ts";
import { createProbeTarget, probeRoutes } from "../../../../src/run/services/probe-target.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { aNetwork, aService, aStack, onNetworks } from "../../../support/builders.ts";

test.each([
  ["in its first life the whole log counts", {}, undefined],
  [
    "what it said before its last end does not count",
    { startedAt: "2026-05-01T12:00:01.000Z", finishedAt: "2026-05-01T12:00:00.500Z" },
    Date.parse("2026-05-01T12:00:00.750Z") / 1000,
  ],
  [
    "one that has ended meanwhile is read from its start",
    { startedAt: "2026-05-01T12:00:01.000Z", finishedAt: "2026-05-01T12:00:02.000Z" },
    Date.parse("2026-05-01T12:00:01.000Z") / 1000,
  ],
])("%s", async (_, times, since) => {
  const asked: LogOptions[] = [];
  const engine = {
    endpoint: { url: "unix:///engine.sock", local: true, origin: "the default" },
    exec: async () => Promise.reject(new Error("nothing is run")),
    async *logs(_id: string, options: LogOptions) {
      asked.push(options);
      yield { stream: "stdout" as const, text: "hello" };
    },
  };
  const routes = { ports: [], isolated: new Set<string>() };
  const target = await createProbeTarget(engine, aContainerState(times), routes);

  expect(await Array.fromAsync(target.readLog(new AbortController().signal))).toEqual(["hello"]);
  expect(asked).toEqual([since === undefined ? { follow: false } : { follow: false, since }]);
});

test("a service is probed at its address in a network that the host is on", async () => {
  const service = aService({
    name: "app",
    ...onNetworks(["edge", "publish"]),
    probes: [aProbe({ type: "tcp_socket", port: 80 })],
  });
  const networks = [
    aNetwork("edge", { isolated: true }),
    aNetwork("publish", { internal: false, origin: "publish" }),
  ];
  const state = aContainerState({
    addresses: new Map([
      ["t_edge", "10.213.0.2"],
      ["t_publish", "10.213.0.18"],
      ["t_other", "10.213.0.34"],
    ]),
  });
  const engine = {
    endpoint: { url: "unix:///engine.sock", local: true, origin: "the default" },
    exec: async () => Promise.reject(new Error("nothing is run")),
    logs: () => {
      throw new Error("no log is read");
    },
  };
  const routes = probeRoutes(aStack({ services: [service], networks }), service);
  const target = await createProbeTarget(engine, state, routes);
  expect(target.address(80)).toEqual({ host: "10.213.0.18", port: 80 });
});

interface Way {
  readonly url?: string;
  readonly local?: boolean;
  /** The container's own address in its network. */
  readonly address?: string;
  readonly isolated?: boolean;
  readonly published?: readonly { containerPort: number; hostAddress: string; hostPort: number }[];
  readonly probed?: readonly number[];
  readonly forward?: Engine["forward"];
}

/** How the ports 80 and 81 of a container are reached. */
async function waysTo({
  url = "unix:///engine.sock",
  local = true,
  address,
  isolated = false,
  published = [],
  probed = [80],
  forward,
}: Way): Promise<readonly unknown[]> {
  const engine = {
    endpoint: { url, local, origin: "a test" },
    ...(forward === undefined ? {} : { forward }),
    exec: async () => Promise.reject(new Error("nothing is run")),
    logs: () => {
      throw new Error("no log is read");
    },
  };
  const state = aContainerState({
    addresses: new Map(address === undefined ? [] : [["t_edge", address]]),
    publishedPorts: published.map((port) => ({ protocol: "tcp", ...port })),
  });
  const routes = { ports: probed, isolated: new Set(isolated ? ["t_edge"] : []) };
  const target = await createProbeTarget(engine, state, routes);
  return [target.address(80), target.address(81)];
}

test("an address is taken where nothing else leads to the container, and where it answers", async () => {
  const direct = (host: string) => [
    { host, port: 80 },
    { host, port: 81 },
  ];
  expect(await waysTo({ address: "10.213.0.2" })).toEqual(direct("10.213.0.2"));
  expect(await waysTo({ address: "10.213.0.2", isolated: true })).toEqual([undefined, undefined]);
  expect(await waysTo({ address: "10.213.0.2", local: false })).toEqual([undefined, undefined]);
  expect(await waysTo({ address: "10.213.0.2", probed: [] })).toEqual([undefined, undefined]);
  expect(await waysTo({})).toEqual([undefined, undefined]);

  // Another port of it is published, which is no way to this one.
  const published = [{ containerPort: 81, hostAddress: "127.0.0.1", hostPort: 4081 }];
  // Nobody would answer there.
  const nowhere = "255.255.255.255";
  expect(await waysTo({ address: nowhere, published })).toEqual(direct(nowhere));
});

test("an address is asked first where a published port leads to the container as well", async () => {
  const server = createServer((socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const both = async (address: string, probed = port): Promise<unknown> => {
    const published = [
      { containerPort: 80, hostAddress: "127.0.0.1", hostPort: 4080 },
      { containerPort: probed, hostAddress: "127.0.0.1", hostPort: 4081 },
    ];
    const [way] = await waysTo({ address, published, probed: [probed] });
    return way;
  };
  const itself = { host: "127.0.0.1", port: 80 };
  const published = { host: "127.0.0.1", port: 4080, isForwarded: true };
  expect(await both("127.0.0.1")).toEqual(itself);
  server.close();
  await once(server, "close");
  // A refusal is an answer, too.
  expect(await both("127.0.0.1")).toEqual(itself);
  // No host has this address, which the kernel says at once.
  expect(await both("255.255.255.255")).toEqual(published);
});

test("over ssh a container is reached as the Engine's machine reaches it", async () => {
  const far = { url: "ssh://user@far.invalid", local: false, probed: [80, 81] };
  const forward: Engine["forward"] = async (host, port) => `/run/${host}:${port}`;
  const published = [{ containerPort: 80, hostAddress: "0.0.0.0", hostPort: 4080 }];
  const way = (host: string, port: number) => ({
    host,
    port,
    isForwarded: true,
    socketPath: `/run/${host}:${port}`,
  });
  expect(await waysTo({ ...far, forward, published, address: "10.213.0.2" })).toEqual([
    way("127.0.0.1", 4080),
    way("10.213.0.2", 81),
  ]);
  // A network that its machine is not on.
  const isolated = { address: "10.213.0.2", isolated: true };
  expect(await waysTo({ ...far, forward, published, ...isolated })).toEqual([
    way("127.0.0.1", 4080),
    undefined,
  ]);
  // A sshd that forwards nothing.
  const refused = { forward: async () => Promise.resolve(undefined), published };
  expect(await waysTo({ ...far, ...refused, address: "10.213.0.2" })).toEqual([
    { host: "far.invalid", port: 4080, isForwarded: true },
    undefined,
  ]);
});

test.each<readonly [string, string, boolean, string]>([
  ["127.0.0.1", "unix:///engine.sock", true, "127.0.0.1"],
  ["192.0.2.7", "unix:///engine.sock", true, "192.0.2.7"],
  ["0.0.0.0", "unix:///engine.sock", true, "127.0.0.1"],
  ["::", "unix:///engine.sock", true, "127.0.0.1"],
  ["", "unix:///engine.sock", true, "127.0.0.1"],
  ["0.0.0.0", "ssh://user@far.invalid", false, "far.invalid"],
  ["192.0.2.7", "no URL", false, "192.0.2.7"],
])(
  "a port that is published at %o by %s is reached at its host",
  async (hostAddress, url, local, host) => {
    const published = [
      { containerPort: 82, hostAddress, hostPort: 1 },
      { containerPort: 81, hostAddress, hostPort: 4081 },
    ];
    expect(await waysTo({ url, local, published })).toEqual([
      undefined,
      { host, port: 4081, isForwarded: true },
    ]);
  },
);
