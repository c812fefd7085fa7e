import { parentPort, workerData } from "node:worker_threads";
import type { LogBatch, LogMatch } from "./find-line.ts";

/**
 * Searches a container's log on a thread of its own, which can be ended when the pattern takes too
 * long.
 */
const pattern = new RegExp(String(workerData), "u");

parentPort?.on("message", (lines: LogBatch) => {
  parentPort?.postMessage({ line: lines.find((line) => pattern.test(line)) } satisfies LogMatch);
});
