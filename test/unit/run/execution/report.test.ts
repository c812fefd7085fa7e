import { expect, test } from "vitest";
import type { RunEvent } from "../../../../src/run/execution/event.ts";
import { advance, beginRun, summarize } from "../../../../src/run/execution/report.ts";
import { scriptedEvents, scriptedNodes, scriptedPlan } from "../../../support/scripted-run.ts";

/** The report of a run whose last event was the last of these. */
function reportAfter(events: readonly RunEvent[], atMs: number) {
  let run = beginRun();
  for (const event of events) run = advance(run, event);
  const { nodes, ...rest } = summarize(run, atMs);
  return {
    ...rest,
    nodes: nodes.map(({ node, outcome, startedAtMs, durationMs }) =>
      [node.id, outcome.status, startedAtMs, durationMs].join(" "),
    ),
  };
}

test("a report is the sum of its events, with the time that each node took", () => {
  const [fetching, progress, fetched, started, ...others] = scriptedEvents({ failing: false });
  const waiting: RunEvent = {
    type: "node-waiting",
    atMs: 2000,
    node: scriptedNodes.readyApp,
    reason: "not yet",
    waitedMs: 1,
  };
  // What is told beside the nodes changes nothing, whenever it comes.
  const events = [started, fetching, progress, fetched, waiting, ...others];
  expect(
    reportAfter(
      events.filter((event) => event !== undefined),
      9000,
    ),
  ).toEqual({
    status: "succeeded",
    startedAtMs: 1500,
    durationMs: 7500,
    steps: [],
    nodes: [
      "assemble:base succeeded 2000 500",
      "load:base succeeded 3000 500",
      "network:edge succeeded 4000 500",
      "create:app succeeded 5000 500",
      "start:app succeeded 6000 500",
      "ready:app succeeded 7000 500",
    ],
  });
});

test("a failed node fails the run, although what needs it was only skipped", () => {
  const { status, nodes } = reportAfter(scriptedEvents({ failing: true }), 9000);
  expect(status).toBe("failed");
  expect(nodes.slice(4)).toEqual(["start:app failed 6000 500", "ready:app skipped  "]);
});

test("a run that ends early was aborted, also where a node had begun", () => {
  const begun: readonly RunEvent[] = [
    { type: "run-started", atMs: 100, command: "up", plan: scriptedPlan },
    { type: "node-started", atMs: 200, node: scriptedNodes.assembleBase },
  ];
  const { status, nodes } = reportAfter(begun, 300);
  expect(status).toBe("aborted");
  expect(nodes.slice(0, 2)).toEqual(["assemble:base skipped 200 ", "load:base skipped  "]);
  expect(summarize(beginRun(), 50)).toMatchObject({
    status: "succeeded",
    startedAtMs: 0,
    durationMs: 50,
  });
});
