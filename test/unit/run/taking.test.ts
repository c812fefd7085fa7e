import { expect, test } from "vitest";
import { reset } from "../../../src/data/reset.ts";
import { down } from "../../../src/run/down.ts";
import { restart, start } from "../../../src/run/start.ts";
import { stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import {
  aMemoryService,
  appAndDb,
  failuresOf,
  memoryName,
  openMemoryStack,
  type MemoryStack,
} from "../../support/memory-stack.ts";
import type { RunContext } from "../../../src/run/context.ts";

/** A stack that is up; the Engine was told nothing since. */
async function standing(memory: MemoryStack): Promise<RunContext & { stackName: string }> {
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  expect(failuresOf(await up(context, {}))).toEqual([]);
  memory.told();
  return { ...context, stackName: memoryName };
}

/** What the Engine was told, without the run's own containers and images. */
function told(memory: MemoryStack): readonly string[] {
  return memory.told().filter((call) => !/qclock-|qclock\.invalid\/empty|load images/.test(call));
}

test("down stops and removes dependents first, then networks; data and secrets stay", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  expect(failuresOf(await down(context, {}))).toEqual([]);
  const calls = told(memory);
  expect(calls.indexOf("stop shop-app-1")).toBeLessThan(calls.indexOf("stop shop-db-1"));
  expect(calls.at(-1)).toBe("remove network shop_edge");
  expect([...memory.engine.volumes.keys()].toSorted()).toEqual([
    "shop__secrets",
    "shop_app-secrets",
    "shop_data",
    "shop_db-secrets",
  ]);
  expect(await down(context, {})).toMatchObject({ status: "succeeded", nodes: [] });
});

test("down of a service takes those that need it, too", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  await down(context, { services: ["db"] });
  expect(told(memory)).toEqual([
    "stop shop-app-1",
    "remove container shop-app-1",
    "stop shop-db-1",
    "remove container shop-db-1",
  ]);
});

test.each([
  ["down", down],
  ["stop", stop],
] as const)("%s goes on where the Engine has no room for a hold", async (_, take) => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  memory.engine.refuse(/^create container shop-qclock-hold/, 500, "no space left on device");
  expect(failuresOf(await take(context, {}))).toEqual([]);
  expect(told(memory)).toContain("stop shop-app-1");
});

test("down works by labels alone", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  await down({ ...context, stack: undefined }, {});
  expect(memory.engine.containers.size).toBe(0);
  expect(memory.engine.networks.size).toBe(0);
});

test("what is gone already is not missed", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  memory.engine.refuse(/^stop shop-app-1/, 404, "No such container");
  memory.engine.refuse(/^remove network/, 404, "No such network");
  expect(failuresOf(await down(context, {}))).toEqual([]);
});

test("what cannot be stopped is said, and what it needs stays up", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  memory.engine.refuse(/^stop shop-app-1/, 500, "it hangs");
  const report = await down(context, {});
  expect(report.status).toBe("failed");
  expect(failuresOf(report)).toEqual([expect.stringContaining("it hangs")]);
  expect(told(memory)).not.toContain("stop shop-db-1");
});

test("stop leaves containers where they are, and start goes on with them in order", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  expect(failuresOf(await stop(context, {}))).toEqual([]);
  expect(told(memory)).toEqual(["stop shop-app-1", "stop shop-db-1"]);
  expect(await stop(context, {})).toMatchObject({ nodes: [] });

  expect(failuresOf(await start(context, {}))).toEqual([]);
  expect(told(memory)).toEqual(["start shop-db-1", "start shop-app-1"]);
  expect(await start(context, {})).toMatchObject({ nodes: [] });
});

test("start of a service starts what it needs, and nothing else", async () => {
  await using memory = await openMemoryStack();
  const { services, ...rest } = appAndDb();
  const parts = { ...rest, services: [...services, aMemoryService("mail")] };
  const context = memory.rig.context(memory.rig.stack(parts));
  await up(context, {});
  await stop({ ...context, stackName: memoryName }, {});
  memory.told();
  await start(context, { services: ["app"] });
  expect(told(memory)).toEqual(["start shop-db-1", "start shop-app-1"]);
});

