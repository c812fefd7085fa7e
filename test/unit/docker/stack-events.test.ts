import { expect, test } from "vitest";
import type { StackEvent } from "../../../src/docker/engine.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { formatEvent } from "../../../src/reporters/lists/events.ts";
import { labels } from "../../../src/stack/labels.ts";
import { recordOf } from "../../../src/stack/ownership.ts";
import { startFakeEngine, stream } from "../../support/fake-engine.ts";

const atMs = Date.UTC(2026, 4, 1, 12);

function anEvent(Action: string, changes: Readonly<Record<string, string>> = {}): object {
  const name = "shop-web-1";
  const found = new Map([
    [labels.stack, "shop"],
    [labels.service, "web"],
    [labels.role, "service"],
  ]);
  const record = recordOf({ kind: "container", name, labels: found }, atMs);
  const Attributes = {
    ...Object.fromEntries(found),
    [labels.record]: record,
    name,
    image: "qclock.invalid/shop/web:latest",
    ...changes,
  };
  return {
    Type: "container",
    Action,
    timeNano: atMs * 1e6,
    Actor: { ID: "c".repeat(64), Attributes },
  };
}

test("events of the services are told, and none of what only bears their labels", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /events": stream([
        anEvent("start"),
        anEvent("die", { exitCode: "137" }),
        anEvent("start", { name: "shop-copy-1" }),
        anEvent("start", { [labels.service]: "db" }),
        { Action: "start", Actor: { ID: "x", Attributes: { [labels.stack]: "shop" } } },
      ]),
    },
  });
  await using engine = await fake.connect();
  const events: StackEvent[] = [];
  for await (const event of engine.stackEvents("shop", { since: 1, until: 2 })) events.push(event);

  const common = {
    atMs,
    containerId: "c".repeat(64),
    container: "shop-web-1",
    service: "web",
    image: "qclock.invalid/shop/web:latest",
  };
  expect(events).toEqual([
    { ...common, action: "start" },
    { ...common, action: "die", exitCode: 137 },
  ]);
  expect(decodeURIComponent(fake.requests.at(-1) ?? "")).toBe(
    'GET /v1.41/events?since=1.000000000&until=2.000000000&filters={"type":["container"],"label":["dev.qclock.stack=shop"]}',
  );
});

test("an event at a time that no date can tell is no answer of an Engine", async () => {
  await using fake = await startFakeEngine({
    routes: { "GET /events": stream([{ ...anEvent("start"), timeNano: 1e30 }]) },
  });
  await using engine = await fake.connect();
  const events = engine.stackEvents("shop", {})[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toMatchObject({ code: "engine-failed" });
});

test("an event is a line that steers no terminal", () => {
  const event: StackEvent = {
    atMs,
    action: "exec_create: sh \u001B[2J\n",
    containerId: "\u001Bc".repeat(32),
    container: "shop-web-1",
    service: "web",
    image: "web",
    exitCode: 1,
  };
  expect(formatEvent(event, createStyle({ color: false }))).toBe(
    "2026-05-01T12:00:00.000Z container exec_create: sh ?[2J? ?c?c?c?c?c?c (service=web, name=shop-web-1, image=web, exitCode=1)",
  );
});
