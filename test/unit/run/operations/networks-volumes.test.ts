import { expect, test } from "vitest";
import type { Engine, NetworkRequest } from "../../../../src/docker/engine.ts";
import { networkHash } from "../../../../src/plan/networks/plan-networks.ts";
import type { Observed, ObservedNetwork } from "../../../../src/plan/observed.ts";
import {
  createNetwork,
  createVolume,
  removeNetwork,
  removeVolume,
  writeServiceSecrets,
} from "../../../../src/run/operations/networks-volumes.ts";
import { findWritten } from "../../../../src/run/services/written-secrets.ts";
import { labels } from "../../../../src/stack/labels.ts";
import type { Network } from "../../../../src/stack/stack.ts";
import {
  aNetwork,
  anImage,
  anObserved,
  anObservedNetwork,
  aService,
  aStack,
  aVolume,
} from "../../../support/builders.ts";
import { instead, operationRig, refusing } from "../../../support/operation-rig.ts";

const edge = aNetwork("edge", { isolated: true });
const creating = { type: "create-network", network: "edge", subnet: "10.213.0.0/28" } as const;
const overlap = "Pool overlaps with other one on this address space";

/** Make the network `edge` on an Engine that answers some calls in another way. */
async function made(
  create: Engine["createNetwork"] | undefined,
  observed: Partial<Omit<Observed, "images">> = {},
  network: Network = edge,
) {
  await using rig = await operationRig(aStack({ networks: [network] }));
  const asked: NetworkRequest[] = [];
  const engine = instead(rig.engine, {
    async createNetwork(request) {
      asked.push(request);
      return create === undefined ? "id" : await create(request);
    },
    observe: async () => anObserved(observed),
  });
  const subnet = await createNetwork(creating, rig.context({ engine })).catch(
    (error: Error) => error.message,
  );
  return { subnet, asked };
}

test("a network is made as declared, with whose it is", async () => {
  const { subnet, asked } = await made(undefined);
  expect(subnet).toBe("10.213.0.0/28");
  expect(asked).toEqual([
    {
      name: "t_edge",
      internal: true,
      outbound: false,
      isolated: true,
      subnet: "10.213.0.0/28",
      labels: expect.any(Map),
    },
  ]);
  expect(Object.fromEntries(asked[0]?.labels ?? [])).toMatchObject({
    [labels.stack]: "t",
    [labels.run]: "run-1",
    [labels.network]: "edge",
    [labels.configHash]: networkHash(edge),
  });
});

test("a network of that name is taken when it is ours and as declared", async () => {
  const present = async (parts: Partial<ObservedNetwork>): Promise<unknown> => {
    const other = anObservedNetwork(aNetwork("other"), { subnets: ["10.9.9.0/28"] });
    const subnets = ["10.213.0.16/28", "fd00::/64"];
    const networks = [other, anObservedNetwork(edge, { subnets, ...parts })];
    return (await made(refusing(409, "the name is taken"), { networks })).subnet;
  };
  const conflict = "Could not do it: the name is taken";
  expect(await present({})).toBe("10.213.0.16/28, fd00::/64");
  expect(await present({ ours: false })).toBe(conflict);
  expect(await present({ internal: false })).toBe(conflict);
  expect(await present({ name: "another" })).toBe(conflict);
});

test("a subnet that another stack took meanwhile is given up for one that is free", async () => {
  const taken = new Set(["10.213.0.0/28"]);
  const refuse = async ({ subnet }: NetworkRequest): Promise<string> =>
    taken.has(subnet) ? await refusing(403, overlap)() : "id";
  // All but one are in use, whatever chance has to say.
  const usedSubnets = ["10.213.0.0/17", "10.213.128.0/18", "10.213.192.0/19", "10.213.224.0/20"]
    .concat(["10.213.240.0/21", "10.213.248.0/22", "10.213.252.0/23", "10.213.254.0/24"])
    .concat(["10.213.255.0/25", "10.213.255.128/26", "10.213.255.192/27", "10.213.255.224/28"]);
  const { subnet, asked } = await made(refuse, { usedSubnets });
  expect(subnet).toBe("10.213.255.240/28");
  expect(asked.map((request) => request.subnet)).toEqual(["10.213.0.0/28", "10.213.255.240/28"]);

  const few = await made(refuse, { usedSubnets: usedSubnets.slice(0, -3) });
  expect(few.subnet).toMatch(/^10\.213\.255\.\d+\/28$/);
  expect(few.asked).toHaveLength(2);
  const full = await made(refuse, { usedSubnets: ["10.213.0.0/16"] });
  expect(full.subnet).toBe(
    "The subnet 10.213.0.0/28 of network t_edge overlaps with one that is in use.",
  );
});

