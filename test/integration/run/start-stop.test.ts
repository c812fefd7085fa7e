import { expect, test } from "vitest";
import type { RunReport } from "../../../src/run/execution/event.ts";
import { takeHold } from "../../../src/run/hold/hold.ts";
import { restart, start } from "../../../src/run/start.ts";
import { stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { aNetworkIn } from "../../support/a-network.ts";
import { aProbe } from "../../support/a-probe.ts";
import {
  aShellService,
  createTestStack,
  type TestStack,
  webServer,
} from "../../support/runtime.ts";

/** `web` needs `store`, and is ready when its port answers. */
function declared(rig: TestStack): Stack {
  return rig.stack({
    services: [
      aShellService(rig.name, "store", { stopGracePeriodMs: 5000 }),
      aShellService(rig.name, "web", {
        dependsOn: new Map([["store", "service_healthy"]]),
        networks: new Map([["only", { aliases: [] }]]),
        command: webServer(8080),
        probes: [aProbe({ type: "tcp_socket", port: 8080 })],
      }),
    ],
    networks: [aNetworkIn(rig.name, "only", { origin: "default" })],
  });
}

async function stateOf(rig: TestStack, service: string) {
  const state = await rig.engine.inspectContainer(`${rig.name}-${service}-1`);
  if (state === undefined) throw new Error(`${service} has no container`);
  return state;
}

const idsOf = ({ nodes }: RunReport): readonly string[] => nodes.map(({ node }) => node.id);

test("what is stopped stays where it is, in order, and starts again in the other, ready", async () => {
  await using rig = await createTestStack();
  const stack = declared(rig);
  const context = rig.context(stack);
  expect((await up(context, {})).status).toBe("succeeded");
  const before = await rig.containerIds();

  expect((await stop({ ...context, stackName: rig.name }, {})).status).toBe("succeeded");
  const [store, web] = [await stateOf(rig, "store"), await stateOf(rig, "web")];
  expect([store.status, web.status]).toEqual(["exited", "exited"]);
  expect(Date.parse(web.finishedAt ?? "")).toBeLessThan(Date.parse(store.finishedAt ?? ""));
  expect(idsOf(await stop({ ...context, stackName: rig.name }, {}))).toEqual([]);

  expect((await start(context, {})).status).toBe("succeeded");
  const [storeAgain, webAgain] = [await stateOf(rig, "store"), await stateOf(rig, "web")];
  expect([storeAgain.status, webAgain.status]).toEqual(["running", "running"]);
  expect(Date.parse(webAgain.startedAt)).toBeGreaterThan(Date.parse(storeAgain.startedAt));
  expect(idsOf(await start(context, {}))).toEqual([]);
  expect(await rig.containerIds()).toEqual(before);
});

test("one service is restarted, in place, and the other runs on", async () => {
  await using rig = await createTestStack();
  const context = rig.context(declared(rig));
  await up(context, {});
  const [before, webBefore] = [await stateOf(rig, "store"), await stateOf(rig, "web")];

  const report = await restart(context, { services: ["store"] });
  expect(idsOf(report)).toEqual([`stop:${rig.name}-store-1`, "start:store", "wait:store"]);
  const after = await stateOf(rig, "store");
  expect(after.id).toBe(before.id);
  expect(Date.parse(after.startedAt)).toBeGreaterThan(Date.parse(before.startedAt));
  expect((await stateOf(rig, "web")).startedAt).toBe(webBefore.startedAt);
  expect(rig.events).toContainEqual(
    expect.objectContaining({
      type: "notice",
      message: "web depends on store and is left running.",
    }),
  );
});

test("what wishes it is started again, in place, after what it needs: by restart, and by up", async () => {
  await using rig = await createTestStack();
  const stack = declared(rig);
  const [store, web] = stack.services.values();
  if (store === undefined || web === undefined) throw new Error("no services");
  const services = (needed: typeof store): Stack => ({
    ...stack,
    services: new Map([
      ["store", needed],
      ["web", { ...web, restartsWith: ["store"] }],
    ]),
  });
  await up(rig.context(services(store)), {});
  const before = await stateOf(rig, "web");

  const restarted = await restart(rig.context(services(store)), { services: ["store"] });
  expect(restarted.status).toBe("succeeded");
  const between = await stateOf(rig, "web");
  expect(between.id).toBe(before.id);
  expect(Date.parse(between.startedAt)).toBeGreaterThan(
    Date.parse((await stateOf(rig, "store")).startedAt),
  );

  const changed = services({ ...store, environment: new Map([["LEVEL", "debug"]]) });
  const report = await up(rig.context(changed), {});
  expect(report.status).toBe("succeeded");
  const [made, after] = [await stateOf(rig, "store"), await stateOf(rig, "web")];
  expect(after.id).toBe(before.id);
  expect(Date.parse(after.startedAt)).toBeGreaterThan(Date.parse(made.startedAt));
  expect(idsOf(await up(rig.context(changed), {}))).toEqual([]);
});

test("a service that does not get ready again fails the restart, with its log", async () => {
  await using rig = await createTestStack();
  const script =
    "test -e /data/once && { echo not a second time; exit 9; }; touch /data/once; trap 'exit 0' TERM; while :; do sleep 0.05; done";
  const service = aShellService(rig.name, "once", {
    script,
    restart: { type: "no" },
    // On the container's own layer, which stays when it stops.
    hardening: { ...aShellService(rig.name, "x").hardening, readOnlyRoot: false },
  });
  const context = rig.context(rig.stack({ services: [service] }));
  const first = await up(context, {});
  expect(first.status).toBe("succeeded");

  const report = await restart(context, {});
  expect(report.status).toBe("failed");
  const [failure] = report.nodes.flatMap(({ outcome }) =>
    outcome.status === "failed" ? [outcome.error] : [],
  );
  expect(failure?.code).toBe("container-exited");
  expect(failure?.details.join("\n")).toContain("not a second time");
});

test("labels alone are enough to stop a stack, and its hold is respected", async () => {
  await using rig = await createTestStack();
  const context = rig.context(declared(rig));
  await up(context, {});
  const byName = { ...context, stackName: rig.name, stack: undefined };
  {
    await using _ = await takeHold({ ...context, stackName: rig.name, runId: "another" });
    await expect(stop(byName, {})).rejects.toMatchObject({ code: "stack-locked" });
    await expect(restart(context, {})).rejects.toMatchObject({ code: "stack-locked" });
  }

  expect((await stop(byName, { services: ["web"] })).status).toBe("succeeded");
  expect((await stateOf(rig, "web")).status).toBe("exited");
  expect((await stateOf(rig, "store")).status).toBe("running");
  expect((await stop(byName, {})).status).toBe("succeeded");
  expect((await stateOf(rig, "store")).status).toBe("exited");
});

test("there is nothing to start before up", async () => {
  await using rig = await createTestStack();
  const context = rig.context(declared(rig));

  await expect(start(context, {})).rejects.toMatchObject({ code: "container-missing" });
  await expect(start(context, { services: ["nobody"] })).rejects.toMatchObject({
    code: "service-not-found",
  });
});
