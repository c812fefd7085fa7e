import { expect, test } from "vitest";
import { createProbeTarget, probeRoutes } from "../../../src/run/probe-target.ts";
import { aProbe } from "../../support/a-probe.ts";
import { aContainerState } from "../../support/a-subject.ts";
import { aNetwork, aService, aStack, onNetworks } from "../../support/builders.ts";

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
