import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EngineClient } from "../connection/client.ts";
import type { InteractiveExecOptions } from "../engine.ts";
import { createExec, exitCodeOf } from "./exec.ts";
import { demultiplex, rawFrames } from "./log-frames.ts";
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

async function copyOutput(
  connection: Duplex,
  { tty, stdout, stderr }: Pick<InteractiveExecOptions, "tty" | "stdout" | "stderr">,
): Promise<void> {
  if (tty) {
    await pipeline(rawBytes(connection), stdout, { end: false });
    return;
  }
  for await (const { stream, bytes } of demultiplex(connection)) {
    const target = stream === "stderr" ? stderr : stdout;
    if (!target.write(bytes)) await new Promise((resolve) => target.once("drain", resolve));
  }
}

async function* rawBytes(connection: Duplex): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of rawFrames(connection)) yield bytes;
}

function takeTerminal(stdin: NodeJS.ReadableStream): () => void {
  if (!("setRawMode" in stdin) || typeof stdin.setRawMode !== "function") return () => undefined;
  const setRawMode = stdin.setRawMode.bind(stdin);
  setRawMode(true);
  return () => void setRawMode(false);
}

function watchSize(
  stdout: NodeJS.WritableStream,
  resize: (size: { h: number; w: number }) => Promise<unknown>,
): () => void {
  const tell = (): void => {
    if (!("columns" in stdout) || !("rows" in stdout)) return;
    const { columns, rows } = stdout;
    if (typeof columns !== "number" || typeof rows !== "number") return;
    // The command may end while its window changes; its own end is what counts.
    resize({ h: rows, w: columns }).catch(() => undefined);
  };
  tell();
  stdout.on("resize", tell);
  return () => stdout.removeListener("resize", tell);
}
