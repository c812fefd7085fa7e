import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import { readDurations } from "../../../src/run/execution/durations.ts";
import { readImageRecords } from "../../../src/run/images/records.ts";
import { labels } from "../../../src/stack/labels.ts";
import { up } from "../../../src/run/up.ts";
import {
  aMemoryService,
  appAndDb,
  failuresOf,
  openMemoryStack,
} from "../../support/memory-stack.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

/** Of what the Engine was told: what is about containers of services. */
function ofServices(told: readonly string[]): readonly string[] {
  return told.filter((call) =>
    /^(?:create container|start|stop|remove container) shop-\w+-1$/.test(call),
  );
}

test("what a service needs is started before it, and the hold is given back last", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const report = await up(rig.context(rig.stack(appAndDb())), {});

  expect(failuresOf(report)).toEqual([]);
  const told = memory.told();
  expect(ofServices(told).filter((call) => call.startsWith("start"))).toEqual([
    "start shop-db-1",
    "start shop-app-1",
  ]);
  expect(told).toContain("create container shop-qclock-hold");
  expect(told.at(-1)).toBe("remove container shop-qclock-hold");
  expect([...engine.containers.values()].map(({ request }) => request.name).toSorted()).toEqual([
    "shop-app-1",
    "shop-db-1",
  ]);
});

test("with nothing to do the Engine is told nothing", async () => {
  await using memory = await openMemoryStack();
  const { rig } = memory;
  await up(rig.context(rig.stack(appAndDb())), {});
  memory.told();

  const report = await up(rig.context(rig.stack(appAndDb())), {});
  expect(report).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.told()).toEqual([]);
});

test("a changed variable makes that container anew, and no other", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  await up(rig.context(rig.stack(appAndDb())), {});
  memory.told();

  const changed = appAndDb({ environment: new Map([["GREETING", "hello"]]) });
  expect(failuresOf(await up(rig.context(rig.stack(changed)), {}))).toEqual([]);
  expect(ofServices(memory.told())).toEqual([
    "stop shop-app-1",
    "remove container shop-app-1",
    "create container shop-app-1",
    "start shop-app-1",
  ]);
  const [app] = [...engine.containers.values()].filter(
    ({ request }) => request.name === "shop-app-1",
  );
  expect(app?.request.environment.get("GREETING")).toBe("hello");
});

test("what was stopped is started again as it is", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  await up(rig.context(rig.stack(appAndDb())), {});
  await engine.stopContainer("shop-db-1", 0);
  memory.told();

  expect(failuresOf(await up(rig.context(rig.stack(appAndDb())), {}))).toEqual([]);
  expect(ofServices(memory.told())).toEqual(["start shop-db-1"]);
});

test("a service alone is brought up with what it needs", async () => {
  await using memory = await openMemoryStack();
  const { rig } = memory;
  const { services, ...rest } = appAndDb();
  const parts = { ...rest, services: [...services, aMemoryService("mail")] };

  await up(rig.context(rig.stack(parts)), { services: ["app"] });
  expect(ofServices(memory.told()).filter((call) => call.startsWith("start"))).toEqual([
    "start shop-db-1",
    "start shop-app-1",
  ]);
  await expect(up(rig.context(rig.stack(parts)), { services: ["nobody"] })).rejects.toThrow(
    "nobody",
  );
});

test("secrets are files of the service's user, and stay the same for whoever comes later", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const [db, app] = appAndDb().services;
  if (db === undefined || app === undefined) throw new Error("there are two");
  const first = { ...appAndDb(), services: [db] };
  await up(rig.context(rig.stack(first)), {});
  const ofDb = engine.volumes.get("shop_db-secrets")?.files.get("password");
  expect(ofDb).toMatchObject({ mode: 0o440, uid: 10_001, gid: 10_001 });
  expect(ofDb?.content).toMatch(/^[A-Za-z2-9]{24}$/);

  const both = appAndDb({}, {});
  await up(rig.context(rig.stack(both)), {});
  expect(engine.volumes.get("shop_app-secrets")?.files.get("password")?.content).toBe(
    ofDb?.content,
  );
  expect(engine.volumes.get("shop__secrets")?.files.get("password")).toMatchObject({
    content: ofDb?.content,
    mode: 0o400,
    uid: 0,
  });
});

