import type { Agent, IncomingMessage } from "node:http";
import { loadHttp, loadHttps } from "../node-http.ts";

/** The head of an answer and its body, which must be read to the end or discarded. */
export interface HttpAnswer {
  readonly status: number;
  /** How long the body says that it is; a shorter one ends in an error. Absent when it does not say. */
  readonly lengthBytes?: number;
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

const MAXIMUM_REDIRECTS = 5;
const CONNECTIONS = 8;

const TRANSIENT = new Set([
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHTTP5XX",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/** Whether the same request may go well a moment later. */
export function isTransient(error: unknown): boolean {
  return error instanceof Error && "code" in error && TRANSIENT.has(String(error.code));
}

/** GET over connections that are kept open: a closure is some hundred small files from one server. */
export class HttpClient {
  readonly #agents = new Map<string, Agent>();
  readonly #silenceMs: number;

  /** `silenceMs`: how long no byte may come, before the answer or in its middle. */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** Follows redirects. `from` asks for the rest of a file. Rejects with the socket's error. */
  async get(
    url: string,
    options: { readonly from: number; readonly signal: AbortSignal },
  ): Promise<HttpAnswer> {
    let target = new URL(url);
    for (let redirects = 0; ; redirects++) {
      const message = await this.#send(target, options);
      const status = message.statusCode ?? 0;
      const location = message.headers.location;
      if (status < 300 || status > 399 || location === undefined)
        return this.#toAnswer(status, message);
      message.resume();
      if (redirects === MAXIMUM_REDIRECTS) throw new Error("too many redirects");
      target = new URL(location, target);
    }
  }

  async #send(
    url: URL,
    options: { readonly from: number; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:") {
      throw new Error(`${protocol} is not a protocol that qclock fetches over`);
    }
    const http = protocol === "http:" ? loadHttp() : loadHttps();
    const agent =
      this.#agents.get(protocol) ?? new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    this.#agents.set(protocol, agent);
    return new Promise((resolve, reject) => {
      const request = http.get(
        url,
        {
          agent,
          signal: options.signal,
          timeout: this.#silenceMs,
          headers: {
            "user-agent": "qclock",
            accept: "*/*",
            ...(options.from > 0 ? { range: `bytes=${options.from}-` } : {}),
          },
        },
        resolve,
      );
      request.on("timeout", () => request.destroy(silence(this.#silenceMs)));
      request.on("error", reject);
    });
  }

  #toAnswer(status: number, message: IncomingMessage): HttpAnswer {
    message.setTimeout(this.#silenceMs, () => message.destroy(silence(this.#silenceMs)));
    const length = Number(message.headers["content-length"] ?? Number.NaN);
    return {
      status,
      ...(Number.isSafeInteger(length) ? { lengthBytes: length } : {}),
      body: message,
      discard: () => message.destroy(),
    };
  }
}

function silence(durationMs: number): Error {
  return Object.assign(new Error(`no byte came for ${durationMs / 1000} s`), { code: "ETIMEDOUT" });
}
