import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { Service, Stack } from "../../../../src/stack/stack.ts";
import { stackNetworkChecks as stackChecks } from "../../../../src/verify/checks/network.ts";
import {
  type Attempt,
  connectCommand,
  observeReachability,
  readAttempts,
  type RunningService,
  type Target,
  type Tried,
} from "../../../../src/verify/network/reachability.ts";
import type { Reach } from "../../../../src/verify/subject.ts";
import { aService } from "../../../support/a-service.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

/** front - api - db: an edge is a network, and front and db have none in common. */
const services = new Map(
  [
    aService({ name: "db", networks: networks("api-db") }),
    aService({ name: "api", networks: networks("api-db", "front-api") }),
    aService({ name: "front", networks: networks("front-api") }),
  ].map((service) => [service.name, service]),
);

function networks(...names: readonly string[]): Service["networks"] {
  return new Map(names.map((name) => [name, { aliases: [] }]));
}

function stackOf(): Stack {
  return {
    name: "t",
    manifestPath: "/s.yaml",
    directory: "/",
    manifestDigest: "sha256:m",
    os: "debian-12",
    architecture: "amd64",
    mirrors: new Map(),
    images: new Map(),
    services,
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    locations: new Map(),
  };
}

function running(...names: readonly string[]): ReadonlyMap<string, RunningService> {
  return new Map(
    names.flatMap((name, index) => {
      const service = services.get(name);
      if (service === undefined) return [];
      return [
        [
          name,
          {
            service,
            containerId: name,
            addresses: [`10.0.0.${index + 2}`],
            gateways: [],
            ports: [80],
            tool: undefined,
          },
        ],
      ];
    }),
  );
}

/** Connections that the declared edges allow are open, the others are not answered. */
async function asDeclared(
  from: RunningService,
  targets: readonly Target[],
): Promise<readonly Attempt[]> {
  return targets.map((target) => ({
    ...target,
    result: services.has(target.host) ? "connection refused" : "timeout",
    from: from.service.name,
  }));
}

async function judgeWith(
  tryConnections: typeof asDeclared | (() => Promise<undefined>),
  ...names: readonly string[]
) {
  const reachability = await observeReachability({
    stack: stackOf(),
    running: running(...names),
    tryConnections,
    sleep: async () => undefined,
  });
  const [check] = stackChecks;
  return check?.run({ stack: stackOf(), reachability, hostReach: [], strangers: [] });
}

describe("the matrix", () => {
  test("passes when exactly the declared edges are open", async () => {
    expect(await judgeWith(asDeclared, "db", "api", "front")).toEqual({
      status: "passed",
      note: "4 open, 2 closed",
    });
  });

  test("fails when services without an edge reach each other: a refusal is an answer, too", async () => {
    const open = async (_: RunningService, targets: readonly Target[]) =>
      targets.map((target) => ({ ...target, result: "connection refused" }));
    expect(await judgeWith(open, "db", "api", "front")).toEqual({
      status: "failed",
      evidence: [
        "db reaches front: 10.0.0.4:80 connection refused",
        "front reaches db: 10.0.0.2:80 connection refused",
      ],
    });
  });

  test("fails when an edge is closed, or its name is not found", async () => {
    const closed = async (_: RunningService, targets: readonly Target[]) =>
      targets.map((target) => ({ ...target, result: "name or service not known" }));
    expect(await judgeWith(closed, "db", "api", "front")).toMatchObject({
      status: "failed",
      evidence: expect.arrayContaining(["api does not reach db: db:80 name or service not known"]),
    });
  });

  test("takes a packet that passed once, while the Engine changed its rules, for no hole", async () => {
    let round = 0;
    const onlyOnce: typeof asDeclared = async (from, targets) => {
      round += 1;
      if (round > 3) return asDeclared(from, targets);
      return targets.map((target) => ({ ...target, result: "connection refused" }));
    };
    expect(await judgeWith(onlyOnce, "db", "api", "front")).toMatchObject({ status: "passed" });
  });

  test("is skipped, not passed, when it could not be tried", async () => {
    expect(await judgeWith(async () => undefined, "db", "api", "front")).toMatchObject({
      status: "skipped",
    });
    expect(await judgeWith(asDeclared, "api", "front")).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("db is not running"),
    });
  });
});

/** One service beside another one, on a network or on none. */
function besides(
  to: Partial<RunningService>,
  network: "shared" | "apart",
  attempts: (targets: readonly Target[]) => Tried,
): Promise<readonly Reach[]> {
  const [one, two] = ["one", "two"].map((name) =>
    aService({ name, networks: networks(network === "shared" ? "edge" : name) }),
  );
  if (one === undefined || two === undefined) throw new Error("there are two");
  const job = aService({ name: "job", job: true, networks: networks("edge") });
  const common = { addresses: [], gateways: [], ports: [80, 81], tool: undefined };
  return observeReachability({
    stack: { ...stackOf(), services: new Map([one, two, job].map((each) => [each.name, each])) },
    running: new Map([
      ["one", { ...common, service: one, containerId: "one" }],
      ["two", { ...common, service: two, containerId: "two", ...to }],
      ["job", { ...common, service: job, containerId: "job" }],
    ]),
    tryConnections: async (from, targets) =>
      from.service.name === "one" ? attempts(targets) : undefined,
    sleep: async () => undefined,
  });
}

