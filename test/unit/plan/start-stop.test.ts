import { describe, expect, test } from "vitest";
import { formatPlan } from "../../../src/plan/format-plan.ts";
import type { Observed, ObservedContainer } from "../../../src/plan/observed.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { planRestart, planStart } from "../../../src/plan/services/plan-start.ts";
import { planStop } from "../../../src/plan/taking/plan-stop.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { afterUp, anImage, aService, aStack } from "../../support/builders.ts";

/** app -> db and the job init; web -> app. */
const stack = aStack({
  images: ["app", "db", "init", "web"].map((name) => anImage(name)),
  services: [
    aService({ name: "db", stopGracePeriodMs: 30_000 }),
    aService({ name: "init", job: true }),
    aService({
      name: "app",
      dependsOn: new Map([
        ["db", "service_healthy"],
        ["init", "service_completed_successfully"],
      ]),
    }),
    aService({ name: "web", dependsOn: new Map([["app", "service_started"]]) }),
  ],
});

type Changes = Readonly<Record<string, Partial<ObservedContainer> | undefined>>;

const exited = { status: "exited", exitCode: 143 } as const;

function stop(services?: readonly string[], changes: Changes = {}, known?: Stack): Plan {
  const observed = afterUp(stack, changes);
  return planStop({
    stackName: "t",
    stack: known,
    observed,
    ...(services === undefined ? {} : { services }),
  });
}

function request(
  services: readonly string[] | undefined,
  observed: Observed,
  unready: ReadonlyMap<string, string>,
) {
  return { stack, observed, unready, ...(services === undefined ? {} : { services }) };
}

function start(
  services?: readonly string[],
  changes: Changes = {},
  unready: ReadonlyMap<string, string> = new Map(),
): Plan {
  return planStart(request(services, afterUp(stack, changes), unready));
}

function restart(services?: readonly string[], changes: Changes = {}): Plan {
  return planRestart(request(services, afterUp(stack, changes), new Map()));
}

describe("stop", () => {
  test("dependents stop first, each within its time, and nothing is removed", () => {
    const plan = stop(undefined, {}, stack);

    expect(formatPlan(plan)).toMatchInlineSnapshot(`
      "[] -> stop:t-web-1, asked for
      [stop:t-web-1] -> stop:t-app-1, asked for
      [stop:t-app-1] -> stop:t-db-1, asked for
      "
    `);
    expect(plan.nodes.at(-1)?.operation).toMatchObject({ name: "t-db-1", gracePeriodMs: 30_000 });
    expect(plan.unchanged).toEqual([{ kind: "service", name: "init", reason: "exited" }]);
  });

  test("what is named stops alone; what depends on it and runs is told", () => {
    const plan = stop(["db"], {}, stack);

    expect(formatPlan(plan)).toBe("[] -> stop:t-db-1, asked for\n");
    expect(plan.notices).toEqual(["app depends on db and is left running."]);
    expect(stop(["db", "app"], {}, stack).notices).toEqual([
      "web depends on app and is left running.",
    ]);
    expect(stop(["db"], { app: exited }, stack).notices).toEqual([]);
    expect(stop(["db"], { db: exited }, stack).notices).toEqual([]);
  });

  test("what is stopped stays stopped, and what is not there is said to be so", () => {
    const plan = stop(["db", "app"], { db: exited, app: undefined }, stack);

    expect(plan.nodes).toEqual([]);
    expect(plan.unchanged).toEqual([
      { kind: "service", name: "db", reason: "exited" },
      { kind: "service", name: "app", reason: "has no container" },
    ]);
  });

  test("labels are enough, and what crashes again and again or is paused is stopped as well", () => {
    const changes = { db: { status: "paused" }, app: { status: "restarting" } } as const;

    expect(
      stop(["db", "app"], changes)
        .nodes.map(({ id }) => id)
        .toSorted(),
    ).toEqual(["stop:t-app-1", "stop:t-db-1"]);
  });

  test("the stack's hold, helpers and what others made are left alone", () => {
    const observed = afterUp(stack, { db: { role: "hold" }, app: { role: "helper" } });
    const containers = observed.containers.map((one) =>
      one.service === "web" ? { ...one, ours: false } : one,
    );

    expect(
      planStop({ stackName: "t", stack, observed: { ...observed, containers } }).nodes,
    ).toEqual([]);
  });
});

