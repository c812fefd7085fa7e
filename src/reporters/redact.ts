import { QclockError } from "../error.ts";
import { maskCredentials } from "../manifest/variables/credentials.ts";
import type { PlanNode } from "../plan/plan.ts";
import type { NodeReport, Outcome, RunEvent } from "../run/execution/event.ts";
import { unreachable } from "../unreachable.ts";

/**
 * Takes secrets out of text on its way to a screen, a log or a report: the values that are known,
 * and what is a credential by where it stands, such as the password of a URL.
 */
export interface Redactor {
  /** Make a value known. Values too short to be told from ordinary text are left alone. */
  readonly add: (value: string) => void;
  readonly redact: (text: string) => string;
}

const shortestSecret = 4;
const mask = "***";

/** A redactor that knows nothing yet. */
export function createRedactor(): Redactor {
  // Longest first, so that a secret that contains another one goes as a whole.
  let forms: readonly string[] = [];
  return {
    add(value) {
      if (value.length < shortestSecret) return;
      const all = new Set([...forms, ...formsOf(value)]);
      forms = [...all].toSorted((one, other) => other.length - one.length);
    },
    redact(text) {
      let redacted = text;
      for (const form of forms) redacted = redacted.replaceAll(form, mask);
      return maskCredentials(redacted, () => mask);
    },
  };
}

/** The event with every text that came from outside redacted. */
export function redactEvent(event: RunEvent, { redact }: Redactor): RunEvent {
  switch (event.type) {
    case "run-started": {
      const nodes = event.plan.nodes.map((node) => redactNode(node, redact));
      return { ...event, plan: { ...event.plan, nodes } };
    }
    case "phase-started":
      return { ...event, title: redact(event.title) };
    case "phase-finished":
      return { ...event, note: redact(event.note) };
    case "phase-progress":
      return { ...event, ...redactDetail(event, redact) };
    case "node-started":
      return { ...event, node: redactNode(event.node, redact) };
    case "node-progress":
      return {
        ...event,
        node: redactNode(event.node, redact),
        ...redactDetail(event, redact),
      };
    case "node-waiting":
      return { ...event, node: redactNode(event.node, redact), reason: redact(event.reason) };
    case "node-output":
      return { ...event, node: redactNode(event.node, redact), line: redact(event.line) };
    case "node-finished":
      return { ...event, ...redactReport(event, redact) };
    case "notice":
      return {
        ...event,
        message: redact(event.message),
        ...(event.hint === undefined ? {} : { hint: redact(event.hint) }),
      };
    case "run-finished": {
      const nodes = event.report.nodes.map((node) => redactReport(node, redact));
      return { ...event, report: { ...event.report, nodes } };
    }
    default:
      return unreachable(event);
  }
}

type Redact = (text: string) => string;

/** A cause may quote what a container was changed to. */
function redactNode(node: PlanNode, redact: Redact): PlanNode {
  return { ...node, cause: redact(node.cause) };
}

function redactReport<Reported extends Pick<NodeReport, "node" | "outcome">>(
  reported: Reported,
  redact: Redact,
): Reported {
  const { node, outcome } = reported;
  return {
    ...reported,
    node: redactNode(node, redact),
    outcome: redactOutcome(outcome, redact),
  };
}

function redactDetail(
  { detail }: { readonly detail?: string },
  redact: Redact,
): { readonly detail?: string } {
  return detail === undefined ? {} : { detail: redact(detail) };
}

/**
 * The error with its texts redacted. Its causes go, since a cause is foreign and its text cannot be
 * replaced.
 */
export function redactError(error: QclockError, redact: Redact): QclockError {
  const texts = [error.message, error.hint ?? "", ...error.details, ...causeTexts(error)];
  if (texts.every((text) => redact(text) === text)) return error;
  return new QclockError(error.code, redact(error.message), {
    ...(error.hint === undefined ? {} : { hint: redact(error.hint) }),
    details: error.details.map(redact),
  });
}

function redactOutcome(outcome: Outcome, redact: Redact): Outcome {
  switch (outcome.status) {
    case "failed":
      return { ...outcome, error: redactError(outcome.error, redact) };
    case "succeeded":
      return outcome.note === undefined ? outcome : { ...outcome, note: redact(outcome.note) };
    case "skipped":
      return outcome;
  }
}

function causeTexts(error: Error): readonly string[] {
  const texts: string[] = [];
  for (let cause = error.cause; cause instanceof Error && texts.length < 10; cause = cause.cause) {
    texts.push(cause.message);
  }
  return texts;
}

/** The ways in which a value may show up: as it is, in a URL, in base64, inside JSON or XML. */
function formsOf(value: string): readonly string[] {
  const xml = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [
    value,
    value.trim(),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
    JSON.stringify(value).slice(1, -1),
    xml,
    xml.replaceAll('"', "&quot;"),
  ].filter((form) => form.length >= shortestSecret);
}
