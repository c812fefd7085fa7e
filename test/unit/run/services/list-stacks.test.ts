import { expect, test } from "vitest";
import type { StackContainer } from "../../../../src/docker/engine.ts";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatStacks } from "../../../../src/reporters/lists/stacks.ts";
import { listStacks, type StackRow } from "../../../../src/run/services/list-stacks.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";

const signal = new AbortController().signal;

async function listed(
  containers: readonly StackContainer[],
  all: boolean,
): Promise<readonly StackRow[]> {
  const engine = { ...memoryEngine(), stackContainers: async () => containers };
  return await listStacks({ engine, signal }, { all });
}

function aContainer(stack: string, change: Partial<StackContainer> = {}): StackContainer {
  const manifest = `/srv/${stack}/stack.config.yaml`;
  return { stack, name: `${stack}-web-1`, status: "running", role: "service", manifest, ...change };
}

const containers: readonly StackContainer[] = [
  aContainer("shop"),
  aContainer("shop", { name: "shop-db-1", manifest: "/home/you/shop/stack.config.yaml" }),
  aContainer("shop", { name: "shop-fill-1", role: "job", status: "exited" }),
  aContainer("shop", { name: "shop-qclock-hold", role: "hold", status: "created" }),
  aContainer("old", { status: "exited" }),
  aContainer("blog", { manifest: "/srv/\u001B[31mblog\nfake" }),
  aContainer("held", { role: "helper" }),
  aContainer("tried", { role: "run" }),
];

test("stacks are told with the states of their services, and those at rest when asked for", async () => {
  const style = createStyle({ color: false });
  expect(formatStacks(await listed(containers, true), { style, columns: undefined }))
    .toMatchInlineSnapshot(`
    "STACK   STATUS                  MANIFEST
    blog    running(1)              /srv/?[31mblog?fake
    old     exited(1)               /srv/old/stack.config.yaml
    shop    running(2), exited(1)   /home/you/shop/stack.config.yaml, /srv/shop/stack.config.yaml"
  `);
  const running = await listed(containers, false);
  expect(running.map(({ name }) => name)).toEqual(["blog", "shop"]);
});

test("a stack that is about to be started again, or stands still, is not at rest", async () => {
  for (const status of ["restarting", "paused"] as const)
    await expect(listed([aContainer("shop", { status })], false)).resolves.toHaveLength(1);
  for (const status of ["created", "dead", "removing"] as const)
    await expect(listed([aContainer("shop", { status })], false)).resolves.toEqual([]);
});

test("states of as many containers are told in the order of their names, places of manifests sorted", async () => {
  const rows = await listed(
    [
      aContainer("shop", { status: "running", manifest: "/b" }),
      aContainer("shop", { status: "exited", manifest: "/a" }),
      aContainer("shop", { status: "created", manifest: "/b" }),
      aContainer("shop", { status: "running", manifest: "/b" }),
    ],
    false,
  );
  expect(rows).toEqual([
    {
      name: "shop",
      states: [
        { state: "running", count: 2 },
        { state: "created", count: 1 },
        { state: "exited", count: 1 },
      ],
      manifests: ["/a", "/b"],
    },
  ]);
});
