import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { planStack } from "../../../src/run/plan-stack.ts";
import { probeServices } from "../../../src/run/services/probe-services.ts";
import { up } from "../../../src/run/up.ts";
import type { Service, Stack } from "../../../src/stack/stack.ts";
import { aNetworkIn, aPublishNetworkIn } from "../../support/a-network.ts";
import { aProbe } from "../../support/a-probe.ts";
import { engineApi } from "../../support/engine-api.ts";
import { canBeOutside, createOutside } from "../../support/outside.ts";
import {
  aShellService,
  createTestStack,
  type TestStack,
  webServer,
} from "../../support/runtime.ts";

const on = (...names: readonly string[]): Pick<Service, "networks"> => ({
  networks: new Map(names.map((name) => [name, { aliases: [] }])),
});

const tcpProbe = aProbe({ type: "tcp_socket", port: 8080 }, { startPeriodMs: 10_000 });

/** `store --- edge --- web --- publish`; store is not probed by its address. */
function declared(rig: TestStack, { outbound }: { readonly outbound: boolean }): Stack {
  return rig.stack({
    services: [
      aShellService(rig.name, "store", { ...on("edge"), command: webServer(3306) }),
      aShellService(rig.name, "web", {
        ...on("edge", "publish"),
        command: webServer(8080),
        ports: [{ hostAddress: "0.0.0.0", hostPort: 0, containerPort: 8080, protocol: "tcp" }],
        probes: [tcpProbe],
      }),
    ],
    networks: [
      aNetworkIn(rig.name, "edge", { isolated: true }),
      aPublishNetworkIn(rig.name, { outbound }),
    ],
  });
}

async function bringUp(rig: TestStack, stack: Stack): Promise<void> {
  const report = await up(rig.context(stack), {});
  expect(report.nodes.flatMap(({ outcome }) => ("error" in outcome ? outcome.error : []))).toEqual(
    [],
  );
}

/** Whether a service gets an answer from an address within three seconds. */
async function reaches(
  rig: TestStack,
  service: string,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<boolean> {
  const bytes = address.split(".").join(", ");
  const program = `alarm 3; socket(S, 2, 1, 6) or exit 2; connect(S, pack("S n C4 x8", 2, ${port}, ${bytes})) or exit 1; exit 0`;
  const command = ["/usr/bin/perl", "-e", program];
  const { exitCode } = await rig.engine.exec(`${rig.name}-${service}-1`, command, {
    timeoutMs: 10_000,
  });
  expect(exitCode).not.toBe(2);
  return exitCode === 0;
}

async function publishedPort(rig: TestStack): Promise<number> {
  const state = await rig.engine.inspectContainer(`${rig.name}-web-1`);
  return state?.publishedPorts[0]?.hostPort ?? 0;
}

test.runIf(await canBeOutside())(
  "published ports answer here and from outside, and are no way out unless there is a reason",
  async () => {
    await using outside = await createOutside();
    await using rig = await createTestStack();
    await bringUp(rig, declared(rig, { outbound: true }));
    expect(await reaches(rig, "web", outside)).toBe(true);

    const closed = declared(rig, { outbound: false });
    const { plan, observed } = await planStack(rig.context(closed), {});
    // An older Engine leaves unknown names without an answer then, so it is not asked to.
    const closes = observed.engine.isolatesNetworks;
    expect(plan.nodes.find(({ id }) => id === "network:publish")?.cause).toBe(
      closes ? "it has a way out" : undefined,
    );
    await bringUp(rig, closed);
    const port = await publishedPort(rig);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("ok");
    expect(await outside.reaches("", port)).toBe(true);
    expect(await reaches(rig, "web", outside)).toBe(!closes);
    expect(await engineApi("GET", `/containers/${rig.name}-web-1/json`)).toMatchObject({
      HostConfig: { Dns: closes ? ["127.0.0.1"] : null },
    });
    expect((await planStack(rig.context(closed), {})).plan.nodes).toEqual([]);
  },
);

test("the host is not on a network of which it probes nobody, where the Engine can do that", async () => {
  await using rig = await createTestStack();
  const stack = declared(rig, { outbound: false });
  await bringUp(rig, stack);
  // Probes go to the address in the network that the host is on, whichever comes first.
  expect(await probeServices(rig.context(stack), {})).toMatchObject([
    { service: "store", ok: true },
    { service: "web", ok: true, message: "port 8080 is open" },
  ]);
  expect(
    await reaches(rig, "web", {
      address:
        (await rig.engine.inspectContainer(`${rig.name}-store-1`))?.addresses.get(
          `${rig.name}_edge`,
        ) ?? "",
      port: 3306,
    }),
  ).toBe(true);
  const { observed } = await planStack(rig.context(stack), {});
  const edge = observed.networks.find(({ name }) => name === `${rig.name}_edge`);
  const { isolatesNetworks } = observed.engine;
  expect(edge?.isolated).toBe(isolatesNetworks);
  const first = edge?.subnets[0]?.replace(/\.(\d+)\/\d+$/, (_, last) => `.${Number(last) + 1}`);
  const server = createServer((socket) => socket.end()).listen(0, "0.0.0.0");
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  try {
    expect(await reaches(rig, "store", { address: first ?? "", port })).toBe(!isolatesNetworks);
  } finally {
    server.close();
  }
});
