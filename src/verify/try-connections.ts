import { randomBytes } from "node:crypto";
import type { ContainerRequest, Engine } from "../docker/engine.ts";
import type { RunContext } from "../run/context.ts";
import { labels } from "../stack/labels.ts";
import {
  connectCommand,
  type ConnectTool,
  readAttempts,
  type RunningService,
  type TryConnections,
  waitSeconds,
} from "./reachability.ts";

/** Beyond the wait for the connections themselves, for the Engine to start and answer. */
const slackMs = 10_000;

/** An image from which a helper container can be made. */
export interface HelperImage {
  readonly reference: string;
  readonly tool: ConnectTool;
}

/**
 * Tries connections from inside a service's network namespace: with a tool of the service's own
 * container where its image has one (same user, same limits), else with a short-lived helper container
 * that shares nothing but the service's network and is made from an image of the stack that has one.
 */
export function tryConnectionsIn(
  context: Pick<RunContext, "stack" | "runId" | "signal">,
  engine: Engine,
  /** An image of the stack that has a tool; undefined when none has. */
  helper: HelperImage | undefined,
): TryConnections {
  return async (from, targets) => {
    if (targets.length === 0) return [];
    if (from.tool !== undefined) {
      const command = connectCommand(from.tool, targets);
      const timeoutMs = waitSeconds * 1000 + slackMs;
      const { output } = await engine.exec(
        from.containerId,
        command,
        { timeoutMs },
        context.signal,
      );
      return readAttempts(output, targets);
    }
    if (helper === undefined) return undefined;
    const command = connectCommand(helper.tool, targets);
    return readAttempts(
      await runHelper(
        context,
        engine,
        helperRequest(context, { from, image: helper.reference, command }),
      ),
      targets,
    );
  };
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
    limits: { memoryBytes: 67_108_864, cpus: 0.5, pids: 64 },
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: [],
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
  };
}

async function runHelper(
  { signal }: Pick<RunContext, "signal">,
  engine: Engine,
  request: ContainerRequest,
): Promise<string> {
  const id = await engine.createContainer(request, signal);
  try {
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
