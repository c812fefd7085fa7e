import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Bench, STACK } from "./bench.ts";
import type { Command, Place } from "./command.ts";
import {
  composeFileOf,
  type Healthcheck,
  type InspectedContainer,
  type InspectedNetwork,
} from "./compose-file.ts";
import type { BenchEngine } from "./engine.ts";

/** How often compose's side asks whether a service is ready. */
export const paces = {
  /** Each second, as one writes when waiting matters. */
  second: { interval: "1s", retries: 60 },
  /** Every 200 ms while starting, as Engines since 25 can. */
  startInterval: { interval: "30s", retries: 3, start_period: "30s", start_interval: "200ms" },
} as const;
type Pace = keyof typeof paces;

/**
 * The same services twice: qclock's stack, and a compose file made from what qclock's containers
 * are.
 */
export interface RunningStack {
  readonly own: Place;
  /** Build the images and make the data; nothing is up afterwards. */
  readonly prepareOwn: () => Promise<void>;
  /** Where `docker compose` finds the services. */
  readonly compose: Place;
  /** Write the compose files, once. Nothing is up afterwards. */
  readonly prepareCompose: () => Promise<void>;
  readonly composeCommand: (pace: Pace, ...words: readonly string[]) => Command;
}

/** Describe both; nothing is done before one of them is prepared. */
export function runningStack(bench: Bench, engine: BenchEngine): RunningStack {
  const directory = path.join(bench.directory, `compose-${engine.name.replaceAll(" ", "-")}`);
  const own = bench.place(bench.stackDirectory, { engine });
  const compose = bench.place(directory, { engine });
  let written: Promise<void> | undefined;
  return {
    own,
    async prepareOwn() {
      await bench.run(bench.qclock("up"), own);
      await bench.run(bench.qclock("down"), own);
    },
    compose,
    prepareCompose: () => (written ??= writeComposeFiles(bench, own, compose)),
    composeCommand: (pace, ...words) => ["docker", "compose", "-f", `${pace}.yaml`, ...words],
  };
}

/** Bring qclock's stack up, write its containers down as compose files, and take it down. */
async function writeComposeFiles(bench: Bench, own: Place, compose: Place): Promise<void> {
  await mkdir(compose.cwd, { recursive: true });
  await bench.run(bench.qclock("up"), own);
  const containers = await inspect<InspectedContainer>(bench, compose, "container");
  const networks = await inspect<InspectedNetwork>(bench, compose, "network");
  // Before the data is copied: a database that runs may be in the middle of a write.
  await bench.run(bench.qclock("down"), own);
  const volumes = await copyVolumes(bench, compose, containers);
  for (const pace of ["second", "startInterval"] as const) {
    const healthchecks = healthchecksOf(paces[pace]);
    const wishes = { name: "bench-up", networks, volumes, healthchecks };
    const text = composeFileOf(containers, {
      ...wishes,
      dependsOn: { app: ["db"] },
      portOffset: 1,
    });
    await writeFile(path.join(compose.cwd, `${pace}.yaml`), text);
  }
}

/**
 * What the probes of the project's manifest ask, from inside of the containers, where compose's
 * checks run.
 */
function healthchecksOf(pace: (typeof paces)[Pace]): Readonly<Record<string, Healthcheck>> {
  const request =
    "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; " +
    `[[ $(cat <&3) == *'"status":"ok"'* ]]`;
  return {
    // A dollar sign is a variable's to compose, unless it is doubled.
    app: { test: ["CMD", "bash", "-c", request.replaceAll("$", "$$$$")], timeout: "2s", ...pace },
    db: { test: ["CMD", "/usr/local/bin/qclock-db-health"], timeout: "2s", ...pace },
  };
}

async function inspect<Item>(
  bench: Bench,
  place: Place,
  kind: "container" | "network",
): Promise<readonly Item[]> {
  const filter = ["--filter", `label=dev.qclock.stack=${STACK}`, "--quiet"];
  const ids = await bench.run(["docker", kind, "ls", ...filter], place);
  const words = ids.split("\n").filter((id) => id !== "");
  return JSON.parse(await bench.run(["docker", kind, "inspect", ...words], place)) as Item[];
}

/**
 * Data and secrets of its own for the compose side, so that both stacks can be up at the same time.
 */
async function copyVolumes(
  bench: Bench,
  place: Place,
  containers: readonly InspectedContainer[],
): Promise<ReadonlyMap<string, string>> {
  const names = containers
    .flatMap(({ Mounts }) => Mounts.filter(({ Type }) => Type === "volume"))
    .map(({ Name }) => Name);
  const copies = new Map(names.map((name) => [name, `bench-up-${name}`]));
  for (const [name, copy] of copies) {
    await bench.run(["docker", "volume", "create", copy], place);
    const format = ["--format", "{{.Mountpoint}}"];
    const paths = await bench.run(["docker", "volume", "inspect", ...format, name, copy], place);
    const [from = "", to = ""] = paths.split("\n");
    // The mount point itself, too: its owner is the service's user.
    await bench.run(["cp", "--archive", "--no-target-directory", from, to], place);
  }
  return copies;
}
