import type {
  ClientRequest,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { QclockError } from "../../error.ts";
import { type Attempt, EngineResponseError, engineFailure, systemCode } from "../errors.ts";
import type { Deadlines } from "./deadlines.ts";
import { hasValue, parseAnswer, readAll, refusal, tooSlow } from "./engine-answer.ts";
import { sendPieces } from "./send-body.ts";
import { announceSlow } from "./slow-notice.ts";
import type { Transport } from "./transport.ts";

export interface EngineCall {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  /** Without the version: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /**
   * A value is sent as JSON, bytes and pieces as they are; when a piece may change again
   * `sendPieces` says.
   */
  readonly json?: unknown;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly headers?: OutgoingHttpHeaders;
  /** Continues "could not": `list the containers`. */
  readonly operation: string;
  readonly code?: Attempt["code"];
  readonly signal?: AbortSignal | undefined;
  /** To the first byte; 0 waits for as long as the signal allows. */
  readonly firstByteMs?: number;
  /** What the Engine may well take to answer: it is not called slow before that. */
  readonly expectedMs?: number;
  /** On a connection of its own, closed afterwards. */
  readonly fresh?: boolean;
}

/** An answer whose body is still to be read. */
export interface EngineStream {
  readonly response: IncomingMessage;
  /** Settles when the request's body is sent whole; rejects when its source failed. */
  readonly sent: Promise<void>;
}

export interface EngineHttpOptions {
  readonly transport: Transport;
  readonly url: string;
  /** `v1.41`; absent for the calls that negotiate it. */
  readonly version?: string;
  readonly deadlines: Deadlines;
  /** A line about a call that is being tried again, or has no answer yet. */
  readonly onNotice: (message: string) => void;
}

/** The Engine's API over plain HTTP: enough for looking and for streams, and cheap to load. */
export class EngineHttp {
  readonly deadlines: Deadlines;
  readonly url: string;
  readonly #transport: Transport;
  readonly #version: string | undefined;
  readonly onNotice: (message: string) => void;

  constructor({ transport, url, version, deadlines, onNotice }: EngineHttpOptions) {
    this.#transport = transport;
    this.url = url;
    this.#version = version;
    this.deadlines = deadlines;
    this.onNotice = onNotice;
  }

  /** The parsed answer of a GET. A look changes nothing, so that passing faults are tried again. */
  async get(call: EngineCall): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // Each attempt waits for the one before: that is what a retry is.
        return await this.#getOnce(call);
      } catch (error) {
        call.signal?.throwIfAborted();
        if (attempt >= getAttempts || !isPassing(error) || this.#transport.isClosed())
          throw this.failure(call, error);
        this.onNotice(`Could not ${call.operation} (${describe(error)}); trying again.`);
        await sleep(100 * 2 ** (attempt - 1), undefined, { signal: call.signal });
      }
    }
  }

  /** As `get`, but undefined when the Engine knows no such object. */
  async find(call: EngineCall): Promise<unknown> {
    try {
      return await this.get(call);
    } catch (error) {
      if (
        error instanceof QclockError &&
        error.cause instanceof EngineResponseError &&
        error.cause.status === 404
      )
        return undefined;
      throw error;
    }
  }

  /**
   * Send a call once and read its answer whole. An answer that holds no value gives undefined:
   * without a body, or a word in plain text, as podman answers some changes with `OK` or a line
   * break.
   */
  async send(call: EngineCall): Promise<unknown> {
    try {
      const { response, sent } = await this.#open(call, agentOf(call));
      const [bytes] = await Promise.all([
        readAll(response, this.deadlines.answerMs, call.operation),
        sent,
      ]);
      return hasValue(response, bytes) ? parseAnswer(bytes, call.operation) : undefined;
    } catch (error) {
      throw this.failure(call, error);
    }
  }

  /**
   * Send a call once; resolves with the answer's head when the status says success, and leaves its
   * body to the caller.
   */
  async stream(call: EngineCall): Promise<EngineStream> {
    try {
      return await this.#open(call, "streamAgent");
    } catch (error) {
      throw this.failure(call, error);
    }
  }

  /**
   * Send a call once that has no body, and turn its connection over to the streams of a program;
   * what a program gets is what is written to it.
   */
  async upgrade(call: EngineCall): Promise<Duplex> {
    try {
      return await this.#upgrade(call);
    } catch (error) {
      throw this.failure(call, error);
    }
  }

  /**
   * What to throw for an error of this call: the signal's reason when the caller gave up, else a
   * failure in words.
   */
  failure(call: Pick<EngineCall, "operation" | "code" | "signal">, error: unknown): unknown {
    if (call.signal?.aborted === true) return call.signal.reason;
    const attempt = {
      operation: call.operation,
      url: this.url,
      ...(call.code === undefined ? {} : { code: call.code }),
    };
    return this.#transport.explain(error) ?? engineFailure(attempt, error);
  }

  async #upgrade(call: EngineCall): Promise<Duplex> {
    call.signal?.throwIfAborted();
    const headers = { Connection: "Upgrade", Upgrade: "tcp" };
    // Its signal is heeded until there is a connection, which then is the caller's.
    const request = this.#transport.request(
      this.#requestOptions({ ...call, headers, signal: undefined }, "streamAgent"),
    );
    const stop = (): void => void request.destroy();
    call.signal?.addEventListener("abort", stop, { once: true });
    const firstByteMs = call.firstByteMs ?? this.deadlines.answerMs;
    const timer = setTimeout(
      () => request.destroy(tooSlow(call.operation, firstByteMs)),
      firstByteMs,
    );
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    request.once("upgrade", (_: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once("response", (response) => {
      const status = response.statusCode ?? 0;
      readAll(response, this.deadlines.answerMs, call.operation)
        .then((bytes) => reject(refusal(bytes, status)))
        .catch(reject);
    });
    request.on("error", reject);
    request.end();
    try {
      return await promise;
    } finally {
      call.signal?.removeEventListener("abort", stop);
      clearTimeout(timer);
    }
  }

  async #getOnce(call: EngineCall): Promise<unknown> {
    const { response } = await this.#open(call, agentOf(call));
    return parseAnswer(
      await readAll(response, this.deadlines.answerMs, call.operation),
      call.operation,
    );
  }

  async #open(call: EngineCall, agent: AgentName): Promise<EngineStream> {
    call.signal?.throwIfAborted();
    const request = this.#transport.request(this.#requestOptions(call, agent));
    const firstByteMs = call.firstByteMs ?? this.deadlines.firstByteMs;
    const timer =
      firstByteMs === 0
        ? undefined
        : setTimeout(() => request.destroy(tooSlow(call.operation, firstByteMs)), firstByteMs);
    const calm = announceSlow(this, {
      operation: call.operation,
      deadlineMs: firstByteMs,
      ...(call.expectedMs === undefined ? {} : { expectedMs: call.expectedMs }),
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once("response", resolve);
      // A body that is still being sent when the answer has come fails through `sent` and the
      // response.
      request.on("error", reject);
    });
    const sent = sendBody(call, request, answered);
    sent.catch(() => undefined);
    try {
      const response = await answered.catch(async (error: unknown) => {
        // A source that failed is the reason; the broken connection is only its consequence.
        const sourceError: unknown = await sent.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        throw sourceError === undefined || isHangUp(sourceError) ? error : sourceError;
      });
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) {
        const body = await readAll(response, this.deadlines.answerMs, call.operation);
        // Whatever is still to be sent has nobody to read it.
        request.destroy();
        throw refusal(body, status);
      }
      return { response, sent };
    } finally {
      clearTimeout(timer);
      calm();
    }
  }

  #requestOptions(call: EngineCall, agent: AgentName): RequestOptions {
    const { protocol, hostname, port, freshAgent } = this.#transport;
    return {
      protocol,
      hostname,
      ...(port === undefined ? {} : { port }),
      method: call.method ?? "GET",
      path: `${this.#version === undefined ? "" : `/${this.#version}`}${call.path}${queryString(call.query)}`,
      headers: {
        ...(call.json === undefined ? {} : { "Content-Type": "application/json" }),
        ...call.headers,
      },
      agent: call.fresh === true ? freshAgent : this.#transport[agent],
      // Node derives it from the host's name with an expression that takes 3 ms to compile; only
      // TLS needs it.
      ...(protocol === "https:" ? {} : { servername: "" }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    };
  }
}

