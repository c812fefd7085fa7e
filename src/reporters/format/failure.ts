import type { Operation } from "../../plan/plan.ts";
import { failuresOf, type View } from "../view.ts";
import { formatError } from "./error.ts";
import { describeOperation } from "./operation.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Style } from "./style.ts";

export interface FailureOptions {
  readonly style: Style;
  /** File that holds the output of every step; undefined where none was written. */
  readonly logFile: string | undefined;
}

/** Lines of a failed step's output that are shown; the log file has the rest. */
const shownLines = 20;
const longestLine = 500;

/**
 * What went wrong in a run: each failure with its error and the output of that step alone, then
 * where the rest lies. Empty when nothing failed.
 */
export function formatFailures(view: View, options: FailureOptions): string {
  if (view.report === undefined) return "";
  const { style, logFile } = options;
  const blocks = failuresOf(view.report).map(({ node, outcome }) => {
    const output = view.output.get(node.id) ?? [];
    return formatError(outcome.error, style) + formatOutput(node.operation, output, style);
  });
  if (blocks.length === 0) return "";
  if (logFile !== undefined) blocks.push(`    ${style.faint(`full log: ${logFile}`)}\n`);
  return blocks.join("");
}

/** A line in a length that can be read; the log file has all of it. */
function shorten(line: string): string {
  if (line.length <= longestLine) return line;
  return `${line.slice(0, longestLine)}… (${line.length - longestLine} more characters)`;
}

/**
 * Of a wait the output is each reason for which it went on, and its error has told the last one.
 */
function formatOutput(operation: Operation, output: readonly string[], style: Style): string {
  const isWait = operation.type === "wait-ready" || operation.type === "wait-completed";
  if (isWait || output.length === 0) return "";
  const { kind, name, doing } = describeOperation(operation);
  const shown = output.slice(-shownLines);
  const lines = shown.map((line) => `      ${style.faint("|")} ${shorten(sanitizeLine(line))}`);
  return [
    `    output of ${kind} ${sanitizeLine(name)} while ${doing}, last ${shown.length === 1 ? "line" : `${shown.length} lines`}:`,
    ...lines,
    "",
  ].join("\n");
}
