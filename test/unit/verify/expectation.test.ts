import { expect, test } from "vitest";
import { labels } from "../../../src/stack/labels.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { type Expectation, expectationOf } from "../../../src/verify/expectation.ts";
import { createLooker } from "../../../src/verify/services/look.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { aMemoryService, appAndDb, memoryName } from "../../support/memory-stack.ts";
import { openProved, type ProvedStack } from "../../support/proved-stack.ts";

async function expected({ context }: ProvedStack, stack?: Stack): Promise<Expectation> {
  const look = createLooker({
    signal: new AbortController().signal,
    concurrency: 1,
    deadlineMs: 60_000,
  });
  return (
    await expectationOf({ ...context, ...(stack === undefined ? {} : { stack }) }, look)
  ).take();
}

const networks = [
  aNetworkIn(memoryName, "open", { internal: false, outbound: true }),
  aNetworkIn(memoryName, "closed"),
  aNetworkIn(memoryName, "apart", { isolated: true }),
];
const joined = {
  networks: new Map(networks.map(({ name }) => [name, { aliases: [] }])),
  secrets: [],
  mounts: [],
};
const onAll = { services: [aMemoryService("app", joined)], networks };

test("what up has made is expected as it is: nothing would be changed", async () => {
  await using proved = await openProved({}, onAll);
  const { engine } = proved;
  const found = await expected(proved);

  expect(found.drift).toEqual(new Map());
  expect(found.closedNetworks).toEqual(new Set(["shop_closed", "shop_apart"]));
  expect(found.isolatedNetworks).toEqual(new Set(["shop_apart"]));
  expect(found.canCloseWayOut).toBe(true);
  expect(found.strangers).toEqual([]);
  const image = await engine.inspectImage("qclock.invalid/shop/tools:latest");
  expect(found.desired.get("tools")?.fingerprint).toBe(image?.labels.get(labels.fingerprint));
  expect(found.recorded.get("tools")).toContain(image?.id);
});

test("for each service it is told what up would do to it, but not that it would wait", async () => {
  await using proved = await openProved();
  const { engine, rig } = proved;
  await engine.stopContainer("shop-db-1", 0);
  const changed = rig.stack(appAndDb({ environment: new Map([["A", "1"]]) }));

  expect(await expected(proved, changed).then(({ drift }) => drift)).toEqual(
    new Map([
      ["db", ["up would start the service: exited (0)"]],
      ["app", ["up would change the service: environment diverged"]],
    ]),
  );
});

test("others on its networks are told", async () => {
  await using proved = await openProved({}, onAll);
  const { engine } = proved;
  const observe: typeof engine.observe = async (request) => {
    const observed = await engine.observe(request);
    const spy = { name: "spy", networks: ["shop_closed"], volumes: [], imageId: "" };
    return { ...observed, others: [...observed.others, spy] };
  };
  const context = { ...proved.context, engine: async () => ({ ...engine, observe }) };
  expect((await expected({ ...proved, context })).strangers).toEqual([
    { network: "closed", containers: ["spy"] },
  ]);
});
