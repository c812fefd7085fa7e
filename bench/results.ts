import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import path from "node:path";
import type { CaseResult } from "./table.ts";

/**
 * Keep the figures of every round, with the machine and the versions that they were measured with.
 */
export async function keepResults(
  file: string,
  results: readonly CaseResult[],
  versions: Readonly<Record<string, string>>,
): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
  };
  await mkdir(path.dirname(file), { recursive: true });
  const document = { measuredAt: new Date().toISOString(), machine, peers: versions, results };
  await writeFile(file, `${JSON.stringify(document, undefined, 2)}\n`);
}
