/**
 * `npm run bench`: qclock beside its peers, in one session on one machine. Needs root on Debian 12,
 * for Engines of its own. Prints a table and keeps the figures in artifacts/bench.json; fails on no
 * figure.
 */
import { homedir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { parseArguments } from "./arguments.ts";
import { notMeasured, openBench } from "./bench.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { reasonOf } from "./command.ts";
import { keepResults } from "./results.ts";
import { type CaseResult, formatTable } from "./table.ts";

const root = path.resolve(import.meta.dirname, "..");
const say = (message: string): void => console.error(message);

try {
  const { only, rounds, list } = parseArguments(
    process.argv.slice(2),
    cases.map(({ name }) => name),
  );
  if (list) {
    for (const { name, summary } of cases) console.log(`${name.padEnd(16)} ${summary}`);
  } else {
    const chosen = cases.filter(({ name }) => only.length === 0 || only.includes(name));
    await runCases(chosen, rounds);
  }
} catch (error) {
  say(reasonOf(error));
  process.exitCode = 2;
}

async function runCases(chosen: readonly Case[], rounds: number | undefined): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      say("Stopping, and removing what was made...");
      process.exitCode = 130;
      interruption.abort();
    });
  }
  const results: CaseResult[] = [];
  // What is measured is what users run: the bundle, of the sources as they are now.
  await execa(process.execPath, ["build.ts"], { cwd: root, stderr: "inherit" });
  const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  await using bench = await openBench({
    root,
    cache: path.join(cache, "qclock-bench"),
    signal: interruption.signal,
    say,
  });
  const file = path.join(root, "artifacts/bench.json");
  for (const each of chosen) {
    if (interruption.signal.aborted) break;
    say(`Measuring: ${each.name} (${each.summary})...`);
    const startMs = performance.now();
    try {
      const groups = await each.measure(bench, rounds ?? each.rounds);
      results.push(...groups.map((group) => ({ name: each.name, ...group })));
    } catch (error) {
      if (interruption.signal.aborted) break;
      results.push({
        name: each.name,
        title: each.summary,
        rows: [notMeasured("all", reasonOf(error))],
      });
    }
    say(`  ${Math.round((performance.now() - startMs) / 1000)} s`);
    // After each case, so that an end before the last one loses nothing.
    await keepResults(file, results, bench.versions);
  }
  console.log(formatTable(results));
}