test("a volume of secrets that could not be filled is taken away again", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const { services, ...rest } = appAndDb();
  const parts = {
    ...rest,
    services: services.slice(0, 1),
    secrets: [{ name: "password", source: { type: "environment", variable: "PASSWORD" } }] as const,
  };
  engine.refuse(/^put archive/, 500, "no space in the pipe");

  const context = rig.context(rig.stack(parts), { secretVariable: () => "hidden" });
  const report = await up(context, {});
  expect(report.status).toBe("failed");
  expect(failuresOf(report)).toEqual([expect.stringContaining("secrets:db")]);
  expect([...engine.volumes.keys()]).toEqual(["shop_data"]);
  expect(memory.told().filter((call) => call.startsWith("start"))).toEqual([]);
});

test("a service that ends at once fails the run, and what needs it is not started", async () => {
  await using memory = await openMemoryStack((service) =>
    service === "db" ? { endsWith: 3, log: ["configuration is missing"] } : {},
  );
  const { rig } = memory;
  const parts = appAndDb({}, { restart: { type: "no" } });
  const report = await up(rig.context(rig.stack(parts)), {});

  expect(report.status).toBe("failed");
  const [failed] = report.nodes.flatMap(({ outcome }) =>
    outcome.status === "failed" ? [outcome.error] : [],
  );
  expect(failed).toMatchObject({ code: "container-exited" });
  expect(failed?.details).toContainEqual(expect.stringContaining("configuration is missing"));
  expect(ofServices(memory.told())).not.toContain("start shop-app-1");
});

test("what is just what would be made is taken, as after a run that was killed", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const parts = appAndDb();
  const [db] = parts.services;
  if (db === undefined) throw new Error("there are two");
  await up(rig.context(rig.stack({ ...parts, services: [db] })), {});
  const made = [...engine.containers.values()].find(({ request }) => request.name === "shop-db-1");
  if (made === undefined) throw new Error("it was made");
  await engine.removeContainer(made.id);

  // Between the plan and the call somebody else makes it, as the Engine does for a dead run.
  const racing = { ...engine, createContainer: createTwice };
  const report = await up(rig.context(rig.stack(parts), { engine: async () => racing }), {});
  expect(failuresOf(report)).toEqual([]);

  async function createTwice(
    ...[request, signal]: Parameters<typeof engine.createContainer>
  ): Promise<string> {
    if (request.name === "shop-db-1") await engine.createContainer(request, signal);
    return await engine.createContainer(request, signal);
  }
});

test("a container of that name that is another one is a conflict", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const racing = { ...engine, createContainer: createOther };
  const report = await up(rig.context(rig.stack(appAndDb()), { engine: async () => racing }), {});
  expect(failuresOf(report)).toEqual([expect.stringContaining("the name is taken")]);

  async function createOther(
    ...[request, signal]: Parameters<typeof engine.createContainer>
  ): Promise<string> {
    const others = new Map([...request.labels, [labels.configHash, "sha256:other"]]);
    if (request.name === "shop-db-1")
      await engine.createContainer({ ...request, labels: others }, signal);
    return await engine.createContainer(request, signal);
  }
});

test("an image whose name was given to another one meanwhile is not started", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const reference = "qclock.invalid/shop/tools:latest";
  const exchanging = {
    ...engine,
    inspectImage: async (asked: string) => {
      const found = engine.images.find(asked);
      const isMade = engine.calls.includes("create volume shop_db-secrets");
      return found === undefined || asked !== reference || !isMade
        ? found
        : { ...found, id: "sha256:evil", identity: "sha256:evil" };
    },
  };
  const context = rig.context(rig.stack(appAndDb()), { engine: async () => exchanging });
  const failures = failuresOf(await up(context, {}));
  expect(failures).toContainEqual(expect.stringContaining("is not the image that qclock built"));
  expect(ofServices(memory.told())).toEqual([]);
});

test("a subnet that was taken meanwhile is given up for another one", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  engine.refuse(/^create network/, 403, "Pool overlaps with other one on this address space");
  expect(failuresOf(await up(rig.context(rig.stack(appAndDb())), {}))).toEqual([]);
  expect([...engine.networks.keys()]).toEqual(["shop_edge"]);
});