test("several that depend on a stopped one are told together, and a plan without a stack tells none", () => {
  const both = aStack({
    images: [anImage("app")],
    services: [
      aService({ name: "db", image: "app" }),
      ...["one", "two", "idle"].map((name) =>
        aService({ name, image: "app", dependsOn: new Map([["db", "service_healthy"]]) }),
      ),
    ],
  });
  const observed = afterUp(both, { idle: { status: "exited" } });
  const asked = { stackName: "t", observed, services: ["db"] };

  expect(planStop({ ...asked, stack: both }).notices).toEqual([
    "one and two depend on db and are left running.",
  ]);
  const blind = planStop({ ...asked, stack: undefined });
  expect(blind.notices).toEqual([]);
  expect(blind.nodes[0]?.operation).toMatchObject({ name: "t-db-1", gracePeriodMs: 10_000 });
});

describe("start", () => {
  test("dependencies start first, and each is waited for as its dependents ask", () => {
    const changes = { db: exited, app: exited, web: { status: "created" } } as const;

    expect(formatPlan(start(undefined, changes))).toMatchInlineSnapshot(`
      "[] -> start:db, exited (143)
      [start:db] -> wait:db, started
      [wait:db] -> start:app, exited (143)
      [start:app] -> wait:app, started
      [start:app] -> start:web, never started
      [start:web] -> wait:web, started
      "
    `);
    expect(start(undefined, changes).unchanged).toEqual([
      { kind: "service", name: "init", reason: "completed" },
    ]);
  });

  test("what is named starts with what it needs, and nothing else", () => {
    const changes = { db: exited, app: exited, web: exited };

    expect(start(["app"], changes).nodes.map(({ id }) => id)).toEqual([
      "start:db",
      "wait:db",
      "start:app",
      "wait:app",
    ]);
  });

  test("what runs and is ready is left alone; what is not ready is waited for", () => {
    expect(start().nodes).toEqual([]);
    const plan = start(undefined, { app: exited }, new Map([["db", "tcp_socket: refused"]]));

    expect(formatPlan(plan)).toMatchInlineSnapshot(`
      "[] -> wait:db, not ready: tcp_socket: refused
      [wait:db] -> start:app, exited (143)
      [start:app] -> wait:app, started
      "
    `);
  });

  test("a job that runs is waited for, one that failed runs again", () => {
    expect(formatPlan(start(["init"], { init: { status: "running" } }))).toBe(
      "[] -> wait:init, still running\n",
    );
    expect(formatPlan(start(["init"], { init: { exitCode: 3 } }))).toBe(
      "[] -> start:init, exited (3)\n[start:init] -> wait:init, started\n",
    );
  });

  test("what the Engine takes for running without its running is stopped before", () => {
    expect(formatPlan(start(["db"], { db: { status: "paused" } }))).toBe(
      "[] -> stop:t-db-1, paused\n[stop:t-db-1] -> start:db, paused\n[start:db] -> wait:db, started\n",
    );
  });

  test.each<[string, Changes, string]>([
    ["gone", { db: undefined }, "db has no container that could be started."],
    ["dead", { db: { status: "dead" } }, "db has no container that could be started."],
    ["another's", { db: { ours: false } }, "db has no container that could be started."],
    [
      "gone, two of them",
      { db: undefined, app: undefined },
      "db and app have no container that could be started.",
    ],
  ])("a container that is %s is not started, nor what needs it", (_, changes, message) => {
    expect(() => start(["web"], { ...changes, web: exited })).toThrow(message);
  });
});