test("a service is looked for by its name where an edge is declared, else at each of its addresses", async () => {
  const tried: string[] = [];
  const noting = (targets: readonly Target[]): Tried => {
    tried.push(...targets.map(({ host, port }) => `${host}:${port}`));
    return targets.map((target, index) => ({
      ...target,
      result: ["no route to host", "Connection refused", "timeout", "open"][index] ?? "timeout",
    }));
  };
  const at = { addresses: ["10.0.0.2", "fd00::2"] };

  const [shared, ...rest] = await besides(at, "shared", noting);
  expect(tried.splice(0)).toEqual(["two:80", "two:81"]);
  expect(shared).toEqual({
    from: "one",
    to: "two",
    declared: true,
    outcome: { status: "open", evidence: "two:81 Connection refused" },
  });
  expect(rest.map(({ from, to }) => `${from} ${to}`)).toEqual(["two one"]);

  const [apart] = await besides(at, "apart", noting);
  expect(tried.slice(0, 4)).toEqual(["10.0.0.2:80", "10.0.0.2:81", "fd00::2:80", "fd00::2:81"]);
  expect(apart?.outcome).toEqual({ status: "open", evidence: "10.0.0.2:81 Connection refused" });
});

test("what cannot be judged is unknown with its reason, and what goes wrong failed", async () => {
  const outcomes = async (
    to: Partial<RunningService>,
    attempts: Tried,
  ): Promise<readonly Reach["outcome"][]> =>
    (await besides(to, "apart", () => attempts)).map(({ outcome }) => outcome);
  const noTool = {
    status: "unknown",
    reason: "no image of the stack has bash or busybox, to try from inside two",
  };

  expect(await outcomes({}, [])).toEqual([
    { status: "unknown", reason: "two has no address" },
    noTool,
  ]);
  expect(await outcomes({}, { failure: "the Engine said no" })).toEqual([
    { status: "failed", reason: "the Engine said no" },
    noTool,
  ]);
});

test("only what contradicts its declaration is tried again, three times in all", async () => {
  const rounds: string[][] = [];
  const sleeps: number[] = [];
  const reaches = await observeReachability({
    stack: stackOf(),
    running: running("db", "api", "front"),
    tryConnections: async (from, targets) => {
      if (from.service.name === "db") rounds.push([]);
      rounds.at(-1)?.push(...targets.map(({ host }) => `${from.service.name} ${host}`));
      const isOdd = (host: string): boolean =>
        from.service.name === "db" ? host === "10.0.0.4" : from.service.name === "api";
      return targets.map((target) => ({
        ...target,
        result: isOdd(target.host) === services.has(target.host) ? "timeout" : "open",
      }));
    },
    sleep: async (durationMs) => void sleeps.push(durationMs),
  });

  const odd = ["db 10.0.0.4", "api db", "api front"];
  expect(rounds.map((round) => round.toSorted())).toEqual([
    ["api db", "api front", "db 10.0.0.4", "db api", "front 10.0.0.2", "front api"],
    odd.toSorted(),
    odd.toSorted(),
  ]);
  expect(sleeps).toHaveLength(2);
  expect(Math.min(...sleeps)).toBeGreaterThanOrEqual(500);
  expect(
    reaches.map(({ from, to, outcome }) => `${from} ${to} ${outcome.status}`).toSorted(),
  ).toEqual([
    "api db closed",
    "api front closed",
    "db api open",
    "db front open",
    "front api open",
    "front db closed",
  ]);
});

test("the command tells open, refused and unknown, all at once, with nothing but bash", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const targets = [
      { host: "127.0.0.1", port },
      { host: "127.0.0.1", port: 1 },
      { host: "nowhere.invalid", port: 80 },
    ];
    const [program = "", ...words] = connectCommand({ type: "bash", path: "/bin/bash" }, targets);
    const { stdout } = await promisify(execFile)(program, words, { env: { PATH: "/nowhere" } });
    expect(readAttempts(stdout, targets).map(({ result }) => result)).toEqual([
      "open",
      "connection refused",
      expect.not.stringMatching(/open|refused|timeout/),
    ]);
  } finally {
    server.close();
  }
});

test("a target that the script says nothing about was not answered in time", () => {
  expect(
    readAttempts("1 open\r\nnoise\n", [
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ]).map(({ result }) => result),
  ).toEqual(["timeout", "open"]);
});

test("busybox tries all targets with nothing but itself, from wherever it lies", async () => {
  await using folder = await temporaryFolder();
  const busybox = path.join(folder.path, "busybox");
  // As the real one ends and what it writes.
  const refused = "nc: can't connect to remote host (192.0.2.1): Connection refused";
  await writeFile(
    busybox,
    `#!/bin/sh
case "$1" in
  sh) shift; exec /bin/sh "$@" ;;
  timeout) [ "$2" -gt "$6" ] || exit 9; shift 2; exec "$@" ;;
  nc) [ "$5" = 80 ] && exit 0; echo "${refused}" >&2; exit 1 ;;
esac
`,
    { mode: 0o755 },
  );
  const targets = [
    { host: "192.0.2.1", port: 80 },
    { host: "192.0.2.1", port: 81 },
    { host: "192.0.2.2", port: 80 },
  ];
  const [program = "", ...words] = connectCommand({ type: "busybox", path: busybox }, targets);
  const { stdout } = await promisify(execFile)(program, words, { env: { PATH: "/nowhere" } });
  expect(readAttempts(stdout, targets).map(({ result }) => result)).toEqual([
    "open",
    "connection refused",
    "open",
  ]);
});