test("a subnet that the manifest gives is not given up", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const parts = appAndDb();
  const networks = (parts.networks ?? []).map((each) => ({ ...each, subnet: "10.99.0.0/28" }));
  engine.refuse(/^create network/, 403, "Pool overlaps with other one on this address space");
  const failures = failuresOf(await up(rig.context(rig.stack({ ...parts, networks })), {}));
  expect(failures).toEqual([expect.stringContaining("10.99.0.0/28")]);
});

test("what the Engine forbids is no overlap, and is said", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  engine.refuse(/^create network/, 403, "denied by policy");
  const failures = failuresOf(await up(rig.context(rig.stack(appAndDb())), {}));
  expect(failures).toEqual([expect.stringContaining("denied by policy")]);
});

test("ports that the Engine does not publish fail the start", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  const ports = [
    { hostAddress: "127.0.0.1", hostPort: 0, containerPort: 8080, protocol: "tcp" },
  ] as const;
  const silent = {
    ...engine,
    inspectContainer: async (id: string) => {
      const state = await engine.inspectContainer(id);
      return state === undefined ? undefined : { ...state, publishedPorts: [] };
    },
  };
  const parts = appAndDb({ ports });
  const context = rig.context(rig.stack(parts), { engine: async () => silent });
  expect(failuresOf(await up(context, {}))).toEqual([
    expect.stringContaining('Port 8080/tcp of service "app" is declared'),
  ]);

  memory.told();
  const report = await up(rig.context(rig.stack(parts)), { forceRecreate: true });
  expect(failuresOf(report)).toEqual([]);
});

test("while another run holds the stack, it is told who, and nothing is changed", async () => {
  await using memory = await openMemoryStack();
  const { rig } = memory;
  const context = rig.context(rig.stack(appAndDb()));
  const { takeHold } = await import("../../../src/run/hold/hold.ts");
  await using _hold = await takeHold({ ...context, stackName: "shop" });
  memory.told();

  const refused = await up(context, {}).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(QclockError);
  expect(refused).toMatchObject({
    code: "stack-locked",
    message: expect.stringContaining(`(process ${process.pid})`),
  });
  expect(memory.told()).toEqual([]);
});

test("a run with nothing to do takes a dead run's hold away", async () => {
  await using memory = await openMemoryStack();
  const { rig } = memory;
  const context = rig.context(rig.stack(appAndDb()));
  await up(context, {});
  const { takeHold } = await import("../../../src/run/hold/hold.ts");
  const gone = { ...context.holder, pid: 2 ** 22 + 1 };
  await takeHold({ ...context, holder: gone, stackName: "shop" });
  const { clock } = context;
  const hurried = { now: clock.now, sleep: async () => undefined };
  memory.told();
  const report = await up({ ...context, clock: hurried }, {});
  expect(report).toMatchObject({ status: "succeeded", nodes: [] });
  expect(memory.told()).toEqual(["remove container shop-qclock-hold"]);
  expect(rig.events).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining("which has died") }),
  );
});

test("what another machine's containers vouch for is known to a machine that built nothing", async () => {
  await using memory = await openMemoryStack();
  const { rig, engine } = memory;
  await up(rig.context(rig.stack(appAndDb())), {});
  const other = await temporaryStore();
  await using _other = other;
  memory.told();

  const changed = appAndDb({ environment: new Map([["GREETING", "hello"]]) });
  const context = rig.context(rig.stack(changed), { store: other.store });
  const report = await up(context, {});
  expect(failuresOf(report)).toEqual([]);
  expect(report.nodes.filter(({ node }) => /assemble|load/.test(node.id))).toEqual([]);
  const image = engine.images.find("qclock.invalid/shop/tools:latest");
  const fingerprint = image?.labels.get(labels.fingerprint) ?? "";
  expect(await readImageRecords(other.store, [fingerprint])).toEqual(
    new Map([[fingerprint, new Set([image?.id])]]),
  );
  // Its times are known there, too.
  expect((await readDurations(context.stack, other.store)).has("start:app")).toBe(true);
});
