import { QclockError } from "../../src/error.ts";
import type { Plan, PlanNode } from "../../src/plan/plan.ts";
import type { NodeReport, Outcome, RunEvent } from "../../src/run/execution/event.ts";

/**
 * A plan of two images and a service whose start fails or not, as the real planner would make it.
 */
export const scriptedNodes = {
  assembleBase: node("assemble:base", { type: "assemble-image", image: "base" }, []),
  loadBase: node("load:base", { type: "load-image", image: "base" }, ["assemble:base"]),
  network: node(
    "network:edge",
    { type: "create-network", network: "edge", subnet: "10.213.0.0/28" },
    [],
  ),
  createApp: node("create:app", { type: "create-container", service: "app", configHash: "x" }, [
    "load:base",
    "network:edge",
  ]),
  startApp: node("start:app", { type: "start-container", service: "app" }, ["create:app"]),
  readyApp: node("ready:app", { type: "wait-ready", service: "app" }, ["start:app"]),
} as const;

export const scriptedPlan: Plan = {
  stack: "demo",
  nodes: Object.values(scriptedNodes),
  unchanged: [{ kind: "image", name: "db", reason: "up to date" }],
  notices: [],
};

const succeeded: Outcome = { status: "succeeded" };

/**
 * The events of that plan's run, a second between one step and the next. `failing` makes the start
 * fail.
 */
export function scriptedEvents(options: { readonly failing: boolean }): readonly RunEvent[] {
  const { assembleBase, loadBase, network, createApp, startApp, readyApp } = scriptedNodes;
  const failed: Outcome = {
    status: "failed",
    error: new QclockError("container-exited", 'Service "app" ended at once with exit code 1.', {
      details: ["configuration file is missing"],
      hint: "Look at its log.",
    }),
  };
  const outcomes: readonly (readonly [PlanNode, Outcome])[] = [
    [assembleBase, { status: "succeeded", note: "38 packages, 92 MB" }],
    [loadBase, succeeded],
    [network, succeeded],
    [createApp, succeeded],
    [startApp, options.failing ? failed : succeeded],
    [readyApp, options.failing ? { status: "skipped", reason: "dependency-failed" } : succeeded],
  ];
  let atMs = 1000;
  const events: RunEvent[] = [
    { type: "phase-started", atMs, phase: "fetch", title: "Fetch packages" },
    {
      type: "phase-progress",
      atMs: 1400,
      phase: "fetch",
      done: 46e6,
      total: 92e6,
      unit: "bytes",
      detail: "libc6",
    },
    { type: "phase-finished", atMs: 1500, phase: "fetch", note: "38 packages, 92 MB fetched" },
    { type: "run-started", atMs: 1500, command: "up", plan: scriptedPlan },
  ];
  const reports: NodeReport[] = [];
  for (const [each, outcome] of outcomes) {
    atMs += 1000;
    if (outcome.status !== "skipped") {
      events.push({ type: "node-started", atMs, node: each });
      if (each === assembleBase) {
        events.push({
          type: "node-progress",
          atMs: atMs + 100,
          node: each,
          done: 10,
          total: 38,
          unit: "items",
          detail: "bash",
        });
      }
      if (each === startApp)
        events.push({
          type: "node-output",
          atMs: atMs + 200,
          node: each,
          line: "\u001B[31mstarting\u001B[0m app",
        });
    }
    events.push({ type: "node-finished", atMs: atMs + 500, node: each, outcome });
    reports.push({ node: each, outcome });
  }
  events.push({ type: "notice", atMs, level: "warning", message: "The mirror answered slowly." });
  events.push({
    type: "run-finished",
    atMs: atMs + 600,
    report: {
      status: options.failing ? "failed" : "succeeded",
      startedAtMs: 0,
      durationMs: 6600,
      nodes: reports,
      steps: [],
    },
  });
  return events;
}

function node(
  id: string,
  operation: PlanNode["operation"],
  dependsOn: readonly string[],
): PlanNode {
  return { id, operation, cause: "not found", dependsOn };
}
