import type { IncomingMessage } from "node:http";
import { QclockError } from "../../error.ts";
import { EngineResponseError } from "../errors.ts";
import { refusalStatus } from "../podman/refusal-status.ts";

/** The whole body of an answer, within a time. */
export async function readAll(
  response: IncomingMessage,
  deadlineMs: number,
  operation: string,
): Promise<Buffer> {
  const timer = setTimeout(() => response.destroy(tooSlow(operation, deadlineMs)), deadlineMs);
  try {
    // By events: a first `for await` costs milliseconds that a command with nothing to do would
    // notice.
    const chunks: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      response.on("data", (chunk: Buffer) => void chunks.push(chunk));
      response.once("end", resolve);
      response.once("error", reject);
    });
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

/** Longer plain text is no word of podman's but a proxy's page, which its reader should see. */
const MAX_WORD_BYTES = 64;

/** Whether the answer to a change is a value, and no word in plain text such as `OK`. */
export function hasValue({ headers }: IncomingMessage, bytes: Buffer): boolean {
  const isPlain = headers["content-type"]?.startsWith("text/plain") === true;
  const isWord = isPlain && bytes.length <= MAX_WORD_BYTES;
  return bytes.length > 0 && !(isWord && !/^\s*[[{"]/u.test(bytes.toString("utf8")));
}

/** An answer as a value. */
export function parseAnswer(bytes: Buffer, operation: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new QclockError(
      "engine-failed",
      `Could not ${operation}: the Engine's answer is not JSON.`,
      {
        cause: error,
        hint: "Something else than an Engine may be listening there.",
        details: [bytes.subarray(0, 200).toString("utf8")],
      },
    );
  }
}

/** An answer that is not a success, as an error. */
export function refusal(bytes: Buffer, status: number): EngineResponseError {
  const text = bytes.toString("utf8");
  return new EngineResponseError(refusalStatus(text, status), refusalText(bytes, status));
}

function refusalText(bytes: Buffer, status: number): string {
  const text = bytes.toString("utf8");
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed)
      return String(parsed.message);
  } catch {
    // Proxies answer in plain text or HTML.
  }
  return text.trim() === "" ? `status ${status}` : text.trim().slice(0, 500);
}

/** The failure of an Engine that takes too long. */
export function tooSlow(operation: string, deadlineMs: number): QclockError {
  return new QclockError(
    "engine-silent",
    `Could not ${operation}: the Engine gave no answer within ${deadlineMs / 1000} s.`,
    {
      hint: "`qclock doctor` looks at the Engine.",
    },
  );
}
