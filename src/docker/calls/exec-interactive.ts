import type { EngineClient } from "../connection/client.ts";
import type { InteractiveExecOptions } from "../engine.ts";
import { createExec, exitCodeOf } from "./exec.ts";
import { copyOutput, takeTerminal, watchSize } from "./terminal.ts";
import { shortId } from "../short-id.ts";

export interface InteractiveExecRequest {
  readonly id: string;
  readonly command: readonly string[];
  readonly options: InteractiveExecOptions;
  readonly signal: AbortSignal | undefined;
}

/**
 * Run a command with the caller's terminal or pipes. With a terminal each key goes to the command
 * at once, Ctrl-C too, and the size follows the window.
 */
export async function execInteractive(
  client: EngineClient,
  { id, command, options, signal }: InteractiveExecRequest,
): Promise<number> {
  const operation = `run ${command[0] ?? "a command"} in container ${shortId(id)}`;
  const { tty, attachStdin, stdin, stdout, stderr, user } = options;
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
  const restoreTerminal = tty && attachStdin ? takeTerminal(stdin) : () => undefined;
  const followSize = tty
    ? watchSize(stdout, (size) => dockerode.getExec(execId).resize(size))
    : () => undefined;
  const giveUp = (): void => void connection.destroy();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    if (attachStdin) stdin.pipe(connection);
    await copyOutput(connection, { tty, stdout, stderr });
  } catch (error) {
    throw client.http.failure({ operation, signal }, error);
  } finally {
    signal?.removeEventListener("abort", giveUp);
    stdin.unpipe(connection);
    // A terminal that is still read from keeps the process alive.
    stdin.pause();
    followSize();
    restoreTerminal();
    connection.destroy();
  }
  signal?.throwIfAborted();
  return await exitCodeOf(client, execId, { operation, signal });
}
