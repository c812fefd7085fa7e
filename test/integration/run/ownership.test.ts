import { expect, test } from "vitest";
import * as z from "zod";
import { down } from "../../../src/run/down.ts";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { engineApi } from "../../support/engine-api.ts";
import {
  aShellService,
  createTestStack,
  resetStack,
  type TestStack,
} from "../../support/runtime.ts";

function oneService(rig: TestStack) {
  return rig.stack({
    services: [
      aShellService(rig.name, "app", {
        networks: new Map([["edge", { aliases: ["app"] }]]),
        mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
      }),
    ],
    networks: [aNetworkIn(rig.name, "edge")],
    volumes: [{ name: "data", engineName: `${rig.name}_data`, labels: new Map() }],
  });
}

const labelsSchema = z.record(z.string(), z.string());
const idSchema = z.object({ Id: z.string() });

async function labelsOf(path: string): Promise<Record<string, string>> {
  const answer = z
    .object({
      Labels: labelsSchema.optional(),
      Config: z.object({ Labels: labelsSchema }).optional(),
    })
    .parse(await engineApi("GET", path));
  return answer.Labels ?? answer.Config?.Labels ?? {};
}

/** A container that somebody makes by hand, removed at the end of its scope. */
async function makeByHand(
  name: string,
  body: object,
): Promise<{ readonly id: string } & AsyncDisposable> {
  const { Id } = idSchema.parse(await engineApi("POST", `/containers/create?name=${name}`, body));
  return {
    id: Id,
    [Symbol.asyncDispose]: async () =>
      void (await engineApi("DELETE", `/containers/${Id}?force=1`)),
  };
}

function noticesOf(rig: TestStack): readonly string[] {
  return rig.events.flatMap((event) => (event.type === "notice" ? event.message : []));
}

test("a network, a volume and a container with copies of all our labels survive up and reset, and are told", async () => {
  await using rig = await createTestStack();
  const context = rig.context(oneService(rig));
  await up(context, {});
  const copies = {
    network: `${rig.name}_copy`,
    volume: `${rig.name}_copy`,
    container: `${rig.name}-copy-1`,
  };
  const network = await labelsOf(`/networks/${rig.name}_edge`);
  await engineApi("POST", "/networks/create", {
    Name: copies.network,
    Internal: true,
    Labels: { ...network, "dev.qclock.network": "copy" },
    IPAM: { Config: [{ Subnet: "10.214.7.0/28" }] },
  });
  const volume = await labelsOf(`/volumes/${rig.name}_data`);
  await engineApi("POST", "/volumes/create", { Name: copies.volume, Labels: volume });
  const container = await labelsOf(`/containers/${rig.name}-app-1/json`);
  await using _copy = await makeByHand(copies.container, {
    Image: `qclock.invalid/${rig.name}/tools:latest`,
    Cmd: ["/bin/sh"],
    Labels: { ...container, "dev.qclock.service": "copy" },
  });

  const { plan } = await planStack(context, {});
  expect(plan.nodes).toEqual([]);
  expect((await up(context, {})).status).toBe("succeeded");
  expect(noticesOf(rig).join("\n")).toContain(`Container ${copies.container} is labelled`);
  await resetStack(context);

  expect(await engineApi("GET", `/networks/${copies.network}`)).toMatchObject({});
  expect(await engineApi("GET", `/volumes/${copies.volume}`)).toMatchObject({});
  expect(await engineApi("GET", `/containers/${copies.container}/json`)).toMatchObject({});
  await expect(engineApi("GET", `/networks/${rig.name}_edge`)).rejects.toThrow("404");
  await expect(engineApi("GET", `/volumes/${rig.name}_data`)).rejects.toThrow("404");
  await engineApi("DELETE", `/networks/${copies.network}`);
  await engineApi("DELETE", `/volumes/${copies.volume}`);
});

test("what somebody put under our name with our label alone is refused by up, and left by reset", async () => {
  await using rig = await createTestStack();
  const context = rig.context(oneService(rig));
  const name = `${rig.name}_data`;
  const own = { "dev.qclock.stack": rig.name, "dev.qclock.volume": "data" };
  await engineApi("POST", "/volumes/create", { Name: name, Labels: own });
  try {
    await expect(up(context, {})).rejects.toMatchObject({ code: "foreign-volume" });
    await resetStack(context);
    expect(await engineApi("GET", `/volumes/${name}`)).toMatchObject({ Name: name });
  } finally {
    await engineApi("DELETE", `/volumes/${name}`);
  }
});

test("a network with a foreign container on it, and a volume that one mounts, are refused with its name", async () => {
  await using rig = await createTestStack();
  const context = rig.context(oneService(rig));
  await up(context, {});
  const before = await rig.containerIds();
  const guest = `guest-${rig.name}`;
  await using made = await makeByHand(guest, {
    Image: `qclock.invalid/${rig.name}/tools:latest`,
    Cmd: ["/bin/sleep", "60"],
    HostConfig: {
      NetworkMode: `${rig.name}_edge`,
      Mounts: [{ Type: "volume", Source: `${rig.name}_data`, Target: "/data" }],
    },
  });
  await engineApi("POST", `/containers/${made.id}/start`);

  await expect(down({ ...context, stackName: rig.name }, {})).rejects.toMatchObject({
    code: "foreign-object",
    message: `Network ${rig.name}_edge is used by ${guest}, which is not of this stack.`,
  });
  await expect(resetStack(context)).rejects.toMatchObject({
    code: "foreign-volume",
    message: `Volume ${rig.name}_data is used by ${guest}, which is not of this stack.`,
  });
  expect(await rig.containerIds()).toEqual(before);

  // A network that is not declared any more stays for its guest, and the service moves on.
  const { stack } = context;
  const moved = { ...stack, networks: new Map(), services: new Map() };
  for (const service of stack.services.values())
    moved.services.set(service.name, { ...service, networks: new Map() });
  expect((await up(rig.context(moved), {})).status).toBe("succeeded");
  expect(noticesOf(rig)).toContain(
    `Network ${rig.name}_edge is not in the manifest, but stays: ${guest} is attached to it and not of this stack.`,
  );
  expect(await engineApi("GET", `/networks/${rig.name}_edge`)).toMatchObject({});
});
