import { type ErrorCode, QclockError } from "../error.ts";

/**
 * The Engine answered, and not with success. Kept as the `cause` of a `QclockError`, so that
 * callers can tell a conflict from an absence by number.
 */
export class EngineResponseError extends Error {
  override readonly name = "EngineResponseError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * HTTP status of the Engine's refusal behind an error: 404 absent, 409 conflict, 304 nothing to do.
 * Undefined when no answer came.
 */
export function engineStatus(error: unknown): number | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof EngineResponseError) return current.status;
  }
  return undefined;
}

/** What was being asked of which Engine, for the text of a failure. */
export interface Attempt {
  /** Continues "could not": `create container demo-app-1`. */
  readonly operation: string;
  /** URL of the Engine. */
  readonly url: string;
  /** The failure's code unless the status or the cause says more. */
  readonly code?: ErrorCode;
}

/**
 * Turn whatever a call threw into a failure that a user can read. The mapping goes by status and
 * `errno`, never by the Engine's words, which change between versions; the one exception is a full
 * disk, which the Engine reports as 500 with the kernel's text.
 */
export function engineFailure(attempt: Attempt, error: unknown): QclockError {
  if (error instanceof QclockError) return error;
  const status = statusOf(error);
  if (status !== undefined) return refusal(attempt, status, messageOf(error));
  const code = systemCode(error);
  if (code !== undefined) return lostConnection(attempt, code, error);
  return new QclockError(
    attempt.code ?? "engine-failed",
    `Could not ${attempt.operation}: ${messageOf(error)}.`,
    { cause: error },
  );
}

/** A failure that the Engine put into words, inside a progress stream or an answer. */
export function failureInWords(attempt: Attempt, message: string): QclockError {
  const text = cleanText(message);
  if (isDiskFull(text)) {
    return new QclockError(
      "disk-full",
      `The Engine's disk is full: could not ${attempt.operation}.`,
      {
        hint: "Free space on the Engine's disk; `docker system df` shows what can be reclaimed.",
        details: [text],
      },
    );
  }
  return new QclockError(
    attempt.code ?? "engine-failed",
    `Could not ${attempt.operation}: ${sentence(text)}`,
  );
}

/** Foreign text without control characters and terminal sequences, on one line. */
export function cleanText(text: string): string {
  return text
    .replaceAll(terminalSequence, "")
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, " ")
    .trim();
}

/** Name of the system's error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Our own codes are not the system's.
  if (!(error instanceof QclockError) && "code" in error && typeof error.code === "string")
    return error.code;
  return systemCode(error.cause);
}

// CSI and OSC sequences, which colour text, move the cursor or set the window's title.
const terminalSequence = new RegExp(
  String.raw`\x1B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?|[@-Z\\-_])`,
  "gu",
);

function refusal(attempt: Attempt, status: number, message: string): QclockError {
  const text = cleanText(message);
  const cause = new EngineResponseError(status, text);
  if (status === 401 || status === 403) {
    return new QclockError(
      "engine-refused",
      `The Engine at ${attempt.url} does not allow qclock to ${attempt.operation} (${status}): ${sentence(text)}`,
      {
        cause,
        hint: "A proxy or an authorization plugin stands before this Engine; it must allow this call.",
      },
    );
  }
  if (isDiskFull(text)) {
    return new QclockError(
      "disk-full",
      `The Engine's disk is full: could not ${attempt.operation}.`,
      {
        cause,
        hint: "Free space on the Engine's disk; `docker system df` shows what can be reclaimed.",
        details: [text],
      },
    );
  }
  return new QclockError(
    attempt.code ?? "engine-failed",
    `Could not ${attempt.operation}: ${sentence(text)}`,
    { cause },
  );
}

function lostConnection(attempt: Attempt, code: string, cause: unknown): QclockError {
  const told = disconnects.has(code) ? "the Engine closed the connection" : messageOf(cause);
  return new QclockError(
    "engine-unreachable",
    `Could not ${attempt.operation}: ${told} (${attempt.url}, ${code}).`,
    {
      cause,
      hint: "Run the command again once the Engine answers; `qclock doctor` looks at it.",
    },
  );
}

const disconnects = new Set([
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ECONNABORTED",
  "HPE_INVALID_EOF_STATE",
]);

function statusOf(error: unknown): number | undefined {
  if (error instanceof EngineResponseError) return error.status;
  // dockerode's errors carry `statusCode`.
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number")
    return error.statusCode;
  return undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (
    "json" in error &&
    typeof error.json === "object" &&
    error.json !== null &&
    "message" in error.json
  ) {
    return String(error.json.message);
  }
  return error.message;
}

function isDiskFull(text: string): boolean {
  return /no space left on device|ENOSPC|disk quota exceeded/iu.test(text);
}

function sentence(text: string): string {
  return text === "" ? "no reason given." : /[.!?]$/u.test(text) ? text : `${text}.`;
}
