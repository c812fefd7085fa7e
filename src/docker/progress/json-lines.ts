import { QclockError } from "../../error.ts";

/**
 * The longest message that is believed. BuildKit's traces of big builds reach a few hundred
 * kilobytes.
 */
const maxLineLength = 16 * 1024 * 1024;

/**
 * Split a progress stream into its messages, one JSON value a line. A character may be split across
 * chunks, and the last line may lack its line end. A line that is not JSON ends the stream with an
 * error: something between us and the Engine has spoken, and what it cut off is not known.
 */
export async function* decodeJsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.trim() !== "") yield parseLine(line);
    }
    if (rest.length > maxLineLength) throw broken("a message longer than 16 MiB", rest);
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield parseLine(rest);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw broken("a line that is not JSON", line);
  }
}

function broken(what: string, line: string): QclockError {
  return new QclockError("engine-failed", `The Engine's progress stream holds ${what}.`, {
    hint: "A proxy between qclock and the Engine may have put it there.",
    details: [line.slice(0, 200)],
  });
}
