import { expect, test } from "vitest";
import type { PolicyException } from "../../../../src/stack/stack.ts";
import { stackNetworkChecks } from "../../../../src/verify/checks/network.ts";
import { hostsNamed } from "../../../../src/verify/network/host-gateway.ts";
import {
  gatewaysOf,
  observeHostReach,
  parseListening,
} from "../../../../src/verify/network/host-services.ts";
import type { RunningService } from "../../../../src/verify/network/reachability.ts";
import type { HostReach } from "../../../../src/verify/subject.ts";
import { aStack } from "../../../support/builders.ts";
import { aService } from "../../../support/a-service.ts";

test("what listens is read from the kernel's tables, of either family", () => {
  const ipv4 = [
    "  sl  local_address rem_address   st tx_queue",
    "   0: 00000000:0016 00000000:0000 0A 00000000:00000000",
    "   1: 0100007F:1538 00000000:0000 0A 00000000:00000000",
    "   2: 0100D50A:1F90 00000000:0000 0A 00000000:00000000",
    "   3: 0100007F:91F9 0100007F:8D94 06 00000000:00000000",
  ].join("\n");
  const ipv6 = `   0: ${"0".repeat(32)}:0050 ${"0".repeat(32)}:0000 0A 00000000:00000000`;
  expect([ipv4, ipv6].flatMap(parseListening)).toEqual([
    { address: "0.0.0.0", port: 22 },
    { address: "127.0.0.1", port: 5432 },
    { address: "10.213.0.1", port: 8080 },
    { address: "::", port: 80 },
  ]);
});

test("the gateways of a container are the host's addresses in its networks, also where the Engine names none", () => {
  const networks = {
    named: { Gateway: "10.213.0.1", IPAddress: "10.213.0.2", IPPrefixLen: 28 },
    // As Engine 28 tells of an internal network, and of one whose gateway mode is isolated.
    internal: { Gateway: "", IPAddress: "10.213.0.18", IPPrefixLen: 28 },
    isolated: { Gateway: "", IPAddress: "10.213.0.34", IPPrefixLen: 28 },
    stopped: { Gateway: "", IPAddress: "", IPPrefixLen: 0 },
    gone: null,
  };
  expect(gatewaysOf({ NetworkSettings: { Networks: networks } }, new Set(["isolated"]))).toEqual([
    "10.213.0.1",
    "10.213.0.17",
  ]);
  expect(gatewaysOf({}, new Set())).toEqual([]);
});

test("the Engine's machine is found under the names that it was given, whatever its address", () => {
  const text = "127.0.0.1\tlocalhost\n172.17.0.1\tme  also # me2\n10.0.0.1 db\n172.17.0.1\tmine\n";

  expect(hostsNamed(text, new Set(["me", "mine"]))).toEqual(["172.17.0.1"]);
  expect(hostsNamed(text, new Set(["me2"]))).toEqual([]);
});

test("only what listens on the gateway is tried, and only what is open is told", async () => {
  const app: RunningService = {
    service: aService({ name: "app" }),
    containerId: "app",
    addresses: [],
    gateways: ["10.213.0.1"],
    ports: [],
    tool: undefined,
  };
  const tried: string[] = [];
  const reach = await observeHostReach({
    running: new Map([["app", app]]),
    listening: [
      { address: "0.0.0.0", port: 22 },
      { address: "::", port: 22 },
      { address: "127.0.0.1", port: 5432 },
      { address: "10.213.0.1", port: 53 },
    ],
    tryConnections: async (_, targets) => {
      tried.push(...targets.map(({ host, port }) => `${host}:${port}`));
      return targets.map((target) => ({
        ...target,
        result: target.port === 22 ? "open" : "timeout",
      }));
    },
  });
  expect(tried).toEqual(["10.213.0.1:22", "10.213.0.1:53"]);
  expect(reach).toEqual([{ service: "app", reached: ["10.213.0.1:22"], failure: undefined }]);
});

const open: HostReach = { service: "app", reached: ["10.213.0.1:22"], failure: undefined };

