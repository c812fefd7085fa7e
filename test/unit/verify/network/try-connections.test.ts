import { expect, test } from "vitest";
import type { ContainerRequest, Engine } from "../../../../src/docker/engine.ts";
import { QclockError } from "../../../../src/error.ts";
import { createLooker, type Looker, seen } from "../../../../src/verify/services/look.ts";
import {
  type ConnectTool,
  connectCommand,
  type RunningService,
  type Target,
} from "../../../../src/verify/network/reachability.ts";
import { tryConnectionsIn } from "../../../../src/verify/network/try-connections.ts";
import { anImage, aStack } from "../../../support/builders.ts";
import { aService } from "../../../support/a-service.ts";

const bash: ConnectTool = { type: "bash", path: "/bin/bash" };
const stack = aStack({ images: [anImage("plain"), anImage("tools"), anImage("more")] });

function aRunning(
  name: string,
  parts: { readonly image?: string; readonly tool?: ConnectTool; readonly pids?: number } = {},
): RunningService {
  const { image = "tools", tool, pids = 64 } = parts;
  return {
    service: aService({ name, image, limits: { memoryBytes: 1, cpus: 1, pids } }),
    containerId: `id-of-${name}`,
    addresses: [],
    gateways: [],
    ports: [],
    tool,
  };
}

function runningOf(...services: readonly RunningService[]): ReadonlyMap<string, RunningService> {
  return new Map(services.map((each) => [each.service.name, each]));
}

function targetsOf(count: number): readonly Target[] {
  return Array.from({ length: count }, (_, port) => ({ host: "db", port }));
}

/** The ports that a command tries. */
function portsIn(command: readonly string[]): readonly number[] {
  return command
    .slice(4)
    .filter((_, index) => index % 2 === 1)
    .map(Number);
}

/** An Engine whose `exec` answers as told, and what it was asked. */
function executing(answer: (ports: readonly number[]) => string) {
  const calls: { readonly id: string; readonly ports: readonly number[]; timeoutMs: number }[] = [];
  const engine: Pick<Engine, "exec"> = {
    exec: async (id, command, { timeoutMs }) => {
      const ports = portsIn(command);
      calls.push({ id, ports, timeoutMs });
      return { exitCode: 0, output: answer(ports) };
    },
  };
  return { engine: engine as Engine, calls };
}

const allOpen = (ports: readonly number[]): string =>
  ports.map((_, index) => `${index} open`).join("\n");
const look = createLooker({
  signal: new AbortController().signal,
  concurrency: 1,
  deadlineMs: 60_000,
});

test.each([
  [64, 30, [12, 12, 6]],
  [67, 13, [12, 1]],
  [68, 13, [13]],
  [1000, 65, [64, 1]],
  [24, 3, [2, 1]],
  [4, 2, [1, 1]],
])("of %i processes %i connections are tried in such groups: %j", async (pids, count, sizes) => {
  const { engine, calls } = executing(allOpen);
  const from = aRunning("web", { tool: bash, pids });
  const context = { stack, runId: "r" };
  const running = runningOf(from);
  const tried = await tryConnectionsIn(context, engine, { running, look })(from, targetsOf(count));

  expect(tried).toEqual(targetsOf(count).map((target) => ({ ...target, result: "open" })));
  expect(calls.map(({ ports }) => ports.length)).toEqual(sizes);
  expect(calls.flatMap(({ ports }) => ports)).toEqual(targetsOf(count).map(({ port }) => port));
  expect(new Set(calls.map(({ id }) => id))).toEqual(new Set(["id-of-web"]));
});

test("a look lasts longer than all its commands may, each of them tried in halves once", async () => {
  const { engine, calls } = executing(allOpen);
  const from = aRunning("web", { tool: bash });
  const deadlines: (number | undefined)[] = [];
  const noting: Looker = async (_what, work, deadlineMs) => {
    deadlines.push(deadlineMs);
    return seen(await work(new AbortController().signal));
  };
  const running = runningOf(from);
  await tryConnectionsIn({ stack, runId: "r" }, engine, { running, look: noting })(
    from,
    targetsOf(30),
  );

  const longest = 2 * calls.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
  expect(calls[0]?.timeoutMs).toBeGreaterThan(2000);
  expect(deadlines).toHaveLength(1);
  expect(deadlines[0]).toBeGreaterThan(longest);
});

