/**
 * `npm run kills`: QClock is killed at random moments of `up`, `down`, `build` and `reset` while
 * rows are written into its database. After each kill the next `up` must converge at its first try,
 * and every row that was acknowledged must be there. Needs an Engine and the docker command; makes
 * a stack of its own and removes it with its data. Fails with 1 when anything was lost or did not
 * converge.
 *
 *   npm run kills -- --count 100 --minutes 60 --seed 7
 */
import { spawn } from "node:child_process";
import { appendFile, cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../test/support/seeded-random.ts";
import { ownEnvironment } from "./environment.ts";
import { type RowWriter, startRowWriter } from "./row-writer.ts";

const root = path.resolve(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100" },
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1e9) },
  },
});

/**
 * What is killed, and how long it takes when it is not, in milliseconds: the kill comes at any
 * moment of that. The times are where the search begins; one that ended before its kill gives its
 * own time from then on.
 */
const victims = [
  { words: ["up", "--force-recreate"], longestMs: 9000 },
  { words: ["down"], longestMs: 4000 },
  { words: ["build"], longestMs: 3000 },
  { words: ["reset"], longestMs: 4000 },
];

interface Ended {
  /** null: it was killed. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly durationMs: number;
}

const random = seededRandom(Number(values.seed));
const stack = `kills-${process.pid}`;
const directory = await mkdtemp(path.join(tmpdir(), "qclock-kills-"));
const environment = {
  ...ownEnvironment(),
  QCLOCK_OS: "debian-12",
  QCLOCK_STACK: stack,
  QCLOCK_PORT: String(await freePort()),
};
for (const name of ["stack.config.yaml", "stack.lock.yaml", "images"])
  await cp(path.join(root, name), path.join(directory, name), { recursive: true });

const problems: string[] = [];
let kills = 0;
let writer: RowWriter | undefined;
try {
  mustSucceed(await qclock(["up"]));
  writer = await startRowWriter(`${stack}-db-1`);
  const endMs = performance.now() + Number(values.minutes) * 60_000;
  while (kills < Number(values.count) && performance.now() < endMs) await killOnce(writer);
  const lost = await lostRows(writer);
  console.log(
    `${kills} kills (seed ${values.seed}), ${writer.acknowledged.size} rows acknowledged, ${lost.length} lost, ` +
      `${problems.length} times not converged at the first try`,
  );
  if (lost.length > 0) console.log(`lost rows: ${lost.join(", ")}`);
  for (const problem of problems) console.log(problem);
  if (lost.length > 0 || problems.length > 0) process.exitCode = 1;
} finally {
  await writer?.[Symbol.asyncDispose]();
  await qclock(["reset", "--purge-volumes", "--images", "--yes"]);
  await rm(directory, { recursive: true, force: true });
}

/** Kill one command at a random moment, converge, and count. */
async function killOnce(rows: RowWriter): Promise<void> {
  const victim = victims[Math.floor(random() * victims.length)];
  if (victim === undefined) return;
  // So that a build, and the `up` after it, have something to do.
  await appendFile(
    path.join(directory, "images/app/rootfs/srv/qclock/public/kills.txt"),
    `${kills}\n`,
  );
  const afterMs = Math.floor(random() * victim.longestMs);
  const killed = await qclock(victim.words, afterMs);
  const hadEnded = killed.exitCode !== null;
  if (hadEnded) victim.longestMs = Math.ceil(killed.durationMs);
  // Only a run that was cut short counts.
  else kills += 1;
  const { exitCode, output } = await qclock(["up"]);
  const lost = await lostRows(rows);
  const told = `${kills}: ${victim.words.join(" ")} killed after ${afterMs} ms${hadEnded ? " had ended, and does not count" : ""}`;
  console.error(
    `${told}; up ended with ${exitCode}; ${rows.acknowledged.size} rows, ${lost.length} lost`,
  );
  if (exitCode !== 0) {
    problems.push(`${told}:\n${output}`);
    mustSucceed(await qclock(["up"]));
  }
}

async function lostRows(rows: RowWriter): Promise<readonly number[]> {
  // What is acknowledged while the answer comes is not asked for.
  const acknowledged = [...rows.acknowledged];
  const kept = await rows.read();
  return acknowledged.filter((row) => !kept.has(row));
}

/** Run qclock to its end, or until it is killed. */
async function qclock(words: readonly string[], killAfterMs?: number): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(root, "bin/qclock.js"), ...words], {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const startMs = performance.now();
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  if (killAfterMs !== undefined) {
    await Promise.race([sleep(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  const exitCode = await ended;
  return { exitCode, output, durationMs: performance.now() - startMs };
}

function mustSucceed({ exitCode, output }: Pick<Ended, "exitCode" | "output">): void {
  if (exitCode !== 0) throw new Error(`up ended with ${exitCode}:\n${output}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
