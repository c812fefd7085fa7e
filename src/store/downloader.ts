import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { QclockError } from "../error.ts";
import type { Digest } from "../digest.ts";
import { type Advice, mirrorAdvice } from "./advice.ts";
import { writeWhole } from "./disk-store.ts";
import type { HttpAnswer, HttpClient } from "./http.ts";
import { MOST_SLOW_ATTEMPTS, Origins } from "./origins.ts";
import { toStoreError } from "./store-error.ts";
import { holdsWhole, type Store } from "./store.ts";

/** A file to bring into the store. */
export interface DownloadRequest {
  /**
   * Places that have the file, tried in turn. A function is called only when the store lacks the
   * file.
   */
  readonly urls: readonly string[] | (() => Promise<readonly string[]>);
  readonly digest: Digest;
  /**
   * Undefined when only the digest is known yet: what the store has is then proved by reading it.
   */
  readonly sizeBytes: number | undefined;
  /**
   * Read what the store has and compare its digest: for what is used without another look at it.
   * Done anyway where the size is not known.
   */
  readonly prove?: boolean;
  /** What failures say; absent: that of package mirrors. */
  readonly advice?: Advice;
  /** Called when a server says how large the file is whose size was not known. */
  readonly onSize?: (sizeBytes: number) => void;
  /**
   * Called with the number of bytes that have come in, once for each piece; below zero when they
   * were of no use.
   */
  readonly onBytes?: (count: number) => void;
  readonly signal: AbortSignal;
}

/** Fetches files over HTTP, with retries; refuses everything when offline. */
export interface Downloader {
  /** The store that files are brought into. */
  readonly store: Store;
  /** A whole small answer, or undefined when the server has no such file (404). */
  bytes(
    url: string,
    options: { readonly signal: AbortSignal; readonly maximumBytes: number },
  ): Promise<Uint8Array | undefined>;
  /**
   * A whole small answer with what the server says of it, or undefined when there is none (404).
   */
  page(url: string, options: PageOptions): Promise<Page | undefined>;
  /** Tell the server at an origin these credentials, `user:password`, with each request. */
  authorize(origin: string, credentials: string): void;
  /**
   * Bring a file of known digest into the store; resolves with its path. Asks nobody when the store
   * has it.
   */
  toStore(request: DownloadRequest): Promise<string>;
  /**
   * Keep bytes that `bytes` brought and that proved good, such as a signed release file. Resolves
   * with their digest.
   */
  keep(content: Uint8Array): Promise<Digest>;
  /** Whether the store has the file at its full size, so that nobody need be asked for it. */
  holds(file: Pick<DownloadRequest, "digest" | "sizeBytes">): Promise<boolean>;
  /** Drop a file that was found damaged in the store, so that it is fetched again. */
  discard(digest: Digest): Promise<void>;
  /** Whether every request is refused. */
  readonly offline: boolean;
  /** How many requests were sent so far. */
  readonly requestCount: number;
}

/** What is asked of a server that answers with a page. */
export interface PageOptions {
  /** Which kinds of body are wanted; absent: any. */
  readonly accept?: string;
  readonly maximumBytes: number;
  /** What failures say; absent: that of package mirrors. */
  readonly advice?: Advice;
  readonly signal: AbortSignal;
}

/** A server's answer. */
export interface Page {
  /** The URL that answered, behind all redirects. */
  readonly url: string;
  /** Kind of the body, as the server says it. */
  readonly contentType?: string;
  readonly bytes: Uint8Array;
}

export interface DownloaderOptions {
  readonly store: Store;
  readonly offline: boolean;
  /** A line for the reader when something is tried again. */
  readonly onRetry: (message: string) => void;
  readonly sleep: (durationMs: number, signal?: AbortSignal) => Promise<void>;
  /**
   * How long a server may be silent, before its answer or in the middle of it; absent: 15 seconds.
   * One that is silent twice in a row is given up for all files of the run.
   */
  readonly silenceMs?: number;
  /**
   * Names the proxies: `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`, also in upper case.
   */
  readonly environment: ReadonlyMap<string, string>;
}

/** What to do when a file is needed that --offline forbids to fetch. */
export const OFFLINE_HINT =
  "Load a bundle that holds it with `qclock bundle load FILE`, or run once without --offline where the mirror answers.";

