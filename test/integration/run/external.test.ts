import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import * as z from "zod";
import { down } from "../../../src/run/down.ts";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { strangersOn } from "../../../src/verify/services/strangers.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { engineApi } from "../../support/engine-api.ts";
import {
  aShellService,
  createTestStack,
  resetStack,
  type TestStack,
} from "../../support/runtime.ts";

/** A network and a volume of others, removed with its scope. */
class Theirs implements AsyncDisposable {
  readonly name = `t-theirs-${randomBytes(4).toString("hex")}`;

  async make(): Promise<void> {
    const Labels = { "dev.qclock.test": "1" };
    await engineApi("POST", "/networks/create", { Name: this.name, Labels });
    await engineApi("POST", "/volumes/create", { Name: this.name, Labels });
  }

  /** Whether each is still there. */
  async present(): Promise<readonly boolean[]> {
    const found = ["networks", "volumes"].map(async (kind) =>
      engineApi("GET", `/${kind}/${this.name}`).then(
        () => true,
        () => false,
      ),
    );
    return Promise.all(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await engineApi("DELETE", `/networks/${this.name}`).catch(() => undefined);
    await engineApi("DELETE", `/volumes/${this.name}`).catch(() => undefined);
  }
}

/** `app` is on their network under another name, too, and keeps its data in their volume. */
function declared(rig: TestStack, name: string): Stack {
  const external = { reason: "it belongs to the house" };
  return rig.stack({
    services: [
      aShellService(rig.name, "app", {
        networks: new Map([["front", { aliases: ["app", "shop"] }]]),
        mounts: [{ type: "volume", volume: "archive", target: "/data", readOnly: false }],
      }),
    ],
    networks: [
      aNetworkIn(rig.name, "front", {
        engineName: name,
        internal: false,
        outbound: true,
        origin: "manifest",
        external,
      }),
    ],
    volumes: [{ name: "archive", engineName: name, labels: new Map(), external }],
  });
}

const endpointSchema = z.object({
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ Aliases: z.array(z.string()) })),
  }),
  Mounts: z.array(z.object({ Name: z.string(), Destination: z.string() })),
});

test("what others made is used by its name, and stays when the stack goes with all its data", async () => {
  await using theirs = new Theirs();
  await theirs.make();
  await using rig = await createTestStack();
  const stack = declared(rig, theirs.name);
  const report = await up(rig.context(stack), {});
  expect(report.nodes.flatMap(({ outcome }) => ("error" in outcome ? outcome.error : []))).toEqual(
    [],
  );
  expect(report.nodes.map(({ node }) => node.id)).not.toContain("network:front");
  const made = endpointSchema.parse(await engineApi("GET", `/containers/${rig.name}-app-1/json`));
  expect(made.NetworkSettings.Networks[theirs.name]?.Aliases).toEqual(
    expect.arrayContaining(["app", "shop"]),
  );
  expect(made.Mounts).toEqual([{ Name: theirs.name, Destination: "/data" }]);
  await rig.engine.exec(`${rig.name}-app-1`, ["/bin/touch", "/data/kept"], { timeoutMs: 10_000 });

  const { plan, observed } = await planStack(rig.context(stack), {});
  expect({ nodes: plan.nodes, notices: plan.notices }).toEqual({ nodes: [], notices: [] });
  expect(strangersOn(stack, observed)).toEqual([]);

  await down({ ...rig.context(stack), stackName: rig.name }, {});
  await resetStack(rig.context(stack));
  expect(await rig.labelled()).toEqual([]);
  expect(await theirs.present()).toEqual([true, true]);
});

test("whom others put on their network is seen", async () => {
  await using theirs = new Theirs();
  await theirs.make();
  await using rig = await createTestStack();
  await using other = await createTestStack();
  await up(rig.context(declared(rig, theirs.name)), {});
  await up(other.context(declared(other, theirs.name)), {});

  const stack = declared(rig, theirs.name);
  const { observed } = await planStack(rig.context(stack), {});
  expect(strangersOn(stack, observed)).toEqual([
    { network: "front", containers: [`${other.name}-app-1`] },
  ]);
});

test("what is not there is never made", async () => {
  const theirs = new Theirs();
  await using rig = await createTestStack();

  await expect(up(rig.context(declared(rig, theirs.name)), {})).rejects.toMatchObject({
    code: "external-missing",
    hint: expect.stringContaining(`docker network create ${theirs.name}`),
  });
  expect(await theirs.present()).toEqual([false, false]);
});
