import { QclockError } from "../../error.ts";
import type { EngineCall, EngineHttp } from "../connection/engine-http.ts";
import { type ProgressResult, readMessages } from "./messages.ts";

export interface ProgressCall {
  readonly call: EngineCall & { readonly code: NonNullable<EngineCall["code"]> };
  readonly onOutput: (line: string) => void;
}

/**
 * Make a call that answers with a progress stream, and see it through. Silence is told after a while and cut at a limit;
 * bytes sent count as life as much as bytes received. Ending the request ends a build on the Engine within a second.
 */
export async function readProgress(
  http: EngineHttp,
  { call, onOutput }: ProgressCall,
): Promise<ProgressResult> {
  const watch = new Watch(http, call.operation, onOutput);
  try {
    const signal =
      call.signal === undefined ? watch.signal : AbortSignal.any([call.signal, watch.signal]);
    const { body } = call;
    const watched = body === undefined || body instanceof Uint8Array ? body : watch.tap(body);
    const { response, sent } = await http.stream({
      ...call,
      ...(watched === undefined ? {} : { body: watched }),
      signal,
      firstByteMs: 0,
    });
    const options = { operation: call.operation, url: http.url, code: call.code, onOutput };
    const [result] = await Promise.all([readMessages(watch.tap(response), options), sent]);
    return result;
  } catch (error) {
    call.signal?.throwIfAborted();
    watch.signal.throwIfAborted();
    throw http.failure(call, error);
  } finally {
    watch.stop();
  }
}

/** Tells of silence, and ends it through its signal. */
class Watch {
  readonly #controller = new AbortController();
  readonly #notice: NodeJS.Timeout;
  readonly #limit: NodeJS.Timeout;

  constructor({ deadlines }: EngineHttp, operation: string, onOutput: (line: string) => void) {
    const { stallNoticeMs, stallLimitMs } = deadlines;
    this.#notice = setTimeout(
      () => onOutput(`No word from the Engine for ${stallNoticeMs / 1000} s.`),
      stallNoticeMs,
    );
    this.#limit = setTimeout(
      () => this.#controller.abort(gaveUp(operation, stallLimitMs)),
      stallLimitMs,
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async *tap(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      this.#notice.refresh();
      this.#limit.refresh();
      yield chunk;
    }
  }

  stop(): void {
    clearTimeout(this.#notice);
    clearTimeout(this.#limit);
  }
}

function gaveUp(operation: string, limitMs: number): QclockError {
  return new QclockError(
    "deadline-exceeded",
    `Could not ${operation}: no word from the Engine for ${limitMs / 1000} s.`,
    {
      hint: "`qclock doctor` looks at the Engine; a step that is silent for so long can print something.",
    },
  );
}
