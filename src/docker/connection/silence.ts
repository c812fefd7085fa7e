import type { IncomingMessage } from "node:http";
import { tooSlow } from "./engine-answer.ts";

/**
 * The bytes of an answer; fails with `engine-silent` when the next ones do not come in time. A
 * reader that takes its time is not the Engine's silence.
 */
export async function* limitSilence(
  response: IncomingMessage,
  limitMs: number,
  operation: string,
): AsyncGenerator<Uint8Array> {
  const arm = (): NodeJS.Timeout =>
    setTimeout(() => response.destroy(tooSlow(operation, limitMs)), limitMs);
  let timer = arm();
  try {
    for await (const chunk of response) {
      clearTimeout(timer);
      if (chunk instanceof Uint8Array) yield chunk;
      timer = arm();
    }
  } finally {
    clearTimeout(timer);
  }
}
