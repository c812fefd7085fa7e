import type { PlanNode } from "../../plan/plan.ts";
import type { NodeView, PhaseView, Progress, View } from "../view.ts";
import { formatDuration } from "./duration.ts";
import { describeOperation, isNoteworthy } from "./operation.ts";
import { formatBar, formatProgress } from "./progress.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Style } from "./style.ts";
import { displayWidth, padColumns, truncate } from "./width.ts";

export interface TreeOptions {
  /** The same clock as the events'. */
  readonly nowMs: number;
  readonly columns: number;
  readonly style: Style;
}

/** A line of the tree before it is coloured. */
interface Row {
  readonly mark: "done" | "failed" | "running" | "waiting" | "skipped" | "unchanged";
  readonly label: string;
  readonly text: string;
}

/** Phases quicker than this say nothing that anyone wants to read. */
const noteworthyMs = 300;

/** The head line of the tree: what runs, how far, how long. */
export function formatHead(view: View, options: TreeOptions): string {
  const elapsed = formatDuration(options.nowMs - (view.startedAtMs ?? options.nowMs));
  if (view.plan === undefined) return `${view.command ?? "run"} · ${elapsed}`;
  const finished = [...view.nodes.values()].filter(({ status }) => status === "finished").length;
  const count = view.nodes.size === 0 ? "nothing to do" : `${finished} of ${view.nodes.size}`;
  return truncate(
    `${view.command ?? "run"} ${view.plan.stack} · ${count} · ${elapsed}`,
    options.columns,
  );
}

/**
 * The lines below the head: phases worth a line, then each image, service, network and volume with
 * its step and what it waits for.
 */
export function formatTree(view: View, options: TreeOptions): readonly string[] {
  const phases = phaseRows(view, options);
  const things = [...unchangedRows(view), ...groupRows(view, options)];
  // What a phase is called is a sentence; it may not push the notes of what has a name off the
  // screen.
  const all = widestLabel([...phases, ...things]);
  const isWide = all > options.columns / 3 && things.length > 0;
  const labelWidth = isWide ? widestLabel(things) : all;
  return [...phases, ...things].map((row) => formatRow(row, labelWidth, options));
}

function widestLabel(rows: readonly Row[]): number {
  return Math.max(0, ...rows.map(({ label }) => displayWidth(label)));
}

/** The name is whole as long as it fits at all: it is the note that is cut. */
function formatRow(row: Row, labelWidth: number, { columns, style }: TreeOptions): string {
  const label = padColumns(truncate(row.label, Math.max(0, columns - 2)), labelWidth);
  const text = truncate(row.text, Math.max(0, columns - displayWidth(label) - 6));
  switch (row.mark) {
    case "done":
      return `${style.success("✔")} ${label}  ${style.faint(text)}`;
    case "failed":
      return `${style.error("✖")} ${label}  ${style.error(text)}`;
    case "running":
      return `${style.accent("●")} ${label}  ${text}`;
    case "waiting":
      return style.faint(`· ${label}  ${text}`);
    case "skipped":
      return `${style.warning("-")} ${label}  ${style.faint(text)}`;
    case "unchanged":
      return style.faint(`= ${label}  ${text}`);
    default:
      return row.mark satisfies never;
  }
}

function phaseRows(view: View, options: TreeOptions): readonly Row[] {
  return [...view.phases.values()].flatMap((phase) => phaseRow(phase, options));
}

function phaseRow(phase: PhaseView, options: TreeOptions): readonly Row[] {
  const durationMs = (phase.finishedAtMs ?? options.nowMs) - phase.startedAtMs;
  const label = sanitizeLine(phase.title);
  if (phase.finishedAtMs === undefined) {
    return [{ mark: "running", label, text: runningText("", phase.progress, durationMs, options) }];
  }
  if (durationMs < noteworthyMs) return [];
  return [
    {
      mark: "done",
      label,
      text: joined(sanitizeLine(phase.note ?? ""), formatDuration(durationMs)),
    },
  ];
}

function unchangedRows(view: View): readonly Row[] {
  // Networks, volumes and secrets that stay as they are would only push what moves off the screen.
  return (view.plan?.unchanged ?? [])
    .filter(({ kind }) => kind === "image" || kind === "service")
    .map(({ kind, name, reason }) => ({
      mark: "unchanged",
      label: `${kind} ${name}`,
      text: sanitizeLine(reason),
    }));
}

