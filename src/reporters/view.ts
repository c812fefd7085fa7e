import type { Plan, PlanNode } from "../plan/plan.ts";
import type { NodeReport, Outcome, RunEvent, RunReport } from "../run/execution/event.ts";
import { unreachable } from "../unreachable.ts";

/** How far something is. `total` 0 means that the end is not known. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly unit: "bytes" | "items";
  readonly detail?: string;
}

export interface PhaseView {
  readonly phase: string;
  readonly title: string;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  readonly progress?: Progress;
  readonly note?: string;
}

export type NodeView =
  | { readonly status: "pending"; readonly node: PlanNode }
  | {
      readonly status: "running";
      readonly node: PlanNode;
      readonly startedAtMs: number;
      readonly progress?: Progress;
      readonly lastLine?: string;
    }
  | {
      readonly status: "finished";
      readonly node: PlanNode;
      readonly outcome: Outcome;
      readonly startedAtMs?: number;
      readonly finishedAtMs: number;
    };

/**
 * Where a command stands: the sum of its events so far. Every reporter for people is a picture of
 * it.
 */
export interface View {
  readonly command: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly plan: Plan | undefined;
  /** In the order in which they began. */
  readonly phases: ReadonlyMap<string, PhaseView>;
  /** In the plan's order. */
  readonly nodes: Map<string, NodeView>;
  /** The last lines of each node's output. */
  readonly output: Map<string, readonly string[]>;
  readonly notices: readonly Extract<RunEvent, { type: "notice" }>[];
  readonly report: RunReport | undefined;
}

/** The view of a command before its first event. */
export function beginView(command: string | undefined): View {
  return {
    command,
    startedAtMs: undefined,
    plan: undefined,
    phases: new Map(),
    nodes: new Map(),
    output: new Map(),
    notices: [],
    report: undefined,
  };
}

/** How many lines of a node's output are kept for the case that it fails; the full log has all. */
const keptLines = 60;

/**
 * The view after one more event. Takes the view over: its maps grow, since copying them for each
 * event takes time that grows with the square of the plan.
 */
export function advance(view: View, event: RunEvent): View {
  const started = view.startedAtMs === undefined ? { ...view, startedAtMs: event.atMs } : view;
  switch (event.type) {
    case "run-started":
      return {
        ...started,
        command: event.command,
        plan: event.plan,
        nodes: pendingNodes(event.plan),
      };
    case "phase-started":
    case "phase-progress":
    case "phase-finished":
      return { ...started, phases: advancePhases(view.phases, event) };
    case "node-started":
      return withNode(started, { status: "running", node: event.node, startedAtMs: event.atMs });
    case "node-progress":
      return advanceProgress(started, event);
    case "node-output":
      return advanceOutput(started, event);
    case "node-waiting":
      return advanceWaiting(started, event);
    case "node-finished":
      return withNode(started, finished(view.nodes.get(event.node.id), event));
    case "notice":
      return { ...started, notices: [...view.notices, event] };
    case "run-finished":
      return { ...started, report: event.report };
    default:
      return unreachable(event);
  }
}

/** The nodes of a report that failed, each with its error. */
export function failuresOf(
  report: RunReport,
): readonly (NodeReport & { readonly outcome: Extract<Outcome, { status: "failed" }> })[] {
  return report.nodes.flatMap((entry) =>
    entry.outcome.status === "failed" ? [{ ...entry, outcome: entry.outcome }] : [],
  );
}

type PhaseEvent = Extract<
  RunEvent,
  { type: "phase-started" | "phase-progress" | "phase-finished" }
>;

function advancePhases(
  phases: ReadonlyMap<string, PhaseView>,
  event: PhaseEvent,
): ReadonlyMap<string, PhaseView> {
  const next = new Map(phases);
  const before = next.get(event.phase) ?? {
    phase: event.phase,
    title: event.phase,
    startedAtMs: event.atMs,
  };
  switch (event.type) {
    case "phase-started":
      next.set(event.phase, { phase: event.phase, title: event.title, startedAtMs: event.atMs });
      break;
    case "phase-progress":
      next.set(event.phase, { ...before, progress: progressOf(event) });
      break;
    case "phase-finished":
      next.set(event.phase, { ...before, finishedAtMs: event.atMs, note: event.note });
      break;
    default:
      return unreachable(event);
  }
  return next;
}

function advanceProgress(view: View, event: Extract<RunEvent, { type: "node-progress" }>): View {
  const before = view.nodes.get(event.node.id);
  if (before?.status !== "running") return view;
  return withNode(view, { ...before, progress: progressOf(event) });
}

function advanceOutput(view: View, event: Extract<RunEvent, { type: "node-output" }>): View {
  const { id } = event.node;
  const lines = [...(view.output.get(id) ?? []), event.line].slice(-keptLines);
  const before = view.nodes.get(id);
  view.output.set(id, lines);
  return before?.status === "running" ? withNode(view, { ...before, lastLine: event.line }) : view;
}

/** What is waited for stands where the last line of output does, and is no output. */
function advanceWaiting(
  view: View,
  { node, reason }: Extract<RunEvent, { type: "node-waiting" }>,
): View {
  const before = view.nodes.get(node.id);
  return before?.status === "running" ? withNode(view, { ...before, lastLine: reason }) : view;
}

function finished(
  before: NodeView | undefined,
  event: Extract<RunEvent, { type: "node-finished" }>,
): NodeView {
  return {
    status: "finished",
    node: event.node,
    outcome: event.outcome,
    finishedAtMs: event.atMs,
    ...(before?.status === "running" ? { startedAtMs: before.startedAtMs } : {}),
  };
}

function pendingNodes(plan: Plan): Map<string, NodeView> {
  return new Map(plan.nodes.map((node) => [node.id, { status: "pending", node }]));
}

function withNode(view: View, node: NodeView): View {
  view.nodes.set(node.node.id, node);
  return view;
}

function progressOf(event: Progress): Progress {
  const { done, total, unit, detail } = event;
  return { done, total, unit, ...(detail === undefined ? {} : { detail }) };
}
