import type { NodeReport, Outcome, RunEvent, RunReport, StepReport } from "./event.ts";

/** Where a run stands: the sum of its events so far. */
export interface Run {
  readonly startedAtMs: number;
  readonly nodes: Map<string, NodeReport>;
}

/** A run before its first event. */
export function beginRun(): Run {
  return { startedAtMs: 0, nodes: new Map() };
}

const pending: Outcome = { status: "skipped", reason: "aborted" };

/**
 * The run after one more event, which depends on the events alone, so that the report cannot
 * disagree with what was shown. Takes the run over: a copy for each event would take hours with
 * thousands of nodes.
 */
export function advance(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case "run-started":
      return {
        startedAtMs: event.atMs,
        nodes: new Map(event.plan.nodes.map((node) => [node.id, { node, outcome: pending }])),
      };
    case "node-started":
      return withNode(run, { node: event.node, outcome: pending, startedAtMs: event.atMs });
    case "node-finished": {
      const startedAtMs = run.nodes.get(event.node.id)?.startedAtMs;
      const times =
        startedAtMs === undefined ? {} : { startedAtMs, durationMs: event.atMs - startedAtMs };
      return withNode(run, { node: event.node, outcome: event.outcome, ...times });
    }
    case "phase-started":
    case "phase-progress":
    case "phase-finished":
    case "node-output":
    case "node-progress":
    case "node-waiting":
    case "notice":
    case "run-finished":
      return run;
  }
}

/** The report of a run that has ended. */
export function summarize(run: Run, atMs: number, steps: readonly StepReport[] = []): RunReport {
  const { startedAtMs } = run;
  const nodes = [...run.nodes.values()];
  return { status: statusOf(nodes), startedAtMs, durationMs: atMs - startedAtMs, nodes, steps };
}

function statusOf(nodes: readonly NodeReport[]): RunReport["status"] {
  if (nodes.some(({ outcome }) => outcome.status === "failed")) return "failed";
  if (nodes.some(({ outcome }) => outcome.status === "skipped")) return "aborted";
  return "succeeded";
}

function withNode(run: Run, node: NodeReport): Run {
  run.nodes.set(node.node.id, node);
  return run;
}
