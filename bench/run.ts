/**
 * `npm run bench`: qclock beside its peers, in one session on one machine. Needs root on Debian 12, for a
 * second Engine. Prints a table and keeps the figures in artifacts/bench.json; fails on no figure.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, homedir, release, totalmem } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { writeDockerfileProject } from "./dockerfile-project.ts";
import { startEngine } from "./engine.ts";
import { type Contestant, measure, type Timing } from "./measure.ts";
import { obtainPeers, type Peers } from "./peers.ts";

/** What is measured: the same job done by each, so that rows compare. */
interface Case {
  readonly title: string;
  readonly rounds: number;
  readonly contestants: readonly Contestant[];
}

interface CaseResult {
  readonly title: string;
  readonly timings: readonly Timing[];
}

const root = path.resolve(import.meta.dirname, "..");
const cache = path.join(
  process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"),
  "qclock-bench",
);
const stack = "qclock-bench";

console.error("Obtaining the peers...");
const peers = await obtainPeers(path.join(cache, "peers"));
await using engine = await startEngine(peers, path.join(cache, "engine"));
const environment = { ...peers.environment, DOCKER_HOST: engine.host };
const qclock = (...parameters: readonly string[]): Contestant["command"] => [
  process.execPath,
  path.join(root, "bin/qclock.js"),
  "--stack",
  stack,
  ...parameters,
];

console.error("Building the three images once...");
await run(qclock("build"));
const project = path.join(cache, "project");
await writeDockerfileProject({
  directory: project,
  references: {
    base: `qclock.invalid/${stack}/base:latest`,
    app: `qclock.invalid/${stack}/app:latest`,
    db: `qclock.invalid/${stack}/db:latest`,
  },
  docker: ["docker"],
  environment,
});

const cases: readonly Case[] = [
  {
    title: "nothing to build, 3 images",
    rounds: 15,
    contestants: [
      { name: "qclock build", command: qclock("build"), cwd: root, environment },
      {
        name: "docker buildx bake",
        command: ["docker", "buildx", "bake"],
        cwd: project,
        environment,
      },
      {
        name: "docker compose build",
        command: ["docker", "compose", "build"],
        cwd: project,
        environment,
      },
    ],
  },
  {
    title: "the program's version",
    rounds: 15,
    contestants: [
      { name: "qclock --version", command: qclock("--version"), cwd: root, environment },
      {
        name: "docker compose version",
        command: ["docker", "compose", "version"],
        cwd: project,
        environment,
      },
    ],
  },
];

const results: CaseResult[] = [];
for (const { title, rounds, contestants } of cases) {
  console.error(`Measuring: ${title}...`);
  results.push({ title, timings: await measure(contestants, rounds) });
}
await run(qclock("reset", "--images", "--yes"));
console.log(formatTable(results));
await keep(results, peers);

async function run([file, ...parameters]: Contestant["command"]): Promise<void> {
  await execa(file, parameters, {
    cwd: root,
    env: environment,
    stdin: "ignore",
    stderr: "inherit",
  });
}

/** Milliseconds, and how many times qclock's own time each peer takes. */
function formatTable(rows: readonly CaseResult[]): string {
  const lines = [
    "| case | command | median | min - max | ratio |",
    "| --- | --- | ---: | ---: | ---: |",
  ];
  for (const { title, timings } of rows) {
    const own = timings[0]?.medianMs ?? Number.NaN;
    for (const { name, medianMs, minMs, maxMs } of timings) {
      const ratio = (medianMs / own).toFixed(1);
      lines.push(`| ${title} | \`${name}\` | ${medianMs} ms | ${minMs} - ${maxMs} ms | ${ratio} |`);
    }
  }
  return lines.join("\n");
}

async function keep(rows: readonly CaseResult[], { versions }: Peers): Promise<void> {
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
  };
  const document = { machine, peers: Object.fromEntries(versions), results: rows };
  await mkdir(path.join(root, "artifacts"), { recursive: true });
  await writeFile(
    path.join(root, "artifacts/bench.json"),
    `${JSON.stringify(document, undefined, 2)}\n`,
  );
}
