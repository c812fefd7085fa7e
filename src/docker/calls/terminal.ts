import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { InteractiveExecOptions } from "../engine.ts";
import { demultiplex, rawFrames } from "./log-frames.ts";

/** Copy what a command writes to where its caller reads it, until its end. */
export async function copyOutput(
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

/** Hand each key to the command as it is; the result gives the terminal back. */
export function takeTerminal(stdin: NodeJS.ReadableStream): () => void {
  if (!("setRawMode" in stdin) || typeof stdin.setRawMode !== "function") return () => undefined;
  const setRawMode = stdin.setRawMode.bind(stdin);
  setRawMode(true);
  return () => void setRawMode(false);
}

/** Tell the size of the window now and whenever it changes, until the result is called. */
export function watchSize(
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
