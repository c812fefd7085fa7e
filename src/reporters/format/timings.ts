import type { CriticalPath } from "../../run/critical-path.ts";
import { criticalNodes } from "../../run/critical-path.ts";
import type { RunReport, StepReport } from "../../run/execution/event.ts";
import { formatDuration } from "./duration.ts";
import { describeOperation } from "./operation.ts";
import type { Style } from "./style.ts";
import { formatTable } from "./table.ts";

const WIDTH = 30;

const stepWords = {
  fetch: "packages fetched",
  unpack: "packages unpacked",
  write: "layers written",
  scripts: "scripts interpreted",
  run: "scripts run in a container",
} as const;

interface Row {
  readonly what: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly critical: boolean;
}

/**
 * Where the time of a run went: what came before its plan, each operation and each part of one in
 * the order in which they began, and which of them the end waited for. Ends without a newline.
 */
export function formatTimings(
  report: RunReport,
  options: { readonly style: Style; readonly columns: number | undefined },
): string {
  const { style } = options;
  const rows = rowsOf(report);
  const endMs = report.startedAtMs + report.durationMs;
  const table = formatTable(
    [
      { title: "", paint: (cell) => style.strong(cell) },
      { title: "step", minimumWidth: 20 },
      { title: "began", align: "right" },
      { title: "took", align: "right" },
      { title: "", paint: (cell) => style.faint(cell) },
    ],
    rows.map(({ what, startedAtMs, durationMs, critical: isCritical }) => [
      isCritical ? "*" : "",
      what,
      formatDuration(startedAtMs),
      formatDuration(durationMs),
      barOf({ startedAtMs, durationMs, endMs }),
    ]),
    { width: options.columns, header: style.faint },
  );
  return `${table}\n* the end waited for this; ${formatDuration(endMs)} from the start of the process`;
}

function rowsOf(report: RunReport): readonly Row[] {
  const chain = new Set(criticalNodes(report).map(({ node }) => node.id));
  const nodes = report.nodes.flatMap(({ node, startedAtMs, durationMs }): readonly Row[] => {
    if (startedAtMs === undefined || durationMs === undefined) return [];
    const { kind, name, done } = describeOperation(node.operation);
    const what = `${kind} ${name}: ${done}`;
    return [{ what, startedAtMs, durationMs, critical: chain.has(node.id) }];
  });
  const scripts = report.steps.filter(({ step }) => step === "scripts");
  const steps = report.steps
    .filter(({ step }) => step !== "scripts")
    .map(({ image, step, startedAtMs, durationMs }: StepReport): Row => ({
      what: `  image ${image}: ${stepWords[step]}`,
      startedAtMs,
      durationMs,
      critical: false,
    }));
  for (const [image, of] of Map.groupBy(scripts, (step) => step.image)) {
    steps.push(scriptsRow(image, of));
  }
  const before: Row = {
    what: "start, manifest, lock, Engine, plan",
    startedAtMs: 0,
    durationMs: report.startedAtMs,
    critical: true,
  };
  return [before, ...nodes, ...steps].toSorted((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Packages whose scripts took longest, by name. */
const SHOWN_PACKAGES = 3;

/** All scripts of an image in one row: there are a few for each of very many packages. */
function scriptsRow(image: string, steps: readonly StepReport[]): Row {
  const slowest = steps
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, SHOWN_PACKAGES)
    .map((step) => `${step.package} ${formatDuration(step.durationMs)}`);
  return {
    what: `  image ${image}: ${stepWords.scripts} (${slowest.join(", ")})`,
    startedAtMs: Math.min(...steps.map(({ startedAtMs }) => startedAtMs)),
    durationMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0),
    critical: false,
  };
}

/** A span of time as a stretch of a line that stands for the whole run. */
function barOf(span: {
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly endMs: number;
}): string {
  const column = (ms: number): number => Math.round((ms / Math.max(1, span.endMs)) * WIDTH);
  const from = Math.min(WIDTH - 1, column(span.startedAtMs));
  const length = Math.max(1, column(span.startedAtMs + span.durationMs) - from);
  return " ".repeat(from) + "━".repeat(length);
}

/** The chain of `qclock graph --critical-path`. Ends without a newline. */
export function formatCriticalPath(
  { links, totalMs, untimed }: CriticalPath,
  options: { readonly style: Style; readonly columns: number | undefined },
): string {
  const { style } = options;
  const table = formatTable(
    [
      { title: "step", minimumWidth: 20 },
      { title: "took", align: "right" },
    ],
    links.map(({ node, durationMs }) => {
      const { kind, name, done } = describeOperation(node.operation);
      return [
        `${kind} ${name}: ${done}`,
        durationMs === undefined ? "?" : formatDuration(durationMs),
      ];
    }),
    { width: options.columns, header: style.faint },
  );
  const lines = [table, `${formatDuration(totalMs)} from nothing to ready, as last measured here`];
  if (untimed.length > 0) {
    const count = untimed.length === 1 ? "One step was" : `${untimed.length} steps were`;
    lines.push(`${count} never timed here (?): \`qclock up\` times each step that it carries out.`);
  }
  return lines.join("\n");
}
