import { readFrames } from "./frames.mjs";
import { workerBody, workerLabel } from "./worker.mjs";

/** A picture of the largest code is some 10 KB. */
const maximumOutputBytes = 1024 * 1024;
/** How long a removal may take that nobody waits for. */
const removalMs = 30_000;

/** A job that brought no picture. `reason` is one of the words that `/stats` counts. */
export class JobError extends Error {
  /**
   * @param {"timed_out" | "failed" | "abandoned"} reason
   * @param {string} message
   */
  constructor(reason, message) {
    super(message);
    this.name = "JobError";
    this.reason = reason;
  }
}

/**
 * Run one worker from its making to its removal, and return the picture.
 *
 * Whatever happens, no worker of it is left when the promise settles, unless the Engine does not
 * answer. Rejects with a JobError when the deadline passes, when the client goes away (`signal`),
 * and when the worker fails.
 *
 * @param {Pick<import("./engine.mjs").Engine,
 *   "imageId" | "create" | "attach" | "waitRemoved" | "start" | "remove">} engine
 * @param {Pick<import("./settings.mjs").Settings, "stack" | "workerImage" | "deadlineMs">} settings
 * @param {Buffer} text
 * @param {AbortSignal} signal
 * @returns {Promise<Buffer>}
 */
export async function runJob(engine, { stack, workerImage, deadlineMs }, text, signal) {
  const deadline = AbortSignal.timeout(deadlineMs);
  const either = anyOf(signal, deadline);
  /** @type {string | undefined} */
  let id;
  try {
    const imageId = await engine.imageId(workerImage, either);
    // Not to be cut off: the Engine would make a container whose id nobody learns.
    id = await engine.create(workerBody({ imageId, stack }), AbortSignal.timeout(removalMs));
    either.throwIfAborted();
    const stream = await engine.attach(id, either);
    // Told by what reads it; while nobody reads, an event without a listener would end the broker.
    stream.on("error", () => undefined);
    const stop = () => stream.destroy(new Error("stopped"));
    either.addEventListener("abort", stop, { once: true });
    try {
      const removed = await engine.waitRemoved(id, either);
      await engine.start(id, either);
      stream.end(text);
      const { stdout, stderr } = await readFrames(stream, maximumOutputBytes);
      const exitCode = await removed.exitCode;
      id = undefined;
      if (exitCode !== 0) throw new JobError("failed", describeEnd(exitCode, stderr));
      if (!isPicture(stdout)) throw new JobError("failed", "The worker wrote no picture.");
      return stdout;
    } finally {
      either.removeEventListener("abort", stop);
      stream.destroy();
    }
  } catch (error) {
    if (signal.aborted) throw new JobError("abandoned", "The client went away.");
    if (deadline.aborted)
      throw new JobError("timed_out", `The worker took longer than ${deadlineMs / 1000} s.`);
    if (error instanceof JobError) throw error;
    throw new JobError("failed", error instanceof Error ? error.message : String(error));
  } finally {
    if (id !== undefined)
      await engine.remove(id, AbortSignal.timeout(removalMs)).catch(() => undefined);
  }
}

/**
 * Remove the workers that a broker of this stack left, which was killed; returns their number.
 *
 * @param {Pick<import("./engine.mjs").Engine, "listLabelled" | "remove">} engine
 * @param {string} stack
 * @returns {Promise<number>}
 */
export async function sweep(engine, stack) {
  const signal = AbortSignal.timeout(removalMs);
  const left = await engine.listLabelled(`${workerLabel}=${stack}`, signal);
  await Promise.all(left.map((id) => engine.remove(id, signal)));
  return left.length;
}

/**
 * `AbortSignal.any`, which Node 18 does not have.
 *
 * @param {AbortSignal[]} signals
 */
function anyOf(...signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}

/**
 * @param {number} exitCode
 * @param {Buffer} stderr
 */
function describeEnd(exitCode, stderr) {
  if (exitCode === 137) return "The worker was killed (137): its memory limit was reached.";
  const [line = ""] = stderr.toString("utf8").split("\n");
  return `The worker ended with ${exitCode}${line === "" ? "" : `: ${line.slice(0, 200)}`}`;
}

/**
 * A whole PNG: its signature at the start, and the end chunk with its checksum at the end. Source:
 * PNG, third edition, sections 5.2 and 11.2.5.
 *
 * @param {Buffer} bytes
 */
function isPicture(bytes) {
  return (
    bytes.subarray(0, 8).toString("hex") === "89504e470d0a1a0a" &&
    bytes.subarray(-12).toString("hex") === "0000000049454e44ae426082"
  );
}