/** A server answered that it has no such file. */
export class NotFoundError extends QclockError {
  constructor(url: string, status: number, advice: Advice) {
    super(advice.code, `${url}: ${advice.server} answered ${status}.`, { hint: advice.missing });
  }
}

/** A server refused a file for good; `status` says how. */
export class RefusedError extends QclockError {
  readonly status: number;

  constructor(url: string, status: number, advice: Advice) {
    super(advice.code, `${url}: ${advice.server} answered ${status}.`, { hint: advice.refused });
    this.status = status;
  }
}

const ATTEMPTS = 4;
/** Of a file of unknown size: a server that never stops must not fill the disk. */
const LARGEST_BYTES = 16 * 1024 ** 3;
const SILENCE_MS = 15_000;
/** A server that asks to wait longer is not waited for. */
const LONGEST_WAIT_MS = 15_000;
const FIRST_PAUSE_MS = 250;

/** Make a downloader over HTTP and HTTPS. */
export function createDownloader(options: DownloaderOptions): Downloader {
  return new HttpDownloader(options);
}

class HttpDownloader implements Downloader {
  readonly #options: DownloaderOptions;
  readonly #origins: Origins;
  readonly #credentials = new Map<string, string>();
  #client: HttpClient | undefined;
  requestCount = 0;

  constructor(options: DownloaderOptions) {
    this.#options = options;
    this.#origins = new Origins(options.silenceMs ?? SILENCE_MS);
  }

  async discard(digest: Digest): Promise<void> {
    await this.#options.store.remove(digest);
  }

  get store(): Store {
    return this.#options.store;
  }

  get offline(): boolean {
    return this.#options.offline;
  }

  async keep(content: Uint8Array): Promise<Digest> {
    const digest: Digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    const { store } = this.#options;
    if (!(await this.holds({ digest, sizeBytes: content.length })))
      await store.put(digest, Readable.from([content]));
    return digest;
  }

  async holds({
    digest,
    sizeBytes,
  }: Pick<DownloadRequest, "digest" | "sizeBytes">): Promise<boolean> {
    const { store } = this.#options;
    if (sizeBytes === undefined) return (await store.find(digest)) !== undefined;
    return holdsWhole(store, digest, sizeBytes);
  }

  authorize(origin: string, credentials: string): void {
    this.#credentials.set(origin, credentials);
  }

  async bytes(
    url: string,
    options: { readonly signal: AbortSignal; readonly maximumBytes: number },
  ): Promise<Uint8Array | undefined> {
    return (await this.page(url, options))?.bytes;
  }

