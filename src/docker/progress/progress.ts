import { QclockError } from "../../error.ts";
import type { EngineCall, EngineHttp } from "../connection/engine-http.ts";
import { type ProgressResult, readMessages } from "./messages.ts";

export interface ProgressCall {
  readonly call: EngineCall & { readonly code: NonNullable<EngineCall["code"]> };
  readonly onOutput: (line: string) => void;
}

/**
 * Make a call that answers with a progress stream, and see it through. Silence is told after a
 * while and cut at a limit; bytes sent count as life as much as bytes received. Ending the request
 * ends a build on the Engine within a second.
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

/** How many notices' time lies between two notices of one silence. */
const noticeEvery = 6;

/**
 * Tells of silence, and ends it through its signal: at once when the Engine itself does not answer
 * any more, else at the limit, since a step may well compute for minutes without a word.
 */
class Watch {
  readonly #controller = new AbortController();
  readonly #http: EngineHttp;
  readonly #operation: string;
  readonly #onOutput: (line: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #asking = new AbortController();
  #periods = 0;
  #isAsking = false;
  #hasAnswered = false;

  constructor(http: EngineHttp, operation: string, onOutput: (line: string) => void) {
    this.#http = http;
    this.#operation = operation;
    this.#onOutput = onOutput;
    this.#timer = setInterval(() => this.#onSilence(), http.deadlines.stallNoticeMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async *tap(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of input) {
      this.#periods = 0;
      this.#hasAnswered = false;
      this.#timer.refresh();
      yield chunk;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#asking.abort();
  }

  #onSilence(): void {
    const { stallNoticeMs, stallLimitMs } = this.#http.deadlines;
    this.#periods += 1;
    const silentMs = this.#periods * stallNoticeMs;
    if (silentMs >= stallLimitMs) {
      this.#controller.abort(gaveUp(this.#operation, stallLimitMs));
      return;
    }
    if (this.#periods % noticeEvery === 1) {
      const who = this.#hasAnswered ? "of this step, but the Engine answers" : "from the Engine";
      this.#onOutput(`No word for ${silentMs / 1000} s ${who}.`);
    }
    void this.#ask();
  }

  /** Whether the Engine answers at all: one that does not will not end this step either. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const slow = setTimeout(() => this.#tellHung(), this.#http.deadlines.slowNoticeMs / 5);
    try {
      const { response } = await this.#http.stream({
        path: "/_ping",
        operation: this.#operation,
        signal: this.#asking.signal,
        // Told here, and sooner: it has been silent already.
        expectedMs: Number.POSITIVE_INFINITY,
      });
      response.resume();
      this.#hasAnswered = true;
    } catch (error) {
      if (!this.#asking.signal.aborted) this.#controller.abort(error);
    } finally {
      clearTimeout(slow);
      this.#isAsking = false;
    }
  }

  #tellHung(): void {
    const { stallNoticeMs, firstByteMs } = this.#http.deadlines;
    const silent = (this.#periods * stallNoticeMs) / 1000;
    this.#http.onNotice(
      `The Engine has sent nothing for ${silent} s, and does not answer (to ${this.#operation}); given up after ${firstByteMs / 1000} s more.`,
    );
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
