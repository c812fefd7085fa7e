import { once } from "node:events";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { InteractiveOptions } from "../engine.ts";
import { demultiplex, rawFrames } from "./log-frames.ts";

/**
 * What a shell says of a program that wrote to a reader that had gone away: 128 and the number of
 * SIGPIPE.
 */
export const UNREAD_EXIT = 141;

/**
 * Give a command that is connected to its caller's terminal or pipes, until its output ends. With a
 * terminal each key goes to the command at once, Ctrl-C too, and the size follows the window. It is
 * left as well when a reader of its output has gone away (`| head`), who would be waited for else.
 */
export async function withCaller(
  connection: Duplex,
  { tty, attachStdin, stdin, stdout, stderr }: InteractiveOptions,
  {
    start = () => Promise.resolve(),
    resize,
    signal,
  }: {
    /** Where the command runs only from here on: what it writes at once is not lost. */
    readonly start?: () => Promise<void>;
    readonly resize: (size: WindowSize) => Promise<unknown>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<"ended" | "unread"> {
  const endings: (() => void)[] = [];
  const giveUp = (): void => void connection.destroy();
  signal?.addEventListener("abort", giveUp, { once: true });
  const unread = new AbortController();
  const leave = (): void => {
    unread.abort();
    giveUp();
  };
  for (const output of [stdout, stderr]) output.on("error", leave);
  try {
    const output = copyOutput(connection, { tty, stdout, stderr }, unread.signal);
    // A start that fails is what is told; the output's end is its consequence.
    output.catch(() => undefined);
    await start();
    if (tty && attachStdin) endings.push(takeTerminal(stdin));
    if (tty) endings.push(watchSize(stdout, resize));
    if (attachStdin) stdin.pipe(connection);
    await output;
    return unread.signal.aborted ? "unread" : "ended";
  } catch (error) {
    if (unread.signal.aborted && signal?.aborted !== true) return "unread";
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
    for (const output of [stdout, stderr]) output.removeListener("error", leave);
    stdin.unpipe(connection);
    // A terminal that is still read from keeps the process alive.
    stdin.pause();
    for (const end of endings) end();
    connection.destroy();
  }
}

interface WindowSize {
  readonly h: number;
  readonly w: number;
}

/** Copy what a command writes to where its caller reads it, until its end. */
async function copyOutput(
  connection: Duplex,
  { tty, stdout, stderr }: Pick<InteractiveOptions, "tty" | "stdout" | "stderr">,
  unread: AbortSignal,
): Promise<void> {
  if (tty) {
    await pipeline(rawBytes(connection), stdout, { end: false });
    return;
  }
  for await (const { stream, bytes } of demultiplex(connection)) {
    const target = stream === "stderr" ? stderr : stdout;
    if (!target.write(bytes)) await once(target, "drain", { signal: unread });
  }
}

async function* rawBytes(connection: Duplex): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of rawFrames(connection)) yield bytes;
}

/** Hand each key to the command as it is; the result gives the terminal back. */
function takeTerminal(stdin: NodeJS.ReadableStream): () => void {
  if (!("setRawMode" in stdin) || typeof stdin.setRawMode !== "function") return () => undefined;
  const setRawMode = stdin.setRawMode.bind(stdin);
  setRawMode(true);
  return () => void setRawMode(false);
}

/** Tell the size of the window now and whenever it changes, until the result is called. */
function watchSize(
  stdout: NodeJS.WritableStream,
  resize: (size: WindowSize) => Promise<unknown>,
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
