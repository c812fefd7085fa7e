import { Worker } from "node:worker_threads";
import { workerUrl } from "../worker-url.ts";

/** Lines for the thread to search. */
export type LogBatch = readonly string[];

/** What the thread says of a batch: the first line that matches. */
export interface LogMatch {
  readonly line: string | undefined;
}

/** What is handed over at a time, so that a long log is never held whole. */
const BATCH_CHARACTERS = 256 * 1024;

/**
 * The first line that matches a pattern of the manifest; undefined when none does. Rejects with the
 * signal's reason.
 *
 * A regular expression of ECMAScript may take time that grows exponentially with a line's length,
 * and while one runs nothing else does, neither signals nor deadlines. So it runs on a thread that
 * is ended when the signal aborts. A thread costs some 25 ms; a pattern that cannot go astray (no
 * repetition and no choice, such as `ready for connections`) does without. A linear engine in
 * JavaScript would be another dialect without lookaround, and 1 MB more to load.
 */
export async function findLine(
  lines: AsyncIterable<string>,
  source: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (isPlain(source)) {
    const pattern = new RegExp(source, "u");
    for await (const line of lines) if (pattern.test(line)) return line;
    return undefined;
  }
  await using matcher = startMatcher(source, signal);
  for await (const batch of inBatches(lines)) {
    const line = await matcher.find(batch);
    if (line !== undefined) return line;
  }
  return undefined;
}

/**
 * Whether matching takes a time that is bounded by the pattern's length at each place of a line.
 */
export function isPlain(source: string): boolean {
  return !/[*+?{|]/u.test(source);
}

async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<LogBatch> {
  let batch: string[] = [];
  let characters = 0;
  for await (const line of lines) {
    batch.push(line);
    characters += line.length + 1;
    if (characters < BATCH_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

interface Matcher extends AsyncDisposable {
  find(batch: LogBatch): Promise<string | undefined>;
}

function startMatcher(source: string, signal: AbortSignal): Matcher {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl("log-line", import.meta.url), {
    workerData: source,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  // One that fails while nobody asks it (out of memory, say) is noticed by the next question.
  worker.on("error", () => undefined);
  return {
    async find(batch) {
      const { promise, resolve, reject } = Promise.withResolvers<LogMatch>();
      const abort = (): void => reject(signal.reason);
      const exit = (): void => reject(new Error("the search of the log ended by itself"));
      worker.once("message", resolve).once("error", reject).once("exit", exit);
      signal.addEventListener("abort", abort, { once: true });
      try {
        signal.throwIfAborted();
        worker.postMessage(batch);
        return (await promise).line;
      } finally {
        worker.off("message", resolve).off("error", reject).off("exit", exit);
        signal.removeEventListener("abort", abort);
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
