import { expect, test } from "vitest";
import type { LogOptions } from "../../../../src/docker/engine.ts";
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