describe("restart", () => {
  test("one service stops and starts, and what depends on it is told", () => {
    const plan = restart(["app"]);

    expect(formatPlan(plan)).toMatchInlineSnapshot(`
      "[] -> stop:t-app-1, asked for
      [stop:t-app-1] -> start:app, asked for
      [start:app] -> wait:app, started
      "
    `);
    expect(plan.notices).toEqual(["web depends on app and is left running."]);
  });

  test("all of them stop in one order and start in the other; a job has completed", () => {
    expect(formatPlan(restart())).toMatchInlineSnapshot(`
      "[] -> stop:t-web-1, asked for
      [stop:t-web-1] -> stop:t-app-1, asked for
      [stop:t-app-1] -> stop:t-db-1, asked for
      [stop:t-db-1] -> start:db, asked for
      [start:db] -> wait:db, started
      [stop:t-app-1 wait:db] -> start:app, asked for
      [start:app] -> wait:app, started
      [stop:t-web-1 start:app] -> start:web, asked for
      [start:web] -> wait:web, started
      "
    `);
  });

  test("a job that is named runs again", () => {
    expect(formatPlan(restart(["init"]))).toBe(
      "[] -> start:init, asked for\n[start:init] -> wait:init, started\n",
    );
  });

  test("what a named service needs and does not run is started before it", () => {
    expect(restart(["app"], { db: exited }).nodes.map(({ id }) => id)).toEqual([
      "stop:t-app-1",
      "start:db",
      "wait:db",
      "start:app",
      "wait:app",
    ]);
  });

  test("what wishes it is started again with a named service, while it runs; the rest is told", () => {
    const [db, init, app, web] = stack.services.values();
    if (db === undefined || init === undefined || app === undefined || web === undefined)
      throw new Error("no services");
    const services = new Map(
      [
        db,
        init,
        { ...app, restartsWith: ["db"] },
        { ...web, restartsWith: ["app"] },
        aService({ name: "log", dependsOn: new Map([["db", "service_started"]]) }),
      ].map((service) => [service.name, service]),
    );
    const eager = { ...stack, services };
    const again = (changes: Changes = {}): Plan =>
      planRestart({
        stack: eager,
        observed: afterUp(eager, changes),
        unready: new Map(),
        services: ["db"],
      });

    const plan = again();
    expect(formatPlan(plan)).toMatchInlineSnapshot(`
      "[] -> stop:t-web-1, service app is started again
      [stop:t-web-1] -> stop:t-app-1, service db is started again
      [stop:t-app-1] -> stop:t-db-1, asked for
      [stop:t-db-1] -> start:db, asked for
      [start:db] -> wait:db, started
      [stop:t-app-1 wait:db] -> start:app, service db is started again
      [start:app] -> wait:app, started
      [stop:t-web-1 start:app] -> start:web, service app is started again
      [start:web] -> wait:web, started
      "
    `);
    expect(plan.notices).toEqual(["log depends on db and is left running."]);
    expect(again({ app: exited }).nodes.map(({ id }) => id)).not.toContain("start:app");
    const all = planRestart({ stack: eager, observed: afterUp(eager), unready: new Map() });
    expect(all.nodes.find(({ id }) => id === "stop:t-app-1")?.cause).toBe("asked for");
  });

  test("nothing stops where something could not be started again", () => {
    expect(() => restart(["app"], { db: undefined })).toThrow("db has no container");
  });
});

describe("a job among all services", () => {
  test.each<[string, Changes, boolean]>([
    ["has completed", {}, false],
    ["failed", { init: { status: "exited", exitCode: 3 } }, true],
    ["was never started", { init: { status: "created" } }, true],
  ])("that %s is run again by a restart: %s", (_, changes, isRun) => {
    const ids = restart(undefined, changes).nodes.map(({ id }) => id);
    expect(ids.includes("start:init")).toBe(isRun);
    expect(ids).toContain("start:app");
  });
});