test("restart stops and starts in place", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  expect(failuresOf(await restart(context, {}))).toEqual([]);
  const calls = told(memory);
  expect(calls).toHaveLength(4);
  expect(calls.indexOf("start shop-db-1")).toBeLessThan(calls.indexOf("start shop-app-1"));
  expect(calls.indexOf("stop shop-app-1")).toBeLessThan(calls.indexOf("start shop-app-1"));
});

test("restart of one service leaves the others alone", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  await restart(context, { services: ["app"] });
  expect(told(memory)).toEqual(["stop shop-app-1", "start shop-app-1"]);
});

test("a start that the Engine refuses fails the run", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  await stop(context, {});
  memory.engine.refuse(/^start shop-db-1/, 500, "no such device");
  const report = await start(context, {});
  expect(failuresOf(report)).toEqual([expect.stringContaining("no such device")]);
  expect(memory.engine.calls.at(-1)).toBe("remove container shop-qclock-hold");
});

const everything = { removeImages: true, purgeVolumes: true, confirmed: true } as const;

test("reset with everything leaves nothing of the stack", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  const report = await reset(context, { ...everything, confirm: async () => false });
  expect(failuresOf(report)).toEqual([]);
  const { containers, networks, volumes, images } = memory.engine;
  expect([containers.size, networks.size, volumes.size]).toEqual([0, 0, 0]);
  expect(images.references()).toEqual([]);
  expect(memory.rig.events).toContainEqual(
    expect.objectContaining({
      level: "warning",
      message: expect.stringContaining("Volume shop_data"),
    }),
  );
});

test("reset keeps data and images unless it is asked to take them", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  const options = { removeImages: false, purgeVolumes: false, confirmed: false } as const;
  await reset(context, { ...options, confirm: async () => false });
  expect(memory.engine.containers.size).toBe(0);
  expect([...memory.engine.volumes.keys()]).toContain("shop_data");
  expect(memory.engine.images.references()).toContain("qclock.invalid/shop/tools:latest");
});

test.each([
  ["a yes", true],
  ["anything else", false],
])("data is asked for by the stack's name: %s", async (_, answer) => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  const asked: string[] = [];
  const confirm = async ({ expected, facts }: { expected: string; facts: readonly string[] }) => {
    asked.push(expected, ...facts);
    return answer;
  };
  const outcome = await reset(context, { ...everything, confirmed: false, confirm }).then(
    ({ status }) => status,
    (error: Error) => error.message,
  );
  expect(outcome).toBe(answer ? "succeeded" : "Nothing was removed.");
  expect(asked[0]).toBe("shop");
  expect(asked.join("\n")).toContain("Volume shop_data");
  expect(memory.engine.volumes.has("shop_data")).toBe(!answer);
  expect(memory.engine.containers.size === 0).toBe(answer);
});

test("the data of one service is reset alone, unless another one mounts it", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  const confirm = async (): Promise<boolean> => false;
  await reset(context, { ...everything, removeImages: false, services: ["db"], confirm });
  expect(memory.engine.volumes.has("shop_data")).toBe(false);

  const mounts = [{ type: "volume", volume: "data", target: "/data", readOnly: true }] as const;
  const shared = memory.rig.context(memory.rig.stack(appAndDb({ mounts })));
  await up(shared, {});
  const work = reset(
    { ...shared, stackName: memoryName },
    { ...everything, services: ["db"], confirm },
  );
  await expect(work).rejects.toMatchObject({
    code: "would-lose-data",
    hint: "Name it too: --service db app",
  });
  expect(memory.engine.volumes.has("shop_data")).toBe(true);
});

test("one service cannot be reset without a manifest that says what it has", async () => {
  await using memory = await openMemoryStack();
  const context = await standing(memory);
  const work = reset(
    { ...context, stack: undefined },
    { ...everything, services: ["db"], confirm: async () => false },
  );
  await expect(work).rejects.toMatchObject({ code: "usage" });
});
