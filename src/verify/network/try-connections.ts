import { randomBytes } from "node:crypto";
import type { ContainerRequest, Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { RunContext } from "../../run/context.ts";
import { labels } from "../../stack/labels.ts";
import type { Stack } from "../../stack/stack.ts";
import type { Looker } from "../services/look.ts";
import {
  type Attempt,
  connectCommand,
  type ConnectTool,
  readAttempts,
  type RunningService,
  type Target,
  type TryConnections,
  waitSeconds,
} from "./reachability.ts";

/** Beyond the wait for the connections themselves, for the Engine to start and answer. */
const slackMs = 10_000;

/** Limit of processes of a helper container. */
const helperPids = 256;

/**
 * Tries connections from inside a service's network namespace: with a tool of the service's own
 * container where its image has one (same user, same limits), else with a short-lived helper
 * container that shares nothing but the service's network and is made from the image of another
 * service that has one.
 */
export function tryConnectionsIn(
  context: Pick<RunContext, "stack" | "runId">,
  engine: Engine,
  options: {
    readonly running: ReadonlyMap<string, RunningService>;
    readonly look: Looker;
  },
): TryConnections {
  const { look } = options;
  const helper = helperAmong(context.stack, options.running);
  return async (from, targets) => {
    if (targets.length === 0) return [];
    const { tool = helper?.tool } = from;
    if (tool === undefined) return undefined;
    const pids = from.tool === undefined ? helperPids : from.service.limits.pids;
    const batches = inBatches(targets, pids);
    const run = async (command: readonly string[], signal: AbortSignal): Promise<string> => {
      if (from.tool === undefined && helper !== undefined) {
        const request = helperRequest(context, { from, image: helper.reference, command });
        return await runHelper(engine, request, signal);
      }
      const timeoutMs = waitSeconds * 1000 + slackMs;
      return (await engine.exec(from.containerId, command, { timeoutMs }, signal)).output;
    };
    const tried = await look(
      `connections from service ${from.service.name}`,
      async (signal) => {
        const attempts: Attempt[] = [];
        const pending = [...batches];
        for (let batch = pending.shift(); batch !== undefined; batch = pending.shift()) {
          const output = await run(connectCommand(tool, batch), signal);
          if (!cannotFork.test(output)) attempts.push(...readAttempts(output, batch));
          else if (batch.length === 1) throw tooFewProcesses(pids);
          // The service itself needs more of its limit than was left for it.
          else pending.unshift(...halves(batch));
        }
        return attempts;
      },
      2 * batches.length * (waitSeconds * 1000 + 2 * slackMs),
    );
    return tried.value ?? { failure: tried.failure ?? "" };
  };
}

interface HelperImage {
  readonly reference: string;
  readonly tool: ConnectTool;
}

/** An image from which a helper container can be made; undefined when no service's has a tool. */
function helperAmong(
  { images }: Pick<Stack, "images">,
  running: ReadonlyMap<string, RunningService>,
): HelperImage | undefined {
  for (const { service, tool } of running.values()) {
    const reference = images.get(service.image)?.reference;
    if (tool !== undefined && reference !== undefined) return { reference, tool };
  }
  return undefined;
}

/**
 * What a shell says when the limit of processes is reached; what it then did not try must not count
 * as closed.
 */
const cannotFork = /(?:can't|cannot) fork|fork: |resource temporarily unavailable/i;

function tooFewProcesses(pids: number): QclockError {
  return new QclockError(
    "engine-failed",
    `the limit of ${pids} processes leaves too few to try connections`,
  );
}

/** Processes that one connection takes at most: shells, the tool, and what ends it in time. */
const processesEach = 4;
/** Left for what the service itself runs. */
const processesLeft = 16;
/** Beyond this many a batch is no quicker. */
const largestBatch = 64;

/** Targets in groups that may be tried at once within a limit of processes. */
function inBatches(targets: readonly Target[], pids: number): readonly (readonly Target[])[] {
  const room = Math.floor((pids - processesLeft) / processesEach);
  const size = Math.min(largestBatch, Math.max(1, room));
  const count = Math.ceil(targets.length / size);
  return Array.from({ length: count }, (_, index) =>
    targets.slice(index * size, (index + 1) * size),
  );
}

function halves(batch: readonly Target[]): readonly (readonly Target[])[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)];
}

/** As hardened as any service, and labelled, so that a reset removes what a crash leaves. */
function helperRequest(
  { stack, runId }: Pick<RunContext, "stack" | "runId">,
  helper: {
    readonly from: RunningService;
    readonly image: string;
    readonly command: readonly string[];
  },
): ContainerRequest {
  return {
    name: `${stack.name}-connect-${randomBytes(4).toString("hex")}`,
    image: helper.image,
    entrypoint: helper.command,
    command: [],
    environment: new Map(),
    labels: new Map([
      [labels.stack, stack.name],
      [labels.role, "helper"],
      [labels.run, runId],
    ]),
    ports: [],
    network: { name: `container:${helper.from.containerId}`, aliases: [] },
    mounts: [],
    tmpfs: [],
    limits: { memoryBytes: 67_108_864, cpus: 0.5, pids: helperPids },
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: [],
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
  };
}

async function runHelper(
  engine: Engine,
  request: ContainerRequest,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  // Not cancelled: the Engine may make the container of a call that was given up, and nobody would
  // know its id.
  const id = await engine.createContainer(request);
  try {
    signal.throwIfAborted();
    await engine.startContainer(id, signal);
    await engine.waitContainer(id, signal);
    const lines: string[] = [];
    for await (const { text } of engine.logs(id, { follow: false }, signal)) lines.push(text);
    return lines.join("\n");
  } finally {
    // Without the signal: what was made is removed also when the user gave up.
    await engine.removeContainer(id);
  }
}
