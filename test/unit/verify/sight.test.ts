import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import type { Service } from "../../../src/stack/stack.ts";
import { createLooker } from "../../../src/verify/services/look.ts";
import { type Sight, seeNothing, seeThrough } from "../../../src/verify/sight.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { aProbe } from "../../support/a-probe.ts";
import { aMemoryService, appAndDb } from "../../support/memory-stack.ts";
import { openProved, type ProvedStack } from "../../support/proved-stack.ts";

function sightOf(proved: ProvedStack, changes: Partial<Engine> = {}): Sight {
  const engine = { ...proved.engine, ...changes };
  const look = createLooker({
    signal: new AbortController().signal,
    concurrency: 8,
    deadlineMs: 60_000,
  });
  const context = { ...proved.context, engine: async () => engine };
  return seeThrough(context, { stack: proved.stack, engine, look });
}

function published(hostPort: number, containerPort: number, protocol: "tcp" | "udp") {
  return { hostAddress: "127.0.0.1", hostPort, containerPort, protocol };
}

const connecting = aProbe({ type: "exec", command: ["/app"] }, { intervalMs: 1 });

test("a service that runs is known by its addresses, its ports, the host's addresses and its tool", async () => {
  const app: Partial<Service> = {
    ports: [published(8080, 80, "tcp"), published(5353, 53, "udp"), published(8081, 81, "tcp")],
    extraHosts: [
      { name: "host", address: "host-gateway" },
      { name: "db2", address: "10.0.0.9" },
    ],
    probes: [connecting],
    networks: new Map(["edge", "front"].map((name) => [name, { aliases: [] }])),
  };
  const parts = appAndDb(app);
  // The host is on this one, too.
  const front = aNetworkIn("shop", "front");
  await using proved = await openProved(
    {
      files: (service) => ({
        "/etc/hosts": { content: "172.17.0.1 host\n10.213.0.1 host\n10.0.0.9 db2\n" },
        ...(service === "app" ? { "/opt/busybox": { content: "ELF", mode: 0o755 } } : {}),
      }),
    },
    { ...parts, networks: [...(parts.networks ?? []), front] },
  );
  const sight = sightOf(proved, {
    inspectImage: async (reference) => {
      const found = await proved.engine.inspectImage(reference);
      const environment = ["PATH=/opt"];
      return found && { ...found, environment, exposedPorts: ["80/tcp", "9000/tcp", "53/udp"] };
    },
  });

  const running = await sight.running();
  const { service, containerId, ...facts } = running.get("app") ?? {};
  expect(service?.name).toBe("app");
  expect(containerId).toMatch(/^c+\d+$/);
  expect(facts).toEqual({
    addresses: ["10.213.0.2", "10.213.0.2"],
    gateways: ["10.213.0.1", "172.17.0.1"],
    ports: [80, 81, 9000],
    tool: { type: "busybox", path: "/opt/busybox" },
  });
  expect(running.get("db")).toMatchObject({
    gateways: [],
    ports: [80, 9000],
    tool: undefined,
  });
});

test("a probe's port counts where the image and the manifest name none, else any will do", async () => {
  await using proved = await openProved();
  const { stack } = proved;
  const db = stack.services.get("db");
  if (db === undefined) throw new Error("there is a db");
  const probed = { ...db, probes: [aProbe({ type: "tcp_socket", port: 5432 }), connecting] };
  const services = new Map([...stack.services, ["db", probed]]);
  const running = await sightOf({ ...proved, stack: { ...stack, services } }).running();

  expect(running.get("db")?.ports).toEqual([5432]);
  expect(running.get("app")?.ports).toEqual([80]);
});

test("what does not run has no address and is asked for no tool, and what is gone is missing", async () => {
  const parts = appAndDb();
  const services = [...parts.services, aMemoryService("mail")];
  await using proved = await openProved({}, { ...parts, services });
  await proved.engine.stopContainer("shop-app-1", 0);
  await proved.engine.removeContainer("shop-mail-1");
  const asked: string[] = [];
  const sight = sightOf(proved, {
    getArchive: async (id, path, signal) => {
      asked.push(path);
      return proved.engine.getArchive(id, path, signal);
    },
  });

  expect([...(await sight.running()).keys()]).toEqual(["db"]);
  const progress: string[] = [];
  const seen = await sight.services((done, total) => void progress.push(`${done}/${total}`));
  expect(seen.map(({ name, subject, failure }) => [name, subject !== undefined, failure])).toEqual([
    ["db", true, undefined],
    ["app", true, undefined],
    ["mail", false, undefined],
  ]);
  expect(progress).toEqual(["1/3", "2/3", "3/3"]);
  expect(asked.filter((path) => path.endsWith("bash")).length).toBe(1 + 3);
  expect(asked).not.toContain("/etc/hosts");
});

test("each part is looked at once, whoever asks", async () => {
  await using proved = await openProved();
  const asked: string[] = [];
  const sight = sightOf(proved, {
    info: async () => {
      asked.push("info");
      return await proved.engine.info();
    },
    inspectContainer: async (id) => {
      asked.push(id);
      return await proved.engine.inspectContainer(id);
    },
    exportImage: async (reference) => {
      asked.push("export");
      return await proved.engine.exportImage(reference);
    },
  });
  await sight.secretValues();
  expect(asked.filter((each) => each.startsWith("shop"))).toEqual(["shop-db-1", "shop-app-1"]);
  await sight.services();
  await Promise.all([sight.images(), sight.images(), sight.info(), sight.info()]);

  expect(asked.filter((each) => each === "export")).toEqual(["export"]);
  expect((await sight.images()).map(({ name }) => name)).toEqual(["tools"]);
  const values = await sight.secretValues();
  expect(values).toHaveLength(1);
  expect(values[0]).toMatch(/^[A-Za-z2-9]{24}$/);
});

test("where the Engine could not be asked nothing is seen, and why", async () => {
  await using proved = await openProved();
  const sight = seeNothing(proved, "Nobody answers.");

  expect(sight.engine).toBeUndefined();
  expect((await sight.info()).failure).toBe("Nobody answers.");
  expect(await sight.images()).toEqual([
    { name: "tools", subject: undefined, failure: "Nobody answers." },
  ]);
  expect((await sight.services()).map(({ name, failure }) => [name, failure])).toEqual([
    ["db", "Nobody answers."],
    ["app", "Nobody answers."],
  ]);
  expect((await sight.running()).size).toBe(0);
  expect(await sight.strangers()).toBeUndefined();
  expect(await sight.secretValues()).toEqual([]);
});