  async page(url: string, options: PageOptions): Promise<Page | undefined> {
    const { accept, advice = mirrorAdvice } = options;
    return this.#retry(url, { signal: options.signal, advice }, async (signal) => {
      const answer = await this.#request(url, { from: 0, accept, signal });
      if (answer.status === 404) {
        answer.discard();
        return undefined;
      }
      refuseStatus(url, answer, advice);
      const chunks: Uint8Array[] = [];
      let total = 0;
      for await (const chunk of answer.body) {
        total += chunk.length;
        if (total > options.maximumBytes) {
          throw new QclockError(
            advice.code,
            `${url} is larger than ${options.maximumBytes} bytes, which it should not be.`,
          );
        }
        chunks.push(chunk);
      }
      const { contentType } = answer;
      return {
        url: answer.url,
        ...(contentType === undefined ? {} : { contentType }),
        bytes: Buffer.concat(chunks),
      };
    });
  }

  async toStore(request: DownloadRequest): Promise<string> {
    const { store } = this.#options;
    const found = await store.find(request.digest);
    // A file of another size was damaged after it came in: it is fetched again over it.
    const size = found === undefined ? undefined : await sizeOf(found);
    if (found !== undefined && size !== undefined && (await isWhole(found, size, request))) {
      if (request.sizeBytes === undefined) request.onSize?.(size);
      request.onBytes?.(size);
      return found;
    }
    let failure: QclockError | undefined;
    const { urls } = request;
    for (const url of typeof urls === "function" ? await urls() : urls) {
      let received = 0;
      const onBytes = (count: number): void => {
        received += count;
        request.onBytes?.(count);
      };
      try {
        return await this.#fetchFile(url, { ...request, onBytes });
      } catch (error) {
        if (request.signal.aborted || !(error instanceof QclockError)) throw error;
        if (error.code === "disk-full" || error.code === "store-unusable") throw error;
        request.onBytes?.(-received);
        failure = worse(failure, error);
      }
    }
    throw failure ?? new Error(`no place is named for ${request.digest}`);
  }

  /**
   * One file, resumed after a cut from where it stopped, or from its start where the server cannot
   * resume.
   */
  async #fetchFile(url: string, request: DownloadRequest): Promise<string> {
    const { store } = this.#options;
    const { sizeBytes, advice = mirrorAdvice } = request;
    await using temporary = await store.createTemporary();
    const onDisk = <Value>(work: Promise<Value>): Promise<Value> =>
      work.catch((error: unknown) => {
        throw toStoreError(error, store.directory);
      });
    await using file = await onDisk(open(temporary.path, "w"));
    let hash = createHash("sha256");
    let position = 0;
    await this.#retry(url, { signal: request.signal, advice }, async (signal) => {
      const answer = await this.#request(url, { from: position, signal });
      refuseStatus(url, answer, advice);
      if (position > 0 && answer.status !== 206) {
        request.onBytes?.(-position);
        hash = createHash("sha256");
        position = 0;
      }
      if (sizeBytes === undefined && answer.lengthBytes !== undefined)
        request.onSize?.(position + answer.lengthBytes);
      for await (const chunk of answer.body) {
        if (position + chunk.length > (sizeBytes ?? LARGEST_BYTES))
          throw wrongSize(url, request, "larger than");
        await onDisk(writeWhole(file, chunk, position));
        hash.update(chunk);
        position += chunk.length;
        request.onBytes?.(chunk.length);
      }
      if (position >= (sizeBytes ?? 0)) return;
      // A body that came whole, as long as its head said, belongs to another file.
      throw answer.lengthBytes === undefined ? cutShort() : wrongSize(url, request, "smaller than");
    });
    const actual: Digest = `sha256:${hash.digest("hex")}`;
    if (actual !== request.digest) {
      throw new QclockError("digest-mismatch", `${url} has the digest ${actual}.`, {
        hint: `Expected ${request.digest}. ${advice.otherBytes}`,
      });
    }
    await onDisk(file.sync());
    return await temporary.commit(request.digest);
  }

  async #request(url: string, options: Parameters<HttpClient["get"]>[1]): Promise<HttpAnswer> {
    if (this.#options.offline) {
      throw new QclockError("offline", `${url} is needed, but --offline allows no request.`, {
        hint: OFFLINE_HINT,
      });
    }
    this.requestCount++;
    // Loaded here: TLS alone takes longer to load than a build with nothing to do takes in all.
    const { HttpClient: Client } = await import("./http.ts");
    const { silenceMs = SILENCE_MS, environment } = this.#options;
    this.#client ??= new Client(silenceMs, environment, this.#credentials);
    return this.#client.get(url, options);
  }

  async #retry<Value>(
    url: string,
    { signal, advice }: { readonly signal: AbortSignal; readonly advice: Advice },
    attempt: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const givenUp = this.#origins.signalOf(url);
    const either = AbortSignal.any([signal, givenUp]);
    let slowAttempts = 0;
    for (let number = 1; ; number++) {
      try {
        // A server that was given up is asked nothing more.
        either.throwIfAborted();
        const value = await attempt(either);
        this.#origins.answered(url);
        return value;
      } catch (error) {
        signal.throwIfAborted();
        if (givenUp.aborted) {
          const reason = reasonOf(givenUp.reason);
          throw unreachable(url, { reason, advice, cause: givenUp.reason });
        }
        if (error instanceof QclockError) throw error;
        const reason = reasonOf(error);
        const { isSlow, isTransient } = await import("./http.ts");
        if (!isTransient(error)) throw unreachable(url, { reason, advice, cause: error });
        slowAttempts = isSlow(error) ? slowAttempts + 1 : 0;
        if (slowAttempts > 0 && error instanceof Error) this.#origins.waitedInVain(url, error);
        const isLast = number >= ATTEMPTS || slowAttempts >= MOST_SLOW_ATTEMPTS;
        if (isLast)
          throw unreachable(url, { reason: `${reason}, ${number} times`, advice, cause: error });
        const pauseMs = pauseAfter(error, number);
        if (pauseMs > LONGEST_WAIT_MS)
          throw unreachable(url, { reason, advice, cause: error, waitMs: pauseMs });
        this.#options.onRetry(`${url}: ${reason}; trying again in ${formatPause(pauseMs)}`);
        await this.#options.sleep(pauseMs, signal);
      }
    }
  }
}

