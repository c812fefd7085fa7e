import { QclockError } from "../error.ts";
import type { Outcome, RunEvent } from "../run/event.ts";

/** Takes known secret values out of text on its way to a screen, a log or a report. */
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
      return redacted;
    },
  };
}

/** The event with every text that came from outside redacted. */
export function redactEvent(event: RunEvent, { redact }: Redactor): RunEvent {
  switch (event.type) {
    case "node-output":
      return { ...event, line: redact(event.line) };
    case "node-waiting":
      return { ...event, reason: redact(event.reason) };
    case "node-finished":
      return { ...event, outcome: redactOutcome(event.outcome, redact) };
    case "notice":
      return { ...event, message: redact(event.message) };
    case "run-finished": {
      const nodes = event.report.nodes.map((node) => ({
        ...node,
        outcome: redactOutcome(node.outcome, redact),
      }));
      return { ...event, report: { ...event.report, nodes } };
    }
    default:
      return event;
  }
}

/** The error with its texts redacted. Its causes go, since a cause is foreign and its text cannot be replaced. */
export function redactError(error: QclockError, redact: (text: string) => string): QclockError {
  const texts = [error.message, error.hint ?? "", ...error.details, ...causeTexts(error)];
  if (texts.every((text) => redact(text) === text)) return error;
  return new QclockError(error.code, redact(error.message), {
    ...(error.hint === undefined ? {} : { hint: redact(error.hint) }),
    details: error.details.map(redact),
  });
}

function redactOutcome(outcome: Outcome, redact: (text: string) => string): Outcome {
  return outcome.status === "failed"
    ? { ...outcome, error: redactError(outcome.error, redact) }
    : outcome;
}

function causeTexts(error: Error): readonly string[] {
  const texts: string[] = [];
  for (let cause = error.cause; cause instanceof Error && texts.length < 10; cause = cause.cause) {
    texts.push(cause.message);
  }
  return texts;
}

/** The ways in which a value may show up: as it is, in a URL, in base64, inside JSON. */
function formsOf(value: string): readonly string[] {
  return [
    value,
    value.trim(),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("base64url"),
    JSON.stringify(value).slice(1, -1),
  ].filter((form) => form.length >= shortestSecret);
}
