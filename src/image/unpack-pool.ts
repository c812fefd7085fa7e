import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { QclockError } from "../error.ts";
import type { UnpackedPackage, UnpackRequest } from "../packages/deb/unpack.ts";
import { toStoreError } from "../store/disk-store.ts";

type Answer =
  | { readonly ok: true; readonly value: UnpackedPackage }
  | { readonly ok: false; readonly message: string; readonly code: string | undefined };

/** A package to take apart, with its name for messages. */
export interface UnpackJob extends UnpackRequest {
  readonly name: string;
}

/**
 * Take packages apart on several threads; results come back in the order of the jobs. The first failure
 * ends all threads. Throws `package-corrupt`, `disk-full`.
 */
export async function unpackAll(request: {
  readonly jobs: readonly UnpackJob[];
  readonly threads: number;
  readonly storeDirectory: string;
  readonly onDone: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}): Promise<readonly UnpackedPackage[]> {
  const { jobs, onDone, signal } = request;
  signal.throwIfAborted();
  const results: UnpackedPackage[] = [];
  const queue = [...jobs.keys()];
  let done = 0;
  const workers = Array.from(
    { length: Math.max(1, Math.min(request.threads, jobs.length)) },
    () => new Worker(workerUrl()),
  );
  const stop = (): Promise<unknown> => Promise.all(workers.map((worker) => worker.terminate()));
  const onAbort = (): void => void stop();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
          const job = jobs[index];
          if (job === undefined) continue;
          const answer = await ask(worker, job);
          signal.throwIfAborted();
          if (!answer.ok) throw toFailure(job, answer, request.storeDirectory);
          results[index] = answer.value;
          onDone(++done, jobs.length);
        }
      }),
    );
  } catch (error) {
    // A thread that was ended says so; why it was is what the caller asked for.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Waited for, since the caller removes the folder that the threads write to.
    await stop();
  }
  return results;
}

async function ask(worker: Worker, job: UnpackJob): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onExit = (): void => reject(new Error("the thread ended"));
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", onExit);
  const { file, spool, exclude } = job;
  worker.postMessage({ file, spool, exclude } satisfies UnpackRequest);
  try {
    return await promise;
  } finally {
    worker.off("message", resolve);
    worker.off("error", reject);
    worker.off("exit", onExit);
  }
}

function toFailure(
  job: UnpackJob,
  answer: { readonly message: string; readonly code: string | undefined },
  directory: string,
): unknown {
  if (answer.code !== undefined) {
    return toStoreError(Object.assign(new Error(answer.message), { code: answer.code }), directory);
  }
  return new QclockError(
    "package-corrupt",
    `Package ${job.name} cannot be unpacked: ${answer.message}.`,
    {
      hint: "Its digest is as the lock says, so the file is damaged at its source; move to another version with `qclock lock --update`.",
    },
  );
}

/** The worker's bundle lies beside this file's; run from source it is the TypeScript file. */
function workerUrl(): URL {
  for (const candidate of ["./unpack.worker.ts", "./unpack.worker.cjs"]) {
    const url = new URL(candidate, import.meta.url);
    if (existsSync(fileURLToPath(url))) return url;
  }
  throw new Error("The worker that unpacks packages is missing from this installation.");
}
