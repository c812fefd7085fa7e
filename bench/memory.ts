import { readdirSync, readFileSync } from "node:fs";
import { type Command, type Place, start } from "./command.ts";

/** Most memory that processes held at a time, in bytes. */
export interface PeakMemory {
  /** Of the command and everything that it started. */
  readonly commandBytes: number;
  /** Of the Engine with everything below it, builds and containers, while the command ran. */
  readonly engineBytes: number;
}

/**
 * Often enough to see a process that lives for a moment, seldom enough to leave the processor to
 * it.
 */
const SAMPLE_EVERY_MS = 15;

/**
 * Run a command to its end and watch the resident memory of its process tree, and of the Engine's
 * when that is the bench's own. The kernel's own high-water mark of the command fills in what
 * happens between two looks.
 */
export async function watchMemory(
  command: Command,
  place: Place,
  signal: AbortSignal,
): Promise<PeakMemory> {
  const { enginePid } = place;
  const running = start(command, place, signal);
  const peak = { commandBytes: 0, engineBytes: 0 };
  const look = (): void => {
    if (running.pid !== undefined) {
      // The mark is of this command alone; that of an Engine that runs for long is of an earlier
      // one.
      const mark = kilobytes(readStatus(running.pid), "VmHWM") * 1024;
      peak.commandBytes = Math.max(peak.commandBytes, mark, treeBytes(running.pid));
    }
    if (enginePid !== undefined) {
      peak.engineBytes = Math.max(peak.engineBytes, treeBytes(enginePid));
    }
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  try {
    await running;
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** Resident bytes of all processes of a tree now; memory that they share is counted for each. */
function treeBytes(root: number): number {
  let sum = 0;
  const pending = [root];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    sum += kilobytes(readStatus(pid), "VmRSS");
    pending.push(...childrenOf(pid));
  }
  return sum * 1024;
}

function readStatus(pid: number): string {
  return readProc(`/proc/${pid}/status`);
}

function kilobytes(status: string, key: "VmRSS" | "VmHWM"): number {
  return Number(new RegExp(`^${key}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
}

function childrenOf(pid: number): readonly number[] {
  return listProc(`/proc/${pid}/task`).flatMap((thread) =>
    readProc(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

/** A process may end between two reads: then there is nothing to see of it. */
function readProc(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function listProc(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
