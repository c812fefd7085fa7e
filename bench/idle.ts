import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const WINDOW_MS = 100;
/** Windows in a row without work. */
const QUIET_WINDOWS = 2;
/** An Engine that never rests is measured as it is. */
const MOST_WINDOWS = 150;
/** Processor time in a window that is no work: a timer, a health check. In ticks of 10 ms. */
const QUIET_TICKS = 1;

/**
 * Wait until an Engine rests: it goes on tidying up when a command has ended, or building when one
 * was interrupted, and the next contestant would pay for that.
 */
export async function untilIdle(pid: number, signal: AbortSignal): Promise<void> {
  let ticks = await ticksOf(pid);
  for (let window = 0, quiet = 0; window < MOST_WINDOWS && quiet < QUIET_WINDOWS; window++) {
    await sleep(WINDOW_MS, undefined, { signal });
    const now = await ticksOf(pid);
    quiet = now - ticks <= QUIET_TICKS ? quiet + 1 : 0;
    ticks = now;
  }
}

/** Processor time of a process so far, of the program and of the kernel for it. */
async function ticksOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name before may hold spaces and ends with the last parenthesis; then fields 3 and on.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}
