import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Make sure that no other bench keeps its process id in the same folder: they would disturb each
 * other's figures, and use the same names. Rejects when one does. One that was killed does not
 * count: its process is gone.
 */
export async function claim(directory: string): Promise<AsyncDisposable> {
  const file = path.join(directory, "qclock-bench.pid");
  const pid = await readFile(file, "utf8").catch(() => "");
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (pid !== "" && commandLine.includes("bench/run.ts")) {
    throw new Error(`Another bench is running, with process id ${pid}. Let it end first.`);
  }
  await mkdir(directory, { recursive: true });
  await writeFile(file, String(process.pid));
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}
