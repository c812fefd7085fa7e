import type { QclockError } from "../error.ts";
import type { Outcome, RunEvent, RunReport } from "../run/execution/event.ts";
import type { Output, Reporter } from "./reporter.ts";

/**
 * One JSON object a line for each event, the report last, for programs. Part of the public
 * interface: fields are added, not changed.
 */
export function createJsonReporter(options: { readonly output: Output }): Reporter {
  return {
    handle(event) {
      options.output.write(`${JSON.stringify(eventDocument(event))}\n`);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** An event as JSON, with the schema that names its shape. */
export function eventDocument(event: RunEvent): object {
  const schema = "qclock/event/v1";
  switch (event.type) {
    case "node-started":
    case "node-output":
    case "node-progress":
    case "node-waiting": {
      // The node's operation and cause are in `run-started`; its id says which.
      const { node, ...rest } = event;
      return { schema, ...rest, node: node.id };
    }
    case "node-finished":
      return { schema, ...event, node: event.node.id, outcome: outcomeDocument(event.outcome) };
    case "run-finished":
      return { schema, ...event, report: reportDocument(event.report) };
    default:
      return { schema, ...event };
  }
}

/** A report as JSON. */
export function reportDocument(report: RunReport): object {
  return {
    ...report,
    nodes: report.nodes.map(({ node, outcome, ...times }) => ({
      id: node.id,
      operation: node.operation,
      cause: node.cause,
      outcome: outcomeDocument(outcome),
      ...times,
    })),
  };
}

/** An error as JSON: the same parts that a person sees. */
export function errorDocument(error: QclockError): object {
  return {
    code: error.code,
    message: error.message,
    ...(error.details.length === 0 ? {} : { details: error.details }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
}

function outcomeDocument(outcome: Outcome): object {
  return outcome.status === "failed"
    ? { status: "failed", error: errorDocument(outcome.error) }
    : outcome;
}
