import type { Agent, IncomingMessage } from "node:http";
import { loadHttp, loadHttps } from "../node-http.ts";
import { describeProxy, proxyFor } from "./proxy.ts";

/** The head of an answer and its body, which must be read to the end or discarded. */
export interface HttpAnswer {
  readonly status: number;
  /**
   * How long the body says that it is; a shorter one ends in an error. Absent when it does not say.
   */
  readonly lengthBytes?: number;
  /** How long the server asks to wait before the next try. */
  readonly retryAfterMs?: number;
  /** The URL that answered, behind all redirects. */
  readonly url: string;
  /** Kind of the body, as the server says it. */
  readonly contentType?: string;
  readonly body: AsyncIterable<Uint8Array>;
  discard(): void;
}

interface GetOptions {
  /** From which byte on: the rest of a file is asked for. */
  readonly from: number;
  /** Which kinds of body are wanted; absent: any. */
  readonly accept?: string | undefined;
  readonly signal: AbortSignal;
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

/** Slower than this a server is as good as silent: a megabyte would take a quarter of an hour. */
const LEAST_BYTES_PER_SECOND = 1024;

/** Whether the same request may go well a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  // A tunnel that the proxy has refused, with a status, is refused the next time, too.
  if (error.code === "ERR_PROXY_TUNNEL") return !("statusCode" in error);
  return TRANSIENT.has(String(error.code));
}

/** Whether a server let its time pass, rather than answer wrongly or hang up. */
export function isSlow(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  // Node has one code for each end of a tunnel, and tells them apart in words.
  if (error.code === "ERR_PROXY_TUNNEL") return error.message.includes("timed out");
  return error.code === "ETIMEDOUT";
}

/**
 * GET over connections that are kept open: a closure is some hundred small files from one server.
 */
export class HttpClient {
  readonly #agents = new Map<string, Agent>();
  readonly #silenceMs: number;
  readonly #environment: ReadonlyMap<string, string>;
  readonly #credentials: ReadonlyMap<string, string>;

  /**
   * `silenceMs`: how long no byte may come, before the answer or in its middle. `environment`:
   * names the proxies. `credentials`: `user:password` by the origin of the server that is told
   * them.
   */
  constructor(
    silenceMs: number,
    environment: ReadonlyMap<string, string>,
    credentials: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#silenceMs = silenceMs;
    this.#environment = environment;
    this.#credentials = credentials;
  }

  /** Follows redirects. Rejects with the socket's error. */
  async get(url: string, options: GetOptions): Promise<HttpAnswer> {
    let target = new URL(url);
    for (let redirects = 0; ; redirects++) {
      const message = await this.#send(target, options);
      const status = message.statusCode ?? 0;
      const location = message.headers.location;
      if (status < 300 || status > 399 || location === undefined)
        return this.#toAnswer(status, message, target);
      message.resume();
      if (redirects === MAXIMUM_REDIRECTS) throw new Error("too many redirects");
      target = new URL(location, target);
    }
  }

  async #send(url: URL, options: GetOptions): Promise<IncomingMessage> {
    const { protocol } = url;
    if (protocol !== "http:" && protocol !== "https:") {
      throw new Error(`${protocol} is not a protocol that qclock fetches over`);
    }
    const http = protocol === "http:" ? loadHttp() : loadHttps();
    const proxy = proxyFor(url, this.#environment);
    const agent = this.#agent(http, { protocol, proxy });
    // By the server that is asked now: a redirect to another one does not take them along.
    const auth = this.#credentials.get(url.origin);
    return new Promise((resolve, reject) => {
      const request = http.get(
        url,
        {
          agent,
          signal: options.signal,
          timeout: this.#silenceMs,
          ...(auth === undefined ? {} : { auth }),
          headers: {
            "user-agent": "qclock",
            accept: options.accept ?? "*/*",
            ...(options.from > 0 ? { range: `bytes=${options.from}-` } : {}),
          },
        },
        resolve,
      );
      request.on("timeout", () => request.destroy(silence(this.#silenceMs)));
      request.on("error", (error) => {
        if (proxy !== undefined) error.message += ` (through the proxy ${describeProxy(proxy)})`;
        reject(error);
      });
    });
  }

  /**
   * Which URLs go through which proxy is decided here, so that Node is told of one proxy and of no
   * exceptions.
   */
  #agent(
    http: ReturnType<typeof loadHttp | typeof loadHttps>,
    { protocol, proxy }: { readonly protocol: string; readonly proxy: URL | undefined },
  ): Agent {
    const key = `${protocol} ${proxy?.href ?? ""}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return known;
    const agent = new http.Agent({
      keepAlive: true,
      maxSockets: CONNECTIONS,
      ...(proxy === undefined
        ? {}
        : { proxyEnv: { http_proxy: proxy.href, https_proxy: proxy.href } }),
    });
    this.#agents.set(key, agent);
    return agent;
  }

  /**
   * The body, which ends in an error when too little of it comes in a while: silence is seen by the
   * socket, a trickle is not.
   */
  async *#watchRate(message: IncomingMessage): AsyncGenerator<Uint8Array> {
    const seconds = this.#silenceMs / 1000;
    let bytes = 0;
    const timer = setInterval(() => {
      if (bytes < LEAST_BYTES_PER_SECOND * seconds) message.destroy(trickle(bytes, seconds));
      bytes = 0;
    }, this.#silenceMs);
    try {
      for await (const chunk of message) {
        bytes += chunk.length;
        yield chunk;
      }
    } finally {
      clearInterval(timer);
    }
  }

  #toAnswer(status: number, message: IncomingMessage, url: URL): HttpAnswer {
    message.setTimeout(this.#silenceMs, () => message.destroy(silence(this.#silenceMs)));
    const length = Number(message.headers["content-length"] ?? Number.NaN);
    const retryAfterMs = parseRetryAfter(message.headers["retry-after"], Date.now());
    const contentType = message.headers["content-type"];
    return {
      status,
      url: url.href,
      ...(contentType === undefined ? {} : { contentType }),
      ...(Number.isSafeInteger(length) ? { lengthBytes: length } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      body: this.#watchRate(message),
      discard: () => message.destroy(),
    };
  }
}

/** Seconds or a date; undefined when it is neither. Source: RFC 9110, section 10.2.3. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/u.test(value.trim())) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

function silence(durationMs: number): Error {
  return Object.assign(new Error(`no byte came for ${durationMs / 1000} s`), { code: "ETIMEDOUT" });
}

function trickle(bytes: number, seconds: number): Error {
  return Object.assign(new Error(`only ${bytes} bytes came in ${seconds} s`), {
    code: "ETIMEDOUT",
  });
}
