import { expect, test } from "vitest";
import type { Plan, PlanNode } from "../../../src/plan/plan.ts";
import { formatTimings } from "../../../src/reporters/format/timings.ts";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { criticalNodes, criticalPath, criticalPathOf } from "../../../src/run/critical-path.ts";
import type { NodeReport, RunReport } from "../../../src/run/execution/event.ts";
import { up } from "../../../src/run/up.ts";
import { appAndDb, openMemoryStack } from "../../support/memory-stack.ts";
import { heaviestPath } from "../../../src/stack/graph.ts";

const node = (image: string, ...dependsOn: readonly string[]): PlanNode => ({
  id: `assemble:${image}`,
  operation: { type: "assemble-image", image },
  cause: "not found",
  dependsOn: dependsOn.map((name) => `assemble:${name}`),
});

/** base -> app -> front, base -> db. */
const plan: Plan = {
  stack: "demo",
  nodes: [node("base"), node("app", "base"), node("db", "base"), node("front", "app")],
  unchanged: [],
  notices: [],
};

const seconds = (durations: Readonly<Record<string, number>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(durations).map(([name, each]) => [`assemble:${name}`, each * 1000]));

test("the heaviest path of a graph is neither the longest nor the one with the heaviest node", () => {
  const dependencies = new Map([
    ["a", []],
    ["b", ["a"]],
    ["c", ["b"]],
    ["d", ["c"]],
    ["e", ["a"]],
    ["f", []],
  ]);
  const weights: Readonly<Record<string, number>> = { a: 5, b: 1, c: 1, d: 1, e: 4, f: 8 };

  expect(heaviestPath(dependencies, (name) => weights[name] ?? 0)).toEqual(["a", "e"]);
  expect(heaviestPath(new Map(), () => 1)).toEqual([]);
});

test("the chain from nothing follows the times of the last runs", () => {
  const path = criticalPathOf(plan, seconds({ base: 1, app: 2, front: 1, db: 9 }));

  expect(path.links.map(({ node: { id } }) => id)).toEqual(["assemble:base", "assemble:db"]);
  expect(path).toMatchObject({ totalMs: 10_000, untimed: [] });
});

test("a stack that was never built has its longest chain, and says what was not timed", () => {
  const path = criticalPathOf(plan, new Map());

  expect(path.links.map(({ node: { id } }) => id)).toEqual([
    "assemble:base",
    "assemble:app",
    "assemble:front",
  ]);
  expect(path.totalMs).toBe(0);
  expect(path.untimed).toHaveLength(4);
});

const [base, app, db, front] = plan.nodes;

/** db ended last, though front's chain is longer. */
const report: RunReport = {
  status: "succeeded",
  startedAtMs: 200,
  durationMs: 5000,
  nodes: [
    reportOf(base, 200, 1000),
    reportOf(app, 1200, 1000),
    reportOf(db, 1200, 4000),
    reportOf(front, 2200, 1000),
  ],
  steps: [{ image: "db", step: "unpack", startedAtMs: 300, durationMs: 3000 }],
};

function reportOf(each: PlanNode | undefined, startedAtMs: number, durationMs: number): NodeReport {
  if (each === undefined) throw new Error("the plan has no such node");
  return { node: each, outcome: { status: "succeeded" }, startedAtMs, durationMs };
}

test("what the end of a run waited for is found from its end", () => {
  expect(criticalNodes(report).map(({ node: { id } }) => id)).toEqual([
    "assemble:base",
    "assemble:db",
  ]);
});

test("timings list what was done in the order in which it began, and mark what the end waited for", () => {
  const text = formatTimings(report, { style: createStyle({ color: false }), columns: undefined });

  expect(`\n${text}\n`).toMatchInlineSnapshot(`
    "
        step                                   began     took
    *   start, manifest, lock, Engine, plan     0 ms   200 ms   ━
    *   image base: assembled                 200 ms    1.0 s    ━━━━━━
          image db: packages unpacked         300 ms    3.0 s     ━━━━━━━━━━━━━━━━━
        image app: assembled                   1.2 s    1.0 s          ━━━━━━
    *   image db: assembled                    1.2 s    4.0 s          ━━━━━━━━━━━━━━━━━━━━━━━
        image front: assembled                 2.2 s    1.0 s                ━━━━━
    * the end waited for this; 5.2 s from the start of the process
    "
  `);
});

test("the scripts of an image are one line of the timings, with the packages that took longest", () => {
  const took = { first: 2, second: 40, third: 7, fourth: 30 };
  const scripts = Object.entries(took).map(([name, durationMs], index) => ({
    image: "db",
    step: "scripts" as const,
    package: name,
    startedAtMs: 400 + index,
    durationMs,
  }));
  const text = formatTimings(
    { ...report, steps: [...report.steps, ...scripts] },
    { style: createStyle({ color: false }), columns: undefined },
  );

  const lines = text.split("\n").filter((line) => line.includes("scripts"));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(
    /^ +image db: scripts interpreted \(second 40 ms, fourth 30 ms, third 7 ms\) +400 ms +79 ms/,
  );
});

test("of nodes that ended together the first counts, and one that never began ends nothing", () => {
  const { startedAtMs: _start, durationMs: _took, ...skipped } = reportOf(front, 0, 0);
  const nodes = [
    reportOf(base, 200, 1000),
    reportOf(app, 1200, 1000),
    reportOf(db, 1700, 500),
    { ...skipped, outcome: { status: "skipped", reason: "aborted" } as const },
  ];
  const path = criticalNodes({ ...report, nodes }).map(({ node: { id } }) => id);
  expect(path).toEqual(["assemble:base", "assemble:app"]);
  expect(criticalNodes({ ...report, nodes: [] })).toEqual([]);
});

test("how long a stack takes from nothing is known from its last run, whatever stands now", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  const before = await criticalPath(context);
  expect(before.totalMs).toBe(0);
  expect(before.untimed).toContain("assemble:tools");
  const ids = before.links.map(({ node: { id } }) => id);
  expect(ids.indexOf("start:db")).toBeGreaterThan(ids.indexOf("load:tools"));
  expect(ids.at(-1)).toBe("wait:app");
  expect(memory.told()).toEqual([]);

  await up(context, {});
  const after = await criticalPath(context);
  expect(after.untimed).toEqual([]);
  const sum = after.links.reduce((total, { durationMs = Number.NaN }) => total + durationMs, 0);
  expect(after.totalMs).toBe(sum);
});
