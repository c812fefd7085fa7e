import { Duplex } from "node:stream";
import type { EngineClient } from "../connection/client.ts";
import type { Engine, InteractiveOptions } from "../engine.ts";
import { shortId } from "../short-id.ts";
import { copyOutput, takeTerminal, watchSize } from "./terminal.ts";

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
  const { tty, attachStdin, stdin, stdout, stderr } = options;
  const dockerode = await client.dockerode();
  const container = dockerode.getContainer(id);
  const connection = await client.change({ operation, signal }, () =>
    container.attach({
      stream: true,
      hijack: true,
      stdin: attachStdin,
      stdout: true,
      stderr: true,
    }),
  );
  // What it is typed as has no end of its own.
  if (!(connection instanceof Duplex)) throw new TypeError("the connection has one direction");
  const endings: (() => void)[] = [];
  const giveUp = (): void => void connection.destroy();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const output = copyOutput(connection, { tty, stdout, stderr });
    // A start that fails is what is told; the output's end is its consequence.
    output.catch(() => undefined);
    await engine.startContainer(id, signal);
    if (tty && attachStdin) endings.push(takeTerminal(stdin));
    if (tty) endings.push(watchSize(stdout, (size) => container.resize(size)));
    if (attachStdin) stdin.pipe(connection);
    await output;
  } catch (error) {
    throw client.http.failure({ operation, signal }, error);
  } finally {
    signal?.removeEventListener("abort", giveUp);
    stdin.unpipe(connection);
    // A terminal that is still read from keeps the process alive.
    stdin.pause();
    for (const end of endings) end();
    connection.destroy();
  }
  signal?.throwIfAborted();
  return await engine.waitContainer(id, signal);
}
