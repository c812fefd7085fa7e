import { expect, test } from "vitest";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import { aNetworkIn, aPublishNetworkIn } from "../../support/a-network.ts";
import { engineApi } from "../../support/engine-api.ts";
import { aShellService, createTestStack, type TestStack } from "../../support/runtime.ts";

/** Two services on a network, with everything that a definition may hold. */
function declared(rig: TestStack) {
  const networks = new Map([["edge", { aliases: ["store"] }]]);
  return rig.stack({
    services: [
      aShellService(rig.name, "store", {
        networks,
        mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
        tmpfs: [{ target: "/run/store", sizeBytes: 65_536, mode: 0o750 }],
        secrets: [{ secret: "password", target: "/run/secrets/password", mode: 0o400 }],
        environment: new Map([["GREETING", "hello"]]),
        hardening: {
          readOnlyRoot: true,
          dropCapabilities: ["ALL"],
          addCapabilities: ["NET_BIND_SERVICE"],
          noNewPrivileges: true,
          init: true,
          allowRoot: false,
        },
      }),
      aShellService(rig.name, "web", {
        networks: new Map([
          ["publish", { aliases: ["web"] }],
          ["edge", { aliases: ["front"] }],
        ]),
        ports: [{ hostAddress: "127.0.0.1", hostPort: 0, containerPort: 8080, protocol: "tcp" }],
      }),
      aShellService(rig.name, "alone"),
    ],
    networks: [aNetworkIn(rig.name, "edge"), aPublishNetworkIn(rig.name)],
    volumes: [{ name: "data", engineName: `${rig.name}_data`, labels: new Map() }],
    secrets: [{ name: "password", source: { type: "generate", length: 24 } }],
  });
}

/** The causes of what a plan would do, by id. */
async function causes(rig: TestStack): Promise<Readonly<Record<string, string>>> {
  const { plan } = await planStack(rig.context(declared(rig)), {});
  return Object.fromEntries(plan.nodes.map(({ id, cause }) => [id, cause]));
}

test("what was changed under a running container is seen by plan and healed by up", async () => {
  await using rig = await createTestStack();
  const report = await up(rig.context(declared(rig)), {});
  expect(report.nodes.filter(({ outcome }) => outcome.status === "failed")).toEqual([]);
  const before = await rig.containerIds();
  expect(await causes(rig)).toEqual({});

  await engineApi("POST", `/containers/${rig.name}-store-1/update`, {
    Memory: 268_435_456,
    MemorySwap: 536_870_912,
    NanoCpus: 1_000_000_000,
    PidsLimit: 128,
    RestartPolicy: { Name: "always" },
  });
  await engineApi("POST", `/networks/${rig.name}_publish/connect`, {
    Container: `${rig.name}-store-1`,
  });
  await engineApi("POST", `/networks/${rig.name}_edge/disconnect`, {
    Container: `${rig.name}-web-1`,
  });
  const found = await causes(rig);
  expect(found["create:store"]).toBe(
    [
      "not as declared: memory limit 256 MiB, declared 128 MiB",
      "memory and swap 512 MiB, declared 128 MiB",
      "CPU limit 1, declared 0.5",
      "limit of processes 128, declared 64",
      "restart policy always, declared on-failure:5",
      `on network ${rig.name}_publish, which is not declared`,
    ].join("; "),
  );
  expect(found["create:web"]).toBe("not on network edge");
  expect(found["create:alone"]).toBeUndefined();

  expect((await up(rig.context(declared(rig)), {})).status).toBe("succeeded");
  expect(await causes(rig)).toEqual({});
  const after = await rig.containerIds();
  expect(after["store"]).not.toBe(before["store"]);
  expect(after["alone"]).toBe(before["alone"]);
});

test("a network joined again without its alias is seen: others would not find the service", async () => {
  await using rig = await createTestStack();
  await up(rig.context(declared(rig)), {});
  const body = { Container: `${rig.name}-web-1` };
  await engineApi("POST", `/networks/${rig.name}_edge/disconnect`, body);
  await engineApi("POST", `/networks/${rig.name}_edge/connect`, body);

  expect((await causes(rig))["create:web"]).toBe(
    "not as declared: not known as front on network edge",
  );
});
