import { expect, test } from "vitest";
import { down } from "../../../src/run/down.ts";
import { type OneOff, type OneOffOutcome, runOneOff } from "../../../src/run/one-off.ts";
import { planStack } from "../../../src/run/plan-stack.ts";
import { stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import { listLabelled } from "../../../src/run/services/list-services.ts";
import { listStacks } from "../../../src/run/services/list-stacks.ts";
import type { RunContext } from "../../../src/run/context.ts";
import type { ContainerRequest } from "../../../src/docker/engine.ts";
import { labels } from "../../../src/stack/labels.ts";
import {
  appAndDb,
  memoryName,
  type MemoryStack,
  openMemoryStack,
} from "../../support/memory-stack.ts";

const io = {
  tty: false,
  attachStdin: false,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
};

async function ran(
  context: RunContext,
  changes: Partial<Omit<OneOff, "service">> & { readonly service?: string } = {},
): Promise<OneOffOutcome> {
  const service = context.stack.services.get(changes.service ?? "app");
  if (service === undefined) throw new Error("no such service");
  return await runOneOff(context, {
    environment: new Map(),
    withoutDependencies: false,
    io,
    onReady: async () => undefined,
    ...changes,
    service,
  });
}

/** What the Engine was asked to make, and did not keep. */
function watchRequests({ engine }: MemoryStack): readonly ContainerRequest[] {
  const requests: ContainerRequest[] = [];
  const create = engine.createContainer;
  engine.createContainer = async (request, signal) => {
    requests.push(request);
    return await create(request, signal);
  };
  return requests;
}

test("a one-off is made like its service, bears none of its names, and is removed", async () => {
  await using memory = await openMemoryStack((service) => (service === "" ? { endsWith: 7 } : {}));
  const ports = [
    { hostAddress: "127.0.0.1", hostPort: 80, containerPort: 80, protocol: "tcp" as const },
  ];
  const networks = new Map([["edge", { aliases: ["www"] }]]);
  const context = memory.rig.context(memory.rig.stack(appAndDb({ ports, networks })));
  await up(context, {});
  memory.told();
  const requests = watchRequests(memory);

  await expect(
    ran(context, { command: ["/app", "migrate"], environment: new Map([["A", "b"]]) }),
  ).resolves.toEqual({ type: "ended", exitCode: 7 });

  const name = `${memoryName}-app-run-${context.runId}`;
  expect(memory.told()).toEqual([
    `create container ${name}`,
    `run ${name}`,
    `remove container ${name}`,
  ]);
  const service = context.stack.services.get("app");
  expect(requests).toMatchObject([
    {
      command: ["/app", "migrate"],
      ports: [],
      network: { name: `${memoryName}_edge`, aliases: [] },
      restart: { type: "no" },
      readOnlyRoot: service?.hardening.readOnlyRoot,
      dropCapabilities: service?.hardening.dropCapabilities,
      limits: service?.limits,
      mounts: [{ target: "/run/secrets", readOnly: true }],
    },
  ]);
  expect(requests[0]?.environment.get("A")).toBe("b");
  expect(requests[0]?.labels.get(labels.role)).toBe("run");
  expect(requests[0]?.labels.has(labels.service)).toBe(false);
});

test("another entrypoint takes the command, and none of the service's", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await up(context, {});
  const requests = watchRequests(memory);
  await ran(context, { entrypoint: "/app" });
  await ran(context, { entrypoint: "/app", command: ["check"] });
  await ran(context);
  expect(requests.map(({ entrypoint, command }) => ({ entrypoint, command }))).toEqual([
    { entrypoint: ["/app"], command: [] },
    { entrypoint: ["/app"], command: ["check"] },
    { entrypoint: undefined, command: ["/app"] },
  ]);
});

test("what the service needs is brought up first, and the service itself is not", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await expect(ran(context)).resolves.toMatchObject({ type: "ended" });
  const told = memory.told();
  expect(told).toContain("start shop-db-1");
  expect(told.filter((call) => call.includes("shop-app-1"))).toEqual([]);

  await down({ ...context, stackName: memoryName }, {});
  memory.told();
  await expect(ran(context, { withoutDependencies: true })).resolves.toMatchObject({
    type: "ended",
  });
  expect(memory.told().filter((call) => /shop-(?:app|db)-1/.test(call))).toEqual([]);
});

test("without what it depends on nothing of other services is made, and none has to be as declared", async () => {
  await using memory = await openMemoryStack();
  const alone = { withoutDependencies: true };
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await expect(ran(context, alone)).resolves.toMatchObject({ type: "ended" });
  const told = memory.told();
  expect(told.filter((call) => call.includes("shop_data") || call.includes("-db-"))).toEqual([]);
  expect(told).toContain("create network shop_edge");

  await up(context, {});
  const changed = appAndDb({}, { environment: new Map([["A", "other"]]) });
  const other = memory.rig.context(memory.rig.stack(changed));
  memory.told();
  await expect(ran(other, alone)).resolves.toMatchObject({ type: "ended" });
  expect(memory.told().filter((call) => call.includes("shop-db-1"))).toEqual([]);
});

test("a service that would have to be made again first is left to up", async () => {
  await using memory = await openMemoryStack();
  await up(memory.rig.context(memory.rig.stack(appAndDb())), {});
  const changed = appAndDb({ environment: new Map([["A", "other"]]) });
  const context = memory.rig.context(memory.rig.stack(changed));
  memory.told();
  await expect(ran(context)).rejects.toMatchObject({
    code: "usage",
    message: 'Service "app" is not as the manifest declares it.',
  });
  expect(memory.told()).toEqual([]);
});

test("one that runs is nobody's service, is left alone by up and stop, and taken away by down", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await up(context, {});
  const { engine } = memory;
  const gone = engine.removeContainer;
  let name = "";
  // Its command does not end while the others look.
  engine.runInteractive = async (id) => {
    await engine.startContainer(id);
    name = (await engine.inspectContainer(id))?.name ?? "";
    return 0;
  };
  engine.removeContainer = async () => undefined;
  await ran(context);
  engine.removeContainer = gone;

  const rows = await listLabelled({ ...context, stackName: memoryName });
  expect(rows.map(({ service }) => service)).toEqual(["app", "db"]);
  const [row] = await listStacks({ engine, signal: context.signal }, { all: true });
  expect(row?.states).toEqual([{ state: "running", count: 2 }]);
  expect(formatPlan((await planStack(context, {})).plan)).toBe("");
  memory.told();
  await stop({ ...context, stackName: memoryName }, {});
  expect(memory.told()).not.toContain(`stop ${name}`);

  // Of one that has ended its run would have removed it.
  await engine.stopContainer(name, 0);
  const { plan } = await planStack(context, {});
  expect(plan.nodes.filter(({ operation }) => operation.type === "remove-container")).toMatchObject(
    [{ operation: { name } }],
  );
  await down({ ...context, stackName: memoryName }, {});
  expect([...engine.containers.values()]).toEqual([]);
});
