import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
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
} from "../../../../src/verify/network/reachability.ts";
import { aService } from "../../../support/a-service.ts";

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
