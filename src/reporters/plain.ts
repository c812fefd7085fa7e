import type { Plan } from "../plan/plan.ts";
import type { Outcome, RunEvent } from "../run/execution/event.ts";
import { unreachable } from "../unreachable.ts";
import { formatDuration } from "./format/duration.ts";
import { formatFailures } from "./format/failure.ts";
import { describeOperation, formatDone } from "./format/operation.ts";
import { formatProgress } from "./format/progress.ts";
import { sanitizeLine } from "./format/sanitize.ts";
import type { Style } from "./format/style.ts";
import { formatSummary } from "./format/summary.ts";
import type { Output, Reporter } from "./reporter.ts";
import { advance, beginView, type Progress, type View } from "./view.ts";

export interface PlainOptions {
  readonly output: Output;
  readonly style: Style;
  /** Also the output of each step. */
  readonly verbose: boolean;
  /** File with the full log, named when something failed. */
  readonly logFile: () => string | undefined;
}

/** Long work says where it stands this often, so that a CI log shows life and stays short. */
const progressPauseMs = 5000;

/**
 * One line for each event, without control characters but colours, each with the seconds since the
 * start. For CI logs and files.
 */
export function createPlainReporter(options: PlainOptions): Reporter {
  const { output, style } = options;
  let view: View = beginView(undefined);
  const lastProgressAt = new Map<string, number>();

  /**
   * Progress comes by the hundred; what began a moment ago, or was said a moment ago, is not said
   * again.
   */
  const isDue = (key: string, event: RunEvent & Progress): boolean => {
    const last = lastProgressAt.get(key);
    if (last === undefined) lastProgressAt.set(key, event.atMs);
    if (last === undefined || event.atMs - last < progressPauseMs) return false;
    lastProgressAt.set(key, event.atMs);
    return true;
  };

  return {
    handle(event) {
      view = advance(view, event);
      if (event.type === "node-output" && !options.verbose) return;
      if (event.type === "node-progress" && !isDue(event.node.id, event)) return;
      if (event.type === "phase-progress" && !isDue(event.phase, event)) return;
      const elapsed = style.faint(
        `[${((event.atMs - (view.startedAtMs ?? event.atMs)) / 1000).toFixed(1).padStart(6)}s]`,
      );
      for (const line of linesOf(event, view, style)) output.write(`${elapsed} ${line}\n`);
      if (event.type !== "run-finished") return;
      output.write(formatFailures(view, { style, logFile: options.logFile() }));
      output.write(`${formatSummary(view, style) ?? ""}\n`);
    },
    async [Symbol.asyncDispose]() {},
  };
}

function linesOf(event: RunEvent, view: View, style: Style): readonly string[] {
  switch (event.type) {
    case "run-started":
      return linesOfPlan(event.plan);
    case "phase-started":
      return [sanitizeLine(event.title)];
    case "phase-progress":
      return [
        `${sanitizeLine(view.phases.get(event.phase)?.title ?? event.phase)}: ${progressText(event)}`,
      ];
    case "phase-finished":
      return event.note === "" ? [] : [sanitizeLine(event.note)];
    case "node-started":
      return [
        `${subjectOf(event)}: ${describeOperation(event.node.operation).doing} (${sanitizeLine(event.node.cause)})`,
      ];
    case "node-progress":
      return [
        `${subjectOf(event)}: ${describeOperation(event.node.operation).doing}, ${progressText(event)}`,
      ];
    case "node-output":
      return [`${subjectOf(event)} | ${sanitizeLine(event.line)}`];
    case "node-waiting":
      return [
        `${subjectOf(event)}: waiting for ${formatDuration(event.waitedMs)}: ${sanitizeLine(event.reason)}`,
      ];
    case "node-finished":
      return [`${subjectOf(event)}: ${outcomeText(event, view, style)}`];
    case "notice": {
      const message =
        sanitizeLine(event.message) +
        (event.hint === undefined ? "" : ` ${sanitizeLine(event.hint)}`);
      return [event.level === "warning" ? `${style.warning("warning:")} ${message}` : message];
    }
    case "run-finished":
      return [];
    default:
      return unreachable(event);
  }
}

/**
 * What stays as it is and why is said at once: half of what a reader of a build log wants to know.
 */
function linesOfPlan(plan: Plan): readonly string[] {
  return plan.unchanged.map(
    ({ kind, name, reason }) => `${kind} ${sanitizeLine(name)}: ${sanitizeLine(reason)}`,
  );
}

function subjectOf(event: Extract<RunEvent, { node: unknown }>): string {
  const { kind, name } = describeOperation(event.node.operation);
  return `${kind} ${sanitizeLine(name)}`;
}

function progressText(progress: Progress): string {
  const detail = progress.detail === undefined ? "" : `, ${sanitizeLine(progress.detail)}`;
  return formatProgress(progress) + detail;
}

function outcomeText(
  event: Extract<RunEvent, { type: "node-finished" }>,
  view: View,
  style: Style,
): string {
  const { operation } = event.node;
  const { doing, done } = describeOperation(operation);
  const node = view.nodes.get(event.node.id);
  const duration =
    node?.status === "finished" && node.startedAtMs !== undefined
      ? ` (${formatDuration(node.finishedAtMs - node.startedAtMs)})`
      : "";
  return `${describeOutcome(event.outcome, { doing, done, style })}${duration}`;
}

function describeOutcome(
  outcome: Outcome,
  words: { readonly doing: string; readonly done: string; readonly style: Style },
): string {
  switch (outcome.status) {
    case "succeeded":
      return sanitizeLine(formatDone(words.done, outcome.note));
    case "failed":
      return `${words.style.error("failed")} while ${words.doing}: ${sanitizeLine(outcome.error.message)} [${outcome.error.code}]`;
    case "skipped":
      return outcome.reason === "aborted"
        ? "not run: interrupted"
        : "not run: something it needs failed";
    default:
      return unreachable(outcome);
  }
}
