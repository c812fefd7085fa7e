import { type Bench, notMeasured } from "../bench.ts";
import type { Case, CaseGroup } from "../case.ts";
import { reasonOf } from "../command.ts";
import type { BenchEngine } from "../engine.ts";
import type { Row } from "../row.ts";
import { runningStack } from "../running-stack.ts";

/**
 * Engines ask for the first time after a whole interval, 30 s unless told otherwise, and app waits
 * for db.
 */
const DEFAULT_INTERVAL_MS = 30_000;
const SERVICES_IN_TURN = 2;

/**
 * Until the services are ready: images are built and data is there, containers and networks are
 * not.
 */
export const up: Case = {
  name: "up",
  summary: "2 services from built images until they are ready: up",
  rounds: 5,
  async measure(bench, rounds) {
    const title = "up until ready";
    const groups = [await onEngine({ bench, engine: bench.engine, title, rounds })];
    const older = `${title}, Engine 20.10`;
    try {
      const engine = await bench.debian12();
      groups.push(await onEngine({ bench, engine, title: older, rounds: Math.min(3, rounds) }));
    } catch (error) {
      bench.signal.throwIfAborted();
      groups.push({ title: older, rows: [notMeasured("all", reasonOf(error))] });
    }
    return groups;
  },
};

async function onEngine(request: {
  readonly bench: Bench;
  readonly engine: BenchEngine;
  readonly title: string;
  readonly rounds: number;
}): Promise<CaseGroup> {
  const { bench, engine, title, rounds } = request;
  const stack = runningStack(bench, engine);
  const { own, compose, composeCommand } = stack;
  const composeUp = (pace: Parameters<typeof composeCommand>[0], name: string) => ({
    name,
    command: composeCommand(pace, "up", "--wait"),
    place: compose,
    prepare: stack.prepareCompose,
    after: () => bench.run(composeCommand(pace, "down"), compose),
  });
  const rows = await bench.time(
    [
      {
        name: "`qclock up`",
        command: bench.qclock("up"),
        place: own,
        prepare: stack.prepareOwn,
        after: () => bench.run(bench.qclock("down"), own),
      },
      composeUp("startInterval", "`docker compose up --wait`, start_interval 200 ms"),
      composeUp("second", "`docker compose up --wait`, interval 1 s"),
    ],
    { rounds },
  );
  return { title, rows: [...rows, byDefault(rows)] };
}

/**
 * With the default interval it is known beforehand, and waiting for it would take half of the
 * bench's time.
 */
function byDefault([own]: readonly Row[]): Row {
  const value = SERVICES_IN_TURN * DEFAULT_INTERVAL_MS;
  const how = `${SERVICES_IN_TURN} services in turn, each asked first after ${DEFAULT_INTERVAL_MS / 1000} s`;
  const ratio = own?.outcome.kind === "measured" ? value / own.outcome.median : undefined;
  return {
    contestant: "`docker compose up --wait`, default interval",
    outcome: { kind: "calculated", unit: "ms", value, how },
    ...(ratio === undefined ? {} : { ratio }),
  };
}
