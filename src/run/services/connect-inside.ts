import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import type { AttemptResult } from "../../probe/target.ts";

export interface ConnectInsideRequest {
  readonly engine: Pick<Engine, "exec">;
  readonly containerId: string;
  /** The container's own address, so that what listens on its loopback alone does not count. */
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** How long a program of the container may take; a refusal comes at once. */
const TRY_MS = 3000;

/**
 * Open a connection to a container from within it, by a program that it has: for an Engine whose
 * containers have addresses that this machine has no route to, such as a rootless one. Undefined
 * where no such program is in the container.
 */
export async function connectInside(
  request: ConnectInsideRequest,
): Promise<AttemptResult | undefined> {
  const { address, port } = request;
  for (const { command, openCodes } of waysToConnect(address, port)) {
    const exitCode = await run(command, request);
    if (exitCode === undefined) continue;
    return openCodes.has(exitCode)
      ? { ok: true, message: `port ${port} is open` }
      : { ok: false, message: "connection refused" };
  }
  return undefined;
}

interface WayToConnect {
  readonly command: readonly string[];
  /** Exit codes that tell of a connection. */
  readonly openCodes: ReadonlySet<number>;
}

/** 143: it was ended while it was connected, since the other side said nothing. */
const endedCode = 143;

function waysToConnect(address: string, port: number): readonly WayToConnect[] {
  const bash = ["/bin/bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"', address, String(port)];
  const busybox = ["/bin/busybox", "/usr/bin/busybox"].map((path) => ({
    command: [path, "timeout", "1", path, "nc", address, String(port)],
    openCodes: new Set([0, endedCode]),
  }));
  return [{ command: bash, openCodes: new Set([0]) }, ...busybox];
}

/** Undefined where the container has no such program, which the shell's codes or a refusal tell. */
async function run(
  command: readonly string[],
  { engine, containerId, signal }: ConnectInsideRequest,
): Promise<number | undefined> {
  try {
    const { exitCode } = await engine.exec(containerId, command, { timeoutMs: TRY_MS }, signal);
    return exitCode === 126 || exitCode === 127 ? undefined : exitCode;
  } catch (error) {
    signal.throwIfAborted();
    if (engineStatus(error) === undefined) throw error;
    return undefined;
  }
}