const getAttempts = 4;

type AgentName = "agent" | "streamAgent";

/** What may take its time would keep short calls waiting for its connection. */
function agentOf({ firstByteMs, expectedMs }: EngineCall): AgentName {
  return firstByteMs === 0 || expectedMs !== undefined ? "streamAgent" : "agent";
}

function sendBody(
  call: EngineCall,
  request: ClientRequest,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  const body = call.json === undefined ? call.body : Buffer.from(JSON.stringify(call.json));
  if (body === undefined) {
    request.end();
    return Promise.resolve();
  }
  if (body instanceof Uint8Array) {
    request.setHeader("Content-Length", body.length);
    request.end(body);
    return Promise.resolve();
  }
  return sendPieces(request, body).catch(async (error: unknown) => {
    // The Engine may refuse, answer and hang up before it has read everything: then the answer
    // counts.
    const response = await answered.catch(() => undefined);
    if (response !== undefined && isHangUp(error)) return;
    throw error;
  });
}

function queryString(query: EngineCall["query"]): string {
  const entries = Object.entries(query ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return entries.length === 0 ? "" : `?${new URLSearchParams(entries).toString()}`;
}

/** Whether trying again later may help: the Engine is restarting, or a proxy before it is. */
function isPassing(error: unknown): boolean {
  if (error instanceof EngineResponseError) return error.status >= 500;
  return isHangUp(error) || systemCode(error) === "EAI_AGAIN";
}

function isHangUp(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ECONNRESET" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE";
}

function describe(error: unknown): string {
  return error instanceof EngineResponseError
    ? `${error.status}: ${error.message}`
    : (systemCode(error) ?? String(error));
}