test("where too few processes are left a group is tried in halves, down to a single one", async () => {
  const { engine, calls } = executing((ports) =>
    ports.length > 2 ? "bash: fork: retry: Resource temporarily unavailable" : allOpen(ports),
  );
  const from = aRunning("web", { tool: bash });
  const running = runningOf(from);
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine, { running, look });

  expect(await trying(from, targetsOf(5))).toEqual(
    targetsOf(5).map((target) => ({ ...target, result: "open" })),
  );
  expect(calls.map(({ ports }) => ports)).toEqual([
    [0, 1, 2, 3, 4],
    [0, 1, 2],
    [0, 1],
    [2],
    [3, 4],
  ]);

  const none = executing(() => "sh: can't fork");
  const failing = tryConnectionsIn({ stack, runId: "r" }, none.engine, { running, look });
  expect(await failing(from, targetsOf(1))).toEqual({
    failure:
      "connections from service web: the limit of 64 processes leaves too few to try connections",
  });
  expect(none.calls).toHaveLength(1);
});

test("without targets nothing is tried, and without any tool nothing can be", async () => {
  const { engine, calls } = executing(allOpen);
  const from = aRunning("web");
  const running = runningOf(from, aRunning("lost", { image: "unknown", tool: bash }));
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine, { running, look });

  expect(await trying(from, [])).toEqual([]);
  expect(await trying(from, targetsOf(1))).toBeUndefined();
  expect(calls).toEqual([]);
});

/** An Engine that makes helpers, and what it was told. */
function helping(fails?: string) {
  const told: string[] = [];
  const requests: ContainerRequest[] = [];
  const note = async (words: string): Promise<void> => {
    told.push(words);
    if (words === fails) throw new QclockError("engine-failed", `cannot ${words}`);
  };
  const engine: Pick<
    Engine,
    "createContainer" | "startContainer" | "waitContainer" | "removeContainer" | "logs"
  > = {
    createContainer: async (request) => {
      await note("create");
      requests.push(request);
      return "made";
    },
    startContainer: async (id) => note(`start ${id}`),
    waitContainer: async (id) => {
      await note(`wait ${id}`);
      return 0;
    },
    removeContainer: async (id) => note(`remove ${id}`),
    async *logs(id, { follow }) {
      await note(`logs ${id} ${follow}`);
      yield { stream: "stdout", text: "0 open" };
      yield { stream: "stdout", text: "1 Connection refused" };
    },
  };
  return { engine: engine as Engine, told, requests };
}

const busybox: ConnectTool = { type: "busybox", path: "/opt/busybox" };
const from = aRunning("web", { image: "plain" });
const beside = runningOf(
  from,
  aRunning("first", { image: "tools", tool: busybox }),
  aRunning("second", { image: "more", tool: bash }),
);

test("a service without a tool is helped by a container of another's image that shares its network alone", async () => {
  const { engine, told, requests } = helping();
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine, { running: beside, look });

  expect(await trying(from, targetsOf(2))).toEqual([
    { host: "db", port: 0, result: "open" },
    { host: "db", port: 1, result: "connection refused" },
  ]);
  expect(told).toEqual(["create", "start made", "wait made", "logs made false", "remove made"]);
  expect(requests).toEqual([
    {
      name: expect.stringMatching(/^t-connect-[0-9a-f]{8}$/),
      image: "qclock.invalid/t/tools:latest",
      entrypoint: connectCommand(busybox, targetsOf(2)),
      command: [],
      environment: new Map(),
      labels: new Map([
        ["dev.qclock.stack", "t"],
        ["dev.qclock.role", "helper"],
        ["dev.qclock.run", "r"],
      ]),
      ports: [],
      network: { name: "container:id-of-web", aliases: [] },
      mounts: [],
      tmpfs: [],
      limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 256 },
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: false,
      restart: { type: "no" },
    },
  ]);
});

test("a helper that cannot be started is removed, and the reason told", async () => {
  const { engine, told } = helping("start made");
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine, { running: beside, look });

  expect(await trying(from, targetsOf(1))).toEqual({
    failure: "connections from service web: cannot start made",
  });
  expect(told).toEqual(["create", "start made", "remove made"]);
});

test("a helper that the Engine makes while the run is interrupted is removed", async () => {
  const stop = new AbortController();
  const removed: string[] = [];
  const engine: Pick<Engine, "createContainer" | "startContainer" | "removeContainer"> = {
    createContainer: async (_request, signal) => {
      stop.abort(new Error("interrupted"));
      signal?.throwIfAborted();
      return "made";
    },
    startContainer: async () => {
      throw new Error("started");
    },
    removeContainer: async (id) => void removed.push(id),
  };
  const straight: Looker = async (_subject, work) => seen(await work(stop.signal));
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine as Engine, {
    running: beside,
    look: straight,
  });

  await expect(trying(from, targetsOf(1))).rejects.toThrow("interrupted");
  expect(removed).toEqual(["made"]);
});
