import { expect, test } from "vitest";
import { HeldChains } from "../../../src/docker/held-chains.ts";
import type { Operation } from "../../../src/plan/plan.ts";
import { perform } from "../../../src/run/operations.ts";
import { aDockerfileImage, aNetwork, anImage, aStack, aVolume } from "../../support/builders.ts";
import { aService } from "../../support/builders.ts";
import { operationRig, type OperationRig } from "../../support/operation-rig.ts";

const networks = new Map([["edge", { aliases: [] }]]);
const stack = aStack({
  images: [anImage("app"), aDockerfileImage("web")],
  services: [
    aService({ name: "app", networks }),
    aService({ name: "task", image: "app", job: true }),
  ],
  networks: [aNetwork("edge")],
  volumes: [aVolume("data")],
});

/** Each operation with what the Engine is told for it, in an order in which all of them work. */
const all: readonly (readonly [Operation, readonly string[]])[] = [
  [{ type: "assemble-image", image: "app" }, ["make app"]],
  [{ type: "load-image", image: "app" }, ["make app"]],
  [{ type: "build-image", image: "app" }, ["image app has no Dockerfile"]],
  [{ type: "pull-image", image: "app" }, ["image app is not from a registry"]],
  [{ type: "create-network", network: "edge", subnet: "10.213.0.0/28" }, ["create network t_edge"]],
  [{ type: "create-volume", volume: "data" }, ["create volume t_data"]],
  [{ type: "write-secrets", service: "app", secrets: [] }, ["create volume t_app-secrets"]],
  [
    { type: "create-container", service: "app", configHash: "sha256:1" },
    ["create container t-app-1"],
  ],
  [{ type: "connect-network", service: "app", network: "edge" }, ["connect t-app-1 to t_edge"]],
  [{ type: "start-container", service: "app" }, ["start t-app-1"]],
  [{ type: "wait-ready", service: "app" }, ["runs; it has no probes"]],
  [{ type: "wait-completed", service: "task" }, ['The container of job "task" is gone.']],
  [{ type: "stop-container", name: "t-app-1", id: "t-app-1", gracePeriodMs: 1 }, ["stop t-app-1"]],
  [{ type: "remove-container", name: "t-app-1", id: "t-app-1" }, ["remove container t-app-1"]],
  [{ type: "remove-network", name: "t_edge", id: "t_edge" }, ["remove network t_edge"]],
  [{ type: "remove-volume", name: "t_data" }, ["remove volume t_data"]],
  [
    { type: "remove-image", reference: "qclock.invalid/t/app:latest", id: "" },
    ["remove image qclock.invalid/t/app:latest"],
  ],
];

/** What is made, told to the Engine or answered for each operation, one after the other. */
async function carryOut(rig: OperationRig, assertHeld: () => Promise<void>) {
  const told: (readonly string[])[] = [];
  for (const [operation] of all) {
    const before = rig.engine.calls.length;
    const done: string[] = [];
    const builtImages = {
      heldChains: new HeldChains(),
      async get({ name }: { readonly name: string }): Promise<never> {
        done.push(`make ${name}`);
        return await Promise.reject(new Error("it is made elsewhere"));
      },
    };
    const node = { id: operation.type, operation, cause: "asked for", dependsOn: [] };
    const context = rig.context({ assertHeld, builtImages });
    const answer = await perform(node, context).catch((error: Error) => error.message);
    done.push(...rig.engine.calls.slice(before));
    told.push(done.length === 0 ? [answer ?? ""] : done.slice(0, 1));
  }
  return told;
}

test("each operation is carried out by what it is named for", async () => {
  await using rig = await operationRig(stack);
  await rig.addImage("app");
  expect(await carryOut(rig, async () => undefined)).toEqual(all.map(([, told]) => told));
});

test("without the hold nothing in the Engine is changed; what only waits or fills the store goes on", async () => {
  await using rig = await operationRig(stack);
  await rig.addImage("app");
  const stolen = async (): Promise<never> => Promise.reject(new Error("it was taken away"));
  const told = await carryOut(rig, stolen);
  const going = all.flatMap(([{ type }], index) =>
    told[index]?.[0] === "it was taken away" ? [] : [type],
  );
  expect(going).toEqual(["assemble-image", "wait-ready", "wait-completed"]);
  expect(rig.engine.calls).toEqual([]);
});
