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
  const path = `/containers/${encodeURIComponent(id)}`;
  // Not by dockerode, which sends the options as a body, too: podman hands what follows the head of
  // the request to the program.
  const connection = await client.http.upgrade({
    method: "POST",
    path: `${path}/attach`,
    query: { stream: "1", stdin: options.attachStdin ? "1" : "0", stdout: "1", stderr: "1" },
    operation,
    signal,
  });
  try {
    const end = await withCaller(connection, options, {
      start: () => engine.startContainer(id, signal),
      resize: ({ h, w }) =>
        client.send({
          method: "POST",
          path: `${path}/resize`,
          query: { h: String(h), w: String(w) },
          operation,
          signal,
        }),
      signal,
    });
    if (end === "unread") return UNREAD_EXIT;
  } catch (error) {
    throw client.http.failure({ operation, signal }, error);
  }
  signal?.throwIfAborted();
  return await engine.waitContainer(id, signal);
}