/** How long the server asks to wait, or else longer with each attempt. */
function pauseAfter(error: unknown, attempt: number): number {
  if (error instanceof BusyError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  return FIRST_PAUSE_MS * 3 ** (attempt - 1);
}

function formatPause(durationMs: number): string {
  return durationMs < 1000 ? `${durationMs} ms` : `${Math.round(durationMs / 100) / 10} s`;
}

/** A server that may answer later: 5xx, or any refusal that says when. */
class BusyError extends Error {
  readonly code = "EHTTP5XX";
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs: number | undefined) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * 5xx is worth another try, and so is 429 of a server that says when (Retry-After); all other
 * refusals are final: 401 and 403 would only burn the quota.
 */
function refuseStatus(url: string, answer: HttpAnswer, advice: Advice): void {
  if (answer.status === 200 || answer.status === 206) return;
  answer.discard();
  const isGone = answer.status === 404 || answer.status === 410;
  if (isGone) throw new NotFoundError(url, answer.status, advice);
  const { retryAfterMs } = answer;
  if (answer.status >= 500 || (answer.status === 429 && retryAfterMs !== undefined)) {
    const asks =
      retryAfterMs === undefined
        ? ""
        : ` and asks to wait ${formatPause(retryAfterMs)} (Retry-After)`;
    throw new BusyError(`${advice.server} answered ${answer.status}${asks}`, retryAfterMs);
  }
  throw new RefusedError(url, answer.status, advice);
}

/**
 * Which of two places' failures to report: that one serves other bytes must not be hidden by
 * another one that lacks the file, and a file is gone only when each place says so.
 */
function worse(one: QclockError | undefined, other: QclockError): QclockError {
  if (one === undefined) return other;
  return rank(other) >= rank(one) ? other : one;
}

function rank(error: QclockError): number {
  if (error.code === "digest-mismatch") return 2;
  return error instanceof NotFoundError ? 0 : 1;
}

function wrongSize(
  url: string,
  request: DownloadRequest,
  difference: "larger than" | "smaller than",
): QclockError {
  const size =
    request.sizeBytes === undefined
      ? `${LARGEST_BYTES} bytes, which qclock does not fetch`
      : `the ${request.sizeBytes} bytes that the lock names`;
  return new QclockError("digest-mismatch", `${url} is ${difference} ${size}.`, {
    hint: `Expected ${request.digest}. Nothing of it was kept.`,
  });
}

function cutShort(): Error {
  return Object.assign(new Error("the transfer was cut short"), { code: "ECONNRESET" });
}

function unreachable(
  url: string,
  {
    reason,
    advice,
    cause,
    waitMs,
  }: {
    readonly reason: string;
    readonly advice: Advice;
    readonly cause: unknown;
    /** What the server asks to wait, where that is too long. */
    readonly waitMs?: number;
  },
): QclockError {
  return new QclockError(advice.code, `${url} cannot be fetched: ${reason}.`, {
    cause,
    hint:
      waitMs === undefined ? advice.unreachable : `Try again in ${formatPause(waitMs)}, or later.`,
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Of known size: told by that, since it was proved when it came in. Of unknown size: by its digest.
 */
async function isWhole(
  file: string,
  sizeBytes: number,
  request: DownloadRequest,
): Promise<boolean> {
  if (request.sizeBytes !== undefined) {
    if (request.sizeBytes !== sizeBytes) return false;
    if (request.prove !== true) return true;
  }
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { signal: request.signal })) hash.update(chunk);
  return `sha256:${hash.digest("hex")}` === request.digest;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