test("how often another subnet is tried has an end, and one that is declared is the only one", async () => {
  const never = await made(refusing(403, overlap));
  expect(never.asked).toHaveLength(8);
  const [, ...others] = never.asked.map(({ subnet }) => subnet);
  expect(never.subnet).toContain(`The subnet ${others.at(-1)} of network t_edge overlaps`);
  expect((await made(refusing(400, overlap))).asked).toHaveLength(8);

  const declared = aNetwork("edge", { subnet: creating.subnet });
  const one = await made(refusing(403, overlap), {}, declared);
  expect(one.asked).toHaveLength(1);
  expect(one.subnet).toContain("10.213.0.0/28 of network t_edge overlaps");

  const denied = await made(refusing(403, "denied by policy"));
  expect(denied).toMatchObject({ subnet: "Could not do it: denied by policy" });
  expect(denied.asked).toHaveLength(1);
  expect((await made(refusing(500, overlap))).asked).toHaveLength(1);
});

test("a volume bears whose it is, whatever the manifest says of its labels", async () => {
  const own = new Map([
    ["tier", "data"],
    [labels.stack, "another"],
  ]);
  const volumes = [{ ...aVolume("data"), labels: own }];
  await using rig = await operationRig(aStack({ volumes }));
  await createVolume({ type: "create-volume", volume: "data" }, rig.context());
  expect(Object.fromEntries(rig.engine.volumes.get("t_data")?.labels ?? [])).toMatchObject({
    tier: "data",
    [labels.stack]: "t",
    [labels.run]: "run-1",
    [labels.volume]: "data",
    [labels.os]: "debian-12",
  });
});

test("what the plan names and the stack lacks is a mistake of qclock's", async () => {
  await using rig = await operationRig(aStack());
  await expect(createNetwork(creating, rig.context())).rejects.toThrow("names network edge");
  const volume = { type: "create-volume", volume: "data" } as const;
  await expect(createVolume(volume, rig.context())).rejects.toThrow("names volume data");
});

test("what somebody else has removed is gone, and what is in use stays and is told", async () => {
  await using rig = await operationRig(aStack());
  const removing = async (status: number): Promise<unknown> => {
    const refused = { removeNetwork: refusing(status), removeVolume: refusing(status) };
    const context = rig.context({ engine: instead(rig.engine, refused) });
    await removeNetwork({ type: "remove-network", name: "t_edge", id: "n1" }, context);
    return await removeVolume({ type: "remove-volume", name: "t_data" }, context);
  };
  expect(await removing(404)).toBeUndefined();
  await expect(removing(409)).rejects.toThrow("refused");
  await rig.engine.createVolume("t_data", new Map());
  await removeVolume({ type: "remove-volume", name: "t_data" }, rig.context());
  expect(rig.engine.volumes.size).toBe(0);
});

test("secrets that were written are known to be whole for as long as their image is the same", async () => {
  const names = ["password", "token"];
  const secrets = names.map((name) => ({
    name,
    source: { type: "generate", length: 8 } as const,
  }));
  const service = aService({
    name: "app",
    secrets: names.map((secret) => ({ secret, target: `/run/secrets/${secret}`, mode: 0o400 })),
  });
  const stack = aStack({ images: [anImage("app")], services: [service], secrets });
  await using rig = await operationRig(stack);
  await rig.addImage("app");
  const context = rig.context();
  const operation = { type: "write-secrets", service: "app", secrets: names } as const;
  expect(await writeServiceSecrets(operation, context)).toBe("2 files");
  expect([...(rig.engine.volumes.get("t_app-secrets")?.files.values() ?? [])]).toMatchObject([
    { mode: 0o400, uid: 10_001, gid: 10_001 },
    { mode: 0o400, uid: 10_001, gid: 10_001 },
  ]);
  const observed = await rig.engine.observe({
    stack: "t",
    imageReferences: [],
    containerNames: [],
    networkNames: [],
    volumeNames: ["t_app-secrets", "t__secrets"],
  });
  const { store } = context.run;
  const { desired } = context.prepared;
  expect(await findWritten(store, { stack, observed, desired })).toEqual(new Set(["app"]));
  const one = { ...operation, secrets: ["password"] };
  expect(await writeServiceSecrets(one, context)).toBe("1 file");
});
