import { expect, test } from "vitest";
import { listLabelled, listServices } from "../../../../src/run/services/list-services.ts";
import { probeServices } from "../../../../src/run/services/probe-services.ts";
import { neverStarted } from "../../../../src/run/services/helper.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { takeHold } from "../../../../src/run/hold/hold.ts";
import { up } from "../../../../src/run/up.ts";
import {
  aMemoryService,
  appAndDb,
  memoryName,
  openMemoryStack,
} from "../../../support/memory-stack.ts";

test("services are listed in their order, with what was seen of each", async () => {
  await using memory = await openMemoryStack();
  const { services, ...rest } = appAndDb();
  const context = memory.rig.context(memory.rig.stack({ ...rest, services }));
  await up(context, {});
  const more = memory.rig.context(
    memory.rig.stack({ ...rest, services: [...services, aMemoryService("mail")] }),
  );
  await memory.engine.stopContainer("shop-db-1", 0);

  const rows = await listServices(more, { probe: false });
  expect(rows.map(({ service, state }) => [service, state])).toEqual([
    ["db", "exited"],
    ["app", "running"],
    ["mail", "absent"],
  ]);
  expect(rows.map((row) => row.probes)).toEqual([undefined, undefined, undefined]);
  expect(rows[0]).toMatchObject({ exitCode: 0, image: "tools", container: "shop-db-1" });
});

test("probes are run once for each service, and one that does not run fails each of its own", async () => {
  let isWell = true;
  await using memory = await openMemoryStack(() => ({
    exec: () => ({ exitCode: isWell ? 0 : 4, output: "not well" }),
  }));
  const { services, ...rest } = appAndDb();
  const context = memory.rig.context(memory.rig.stack({ ...rest, services }));
  await up(context, {});
  isWell = false;
  await memory.engine.stopContainer("shop-db-1", 0);
  const more = memory.rig.context(
    memory.rig.stack({
      ...rest,
      services: [...services, aMemoryService("mail", { probes: [] })],
    }),
  );

  const results = await probeServices(more, {});
  expect(results.map(({ service, probe, ok, message }) => [service, probe, ok, message])).toEqual([
    ["db", "exec", false, expect.stringContaining("the container is exited")],
    ["app", "exec", false, expect.stringContaining("not well")],
    ["mail", "container", false, "the service has no container"],
  ]);
  expect((await probeServices(more, { services: ["app"] })).map(({ service }) => service)).toEqual([
    "app",
  ]);
});

test("a service without probes is ready while it runs, and a job once it has ended well", async () => {
  await using memory = await openMemoryStack((service) =>
    service.startsWith("job") ? { endsWith: service === "job-bad" ? 1 : 0 } : {},
  );
  const plain = aMemoryService("plain", { probes: [] });
  const jobs = ["job-good", "job-bad"].map((name) =>
    aMemoryService(name, { probes: [], job: true, restart: { type: "no" } }),
  );
  const context = memory.rig.context(memory.rig.stack({ services: [plain, ...jobs] }));
  await up(context, {});
  const results = await probeServices(context, {});
  expect(results.map(({ service, ok, message }) => [service, ok, message])).toEqual([
    ["plain", true, "running"],
    ["job-good", true, "completed"],
    ["job-bad", false, expect.stringContaining("exited")],
  ]);
});

test("without a manifest what bears the stack's labels is listed by name, without the hold", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await up(context, {});
  await using _hold = await takeHold({ ...context, stackName: memoryName });
  await memory.engine.createContainer({
    ...neverStarted,
    name: "shop-qclock-helper-1",
    image: "qclock.invalid/empty:latest",
    labels: new Map([
      [labels.stack, memoryName],
      [labels.role, "helper"],
    ]),
  });
  const rows = await listLabelled({ ...context, stackName: memoryName });
  expect(rows.map(({ service, state }) => [service, state])).toEqual([
    ["app", "running"],
    ["db", "running"],
  ]);
});

test("with probes each row has what they saw", async () => {
  let isWell = true;
  await using memory = await openMemoryStack(() => ({
    exec: () => ({ exitCode: isWell ? 0 : 4, output: "not well" }),
  }));
  const ports = [
    { hostAddress: "127.0.0.1", hostPort: 0, containerPort: 80, protocol: "tcp" },
  ] as const;
  const context = memory.rig.context(memory.rig.stack(appAndDb({ ports })));
  await up(context, {});
  isWell = false;
  const rows = await listServices(context, { probe: true });
  const failed = [{ name: "exec", ok: false, message: "exit code 4: not well" }];
  expect(rows.map(({ service, probes, urls }) => ({ service, probes, urls }))).toEqual([
    { service: "db", probes: failed, urls: [] },
    { service: "app", probes: failed, urls: ["127.0.0.1:40000"] },
  ]);
});

test("services of inactive profiles are listed where they have a container", async () => {
  await using memory = await openMemoryStack();
  const stack = memory.rig.stack({
    services: [aMemoryService("app"), aMemoryService("debug"), aMemoryService("tools")],
  });
  await up(memory.rig.context(stack), { services: ["app", "debug"] });
  const inactive = new Set(["debug", "tools"]);
  const rows = await listServices(memory.rig.context({ ...stack, inactive }), { probe: false });
  expect(rows.map(({ service, state }) => [service, state])).toEqual([
    ["app", "running"],
    ["debug", "running"],
  ]);
});
