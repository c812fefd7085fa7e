import type { EngineClient } from "../connection/client.ts";
import type { InteractiveExecOptions } from "../engine.ts";
import { createExec, exitCodeOf } from "./exec.ts";
import { UNREAD_EXIT, withCaller } from "./terminal.ts";
import { shortId } from "../short-id.ts";

export interface InteractiveExecRequest {
  readonly id: string;
  readonly command: readonly string[];
  readonly options: InteractiveExecOptions;
  readonly signal: AbortSignal | undefined;
}

/** Run a command in a container at the caller's terminal or pipes. Resolves with its exit code. */
export async function execInteractive(
  client: EngineClient,
  { id, command, options, signal }: InteractiveExecRequest,
): Promise<number> {
  const operation = `run ${command[0] ?? "a command"} in container ${shortId(id)}`;
  const { tty, attachStdin, user } = options;
  const execId = await createExec(client, {
    id,
    command,
    user,
    environment: options.environment,
    operation,
    signal,
    interactive: options,
  });
  const dockerode = await client.dockerode();
  const connection = await client.change({ operation, signal }, () =>
    dockerode.getExec(execId).start({ hijack: true, stdin: attachStdin, Tty: tty }),
  );
  try {
    const resize = (size: { h: number; w: number }): Promise<unknown> =>
      dockerode.getExec(execId).resize(size);
    const end = await withCaller(connection, options, { resize, signal });
    if (end === "unread") return UNREAD_EXIT;
  } catch (error) {
    throw client.http.failure({ operation, signal }, error);
  }
  signal?.throwIfAborted();
  return await exitCodeOf(client, execId, { operation, signal });
}