test.each<[string, readonly HostReach[] | undefined, readonly PolicyException[], object]>([
  ["nothing reached", [{ ...open, reached: [] }], [], { status: "passed" }],
  [
    "reached without a reason",
    [open],
    [],
    { status: "failed", evidence: ["app reaches the host at 10.213.0.1:22"] },
  ],
  [
    "reached with a reason",
    [open],
    [{ rule: "host", reason: "it logs there" }],
    { status: "allowed", reason: "app: it logs there" },
  ],
  ["not tried", [{ ...open, failure: "no answer" }], [], { evidence: ["no answer"] }],
  ["an Engine elsewhere", undefined, [], { status: "skipped" }],
])("NET-004 of %s", (_, hostReach, exceptions, verdict) => {
  const stack = aStack({ services: [aService({ name: "app", exceptions })] });
  const check = stackNetworkChecks.find(({ id }) => id === "NET-004");
  expect(check?.run({ stack, reachability: [], hostReach, strangers: [] })).toMatchObject(verdict);
});

test("lines of the kernel's tables that tell of nothing that listens are left out", () => {
  const table = [
    "   0: 0100007F:0016 00000000:0000 01 00000000:00000000",
    `   1: ${"0".repeat(24)}01000000:0050 ${"0".repeat(32)}:0000 0A 00000000:00000000`,
    "  10: FE01A8C0:FFFF 00000000:0000 0A 00000000:00000000",
    "garbage",
    "",
  ].join("\n");
  expect(parseListening(table)).toEqual([{ address: "192.168.1.254", port: 65_535 }]);
});

test.each<readonly [address: string, prefix: number, gateway: readonly string[]]>([
  ["10.213.0.18", 28, ["10.213.0.17"]],
  ["10.213.3.200", 22, ["10.213.0.1"]],
  ["172.31.255.254", 12, ["172.16.0.1"]],
  ["10.0.0.6", 30, ["10.0.0.5"]],
  ["10.0.0.6", 31, []],
  ["fd00::2", 64, []],
  ["255.255.255.254", 8, ["255.0.0.1"]],
])("the host is on an internal network of %s/%i at %j", (address, prefix, gateway) => {
  const networks = { edge: { Gateway: null, IPAddress: address, IPPrefixLen: prefix } };
  const inspection = { NetworkSettings: { Networks: networks } };
  expect(gatewaysOf(inspection, new Set())).toEqual(gateway);
});

test("of a host that listens on very much the lowest ports are tried, once each", async () => {
  const app: RunningService = {
    service: aService({ name: "app" }),
    containerId: "app",
    addresses: [],
    gateways: ["10.0.0.1", "10.0.1.1"],
    ports: [],
    tool: undefined,
  };
  const tried: string[] = [];
  await observeHostReach({
    running: new Map([["app", app]]),
    listening: [
      ...Array.from({ length: 40 }, (_, index) => ({ address: "0.0.0.0", port: 1040 - index })),
      { address: "10.0.1.1", port: 53 },
      { address: "0.0.0.0", port: 1001 },
      { address: "::", port: 1000 },
      { address: "::1", port: 999 },
    ],
    tryConnections: async (_, targets) => {
      tried.push(...targets.map(({ host, port }) => `${host}:${port}`));
      return [];
    },
  });
  const lowest = Array.from({ length: 32 }, (_, index) => 1000 + index);
  expect(tried).toEqual([
    ...lowest.map((port) => `10.0.0.1:${port}`),
    "10.0.1.1:53",
    ...lowest.slice(0, 31).map((port) => `10.0.1.1:${port}`),
  ]);
});

test("what could not be tried from a service is told with its reason, or as nothing reached", async () => {
  const app = (name: string): RunningService => ({
    service: aService({ name }),
    containerId: name,
    addresses: [],
    gateways: [],
    ports: [],
    tool: undefined,
  });
  expect(
    await observeHostReach({
      running: new Map([
        ["app", app("app")],
        ["db", app("db")],
      ]),
      listening: [],
      tryConnections: async ({ service }) =>
        service.name === "app" ? { failure: "no answer" } : undefined,
    }),
  ).toEqual([
    { service: "app", reached: [], failure: "no answer" },
    { service: "db", reached: [], failure: undefined },
  ]);
});
