import { Duplex } from "node:stream";
import type { EngineClient } from "../connection/client.ts";
import type { Engine, InteractiveOptions } from "../engine.ts";
import { shortId } from "../short-id.ts";
import { UNREAD_EXIT, withCaller } from "./terminal.ts";

/**
 * Start a container that was made for it with the caller's terminal or pipes, and wait for its end.
 * It is attached to first: what it writes at once would be lost otherwise. Resolves with its exit
 * code.
 */
export async function runInteractive(
  client: EngineClient,
  id: string,
  {
    options,
    engine,
    signal,
  }: {
    readonly options: InteractiveOptions;
    readonly engine: Pick<Engine, "startContainer" | "waitContainer">;
    readonly signal: AbortSignal | undefined;
  },
): Promise<number> {
  const operation = `run container ${shortId(id)}`;
  const dockerode = await client.dockerode();
  const container = dockerode.getContainer(id);
  const connection = await client.change({ operation, signal }, () =>
    container.attach({
      stream: true,
      hijack: true,
      stdin: options.attachStdin,
      stdout: true,
      stderr: true,
    }),
  );
  // What it is typed as has no end of its own.
  if (!(connection instanceof Duplex)) throw new TypeError("the connection has one direction");
  try {
    const end = await withCaller(connection, options, {
      start: () => engine.startContainer(id, signal),
      resize: (size) => container.resize(size),
      signal,
    });
    if (end === "unread") return UNREAD_EXIT;
  } catch (error) {
    throw client.http.failure({ operation, signal }, error);
  }
  signal?.throwIfAborted();
  return await engine.waitContainer(id, signal);
}
