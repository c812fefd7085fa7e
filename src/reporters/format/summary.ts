import type { View } from "../view.ts";
import { formatDuration } from "./duration.ts";
import type { Style } from "./style.ts";

/** How a run ended, in one line without a newline; undefined before its end. */
export function formatSummary(view: View, style: Style): string | undefined {
  const { report } = view;
  if (report === undefined) return undefined;
  const count = (status: "succeeded" | "failed" | "skipped"): number =>
    report.nodes.filter(({ outcome }) => outcome.status === status).length;
  const unchanged = view.plan?.unchanged.length ?? 0;
  const parts = [
    ...some(count("failed"), "failed"),
    ...some(count("skipped"), "not run"),
    ...some(count("succeeded"), "done"),
    ...some(unchanged, "unchanged"),
  ];
  const command = view.command ?? "run";
  // A run without a step has no duration of its own.
  const time = report.nodes.length === 0 ? "" : ` in ${formatDuration(report.durationMs)}`;
  const facts = `${parts.length === 0 ? "nothing to do" : parts.join(", ")}${time}`;
  switch (report.status) {
    case "succeeded":
      return `${style.success("✔")} ${command}: ${report.nodes.length === 0 && unchanged > 0 ? `nothing to do, ${facts}` : facts}`;
    case "failed":
      return `${style.error("✖")} ${command} failed: ${facts}`;
    case "aborted":
      return `${style.warning("■")} ${command} interrupted: ${facts}`;
    default:
      return report.status satisfies never;
  }
}

function some(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}`];
}
