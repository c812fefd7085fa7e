import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { workerUrl } from "../../../worker-url.ts";
import type { PrimaryTask } from "./write-primary.ts";

/** What the thread answers with. */
export type PrimaryAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly message: string;
      /** Of a failed system call: its code, its name and the path. */
      readonly facts?: Readonly<Record<string, unknown>>;
    };

/**
 * `writePrimary` in a thread of its own, so that several lists are read at the same time and the
 * display goes on. Throws as it does, and the signal's reason.
 */
export async function writePrimaryInThread(task: PrimaryTask, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl("primary", import.meta.url));
  const ending = new AbortController();
  try {
    worker.postMessage(task);
    const either = { signal: AbortSignal.any([signal, ending.signal]) };
    const ended = once(worker, "exit", either).then(() => undefined);
    const answered = once(worker, "message", either);
    const answer: PrimaryAnswer | undefined = (await Promise.race([answered, ended]))?.[0];
    if (answer === undefined) throw new Error("the thread that read it ended");
    if (answer.ok) return;
    throw Object.assign(new Error(answer.message), answer.facts);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    ending.abort();
    await worker.terminate();
  }
}
