import type { LogLine } from "../engine.ts";
import type { LogFrame } from "./log-frames.ts";

/** The longest line that is kept together; a longer one is told in parts. */
const maxLineLength = 1024 * 1024;

/**
 * Whole lines out of frames. Each stream is decoded by itself, since a character or a line may be
 * split across frames of one stream with frames of the other between; what a stream says last may
 * lack its line end.
 */
export async function* splitLines(
  frames: AsyncIterable<LogFrame>,
  timestamps: boolean,
): AsyncGenerator<LogLine> {
  const streams = { stdout: new LineDecoder(), stderr: new LineDecoder() };
  for await (const { stream, bytes } of frames) {
    for (const text of streams[stream].add(bytes)) yield toLine(stream, text, timestamps);
  }
  for (const stream of ["stdout", "stderr"] as const) {
    for (const text of streams[stream].end()) yield toLine(stream, text, timestamps);
  }
}

class LineDecoder {
  readonly #decoder = new TextDecoder();
  #rest = "";

  add(bytes: Uint8Array): readonly string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > maxLineLength) {
      lines.push(this.#rest);
      this.#rest = "";
    }
    return lines;
  }

  end(): readonly string[] {
    const last = this.#rest + this.#decoder.decode();
    this.#rest = "";
    return last === "" ? [] : [last];
  }
}

function toLine(stream: LogLine["stream"], line: string, timestamps: boolean): LogLine {
  // A terminal ends lines with both.
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (!timestamps) return { stream, text };
  const space = text.indexOf(" ");
  return space === -1
    ? { stream, text }
    : { stream, timestamp: text.slice(0, space), text: text.slice(space + 1) };
}