function groupRows(view: View, options: TreeOptions): readonly Row[] {
  const groups = Map.groupBy(view.nodes.values(), ({ node }) => groupOf(node));
  return [...groups].map(([label, nodes]) => groupRow(label, nodes, { view, ...options }));
}

/** The row that a node belongs to. Networks and volumes share one each: they are many and quick. */
function groupOf(node: PlanNode): string {
  const { kind, name } = describeOperation(node.operation);
  return kind === "network" || kind === "volume" ? `${kind}s` : `${kind} ${sanitizeLine(name)}`;
}

function groupRow(
  label: string,
  nodes: readonly NodeView[],
  context: TreeOptions & { readonly view: View },
): Row {
  const failed = nodes.find(
    (node) => node.status === "finished" && node.outcome.status === "failed",
  );
  if (failed?.status === "finished" && failed.outcome.status === "failed") {
    return { mark: "failed", label, text: sanitizeLine(failed.outcome.error.message) };
  }
  const running = nodes.find((node) => node.status === "running");
  if (running?.status === "running") {
    const { doing } = describeOperation(running.node.operation);
    const progress = running.progress ?? countOf(nodes);
    return {
      mark: "running",
      label,
      text: runningText(doing, progress, context.nowMs - running.startedAtMs, context),
    };
  }
  const skipped = nodes.find(
    (node) => node.status === "finished" && node.outcome.status === "skipped",
  );
  if (skipped?.status === "finished" && skipped.outcome.status === "skipped") {
    const reason =
      skipped.outcome.reason === "aborted" ? "interrupted" : "something it needs failed";
    return { mark: "skipped", label, text: `not run: ${reason}` };
  }
  const pending = nodes.find((node) => node.status === "pending");
  if (pending !== undefined)
    return { mark: "waiting", label, text: waitingText(pending.node, label, context.view) };
  return { mark: "done", label, text: doneText(nodes) };
}

function waitingText(node: PlanNode, label: string, view: View): string {
  const blockers = node.dependsOn.flatMap((id) => {
    const blocker = view.nodes.get(id);
    return blocker === undefined || blocker.status === "finished" ? [] : [groupOf(blocker.node)];
  });
  const others = [...new Set(blockers)].filter((other) => other !== label);
  if (others.length === 0) return sanitizeLine(node.cause);
  return `waits for ${others.join(", ")}`;
}

function doneText(nodes: readonly NodeView[]): string {
  let startedAtMs = Infinity;
  let finishedAtMs = -Infinity;
  const notes: string[] = [];
  for (const node of nodes) {
    if (node.status !== "finished") continue;
    startedAtMs = Math.min(startedAtMs, node.startedAtMs ?? Infinity);
    finishedAtMs = Math.max(finishedAtMs, node.finishedAtMs);
    if (
      node.outcome.status === "succeeded" &&
      node.outcome.note !== undefined &&
      isNoteworthy(node.node.operation)
    )
      notes.push(sanitizeLine(node.outcome.note));
  }
  const last = nodes.at(-1);
  const done = last === undefined ? "" : describeOperation(last.node.operation).done;
  const count = new Set(nodes.map(({ node }) => describeOperation(node.operation).name)).size;
  const duration = finishedAtMs >= startedAtMs ? formatDuration(finishedAtMs - startedAtMs) : "";
  const said = notes.some((note) => note.startsWith(done));
  return joined(...(said ? [] : [count > 1 ? `${count} ${done}` : done]), ...notes, duration);
}

/** Rows of several quick nodes, such as the networks, say how many are done. */
function countOf(nodes: readonly NodeView[]): Progress | undefined {
  const names = new Set(nodes.map(({ node }) => describeOperation(node.operation).name));
  if (names.size < 2) return undefined;
  return {
    done: nodes.filter(({ status }) => status === "finished").length,
    total: nodes.length,
    unit: "items",
  };
}

function runningText(
  doing: string,
  progress: Progress | undefined,
  elapsedMs: number,
  { columns }: TreeOptions,
): string {
  if (progress === undefined) return joined(doing, formatDuration(elapsedMs));
  // On a narrow terminal the figures say more than the bar.
  const bar = formatBar(progress, columns < 64 ? 0 : 16);
  const amount = formatProgress(progress);
  const head = [doing, bar, amount].filter((part) => part !== "").join(" ");
  return joined(head, sanitizeLine(progress.detail ?? ""), formatDuration(elapsedMs));
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
