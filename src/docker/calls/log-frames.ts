/** A piece of a container's output. */
export interface LogFrame {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}

const headerLength = 8;

/**
 * Take apart the Engine's multiplexed stream: each frame has a header of one byte for the stream,
 * three zeros and a 32-bit length. Frames and headers may be split anywhere across chunks; a long
 * frame is passed on in pieces, so that nothing is kept. Output of a container with a terminal has
 * no frames: see `rawFrames`.
 */
export async function* demultiplex(input: AsyncIterable<Uint8Array>): AsyncGenerator<LogFrame> {
  let header: Uint8Array = new Uint8Array();
  let stream: LogFrame["stream"] = "stdout";
  let remaining = 0;
  for await (const chunk of input) {
    let rest = chunk;
    while (rest.length > 0) {
      if (remaining > 0) {
        const bytes = rest.subarray(0, remaining);
        remaining -= bytes.length;
        rest = rest.subarray(bytes.length);
        yield { stream, bytes };
        continue;
      }
      const missing = headerLength - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < headerLength) continue;
      stream = header[0] === 2 ? "stderr" : "stdout";
      remaining = Buffer.from(header).readUInt32BE(4);
      header = new Uint8Array();
    }
  }
}

/** The output of a container with a terminal: one stream, without frames. */
export async function* rawFrames(input: AsyncIterable<Uint8Array>): AsyncGenerator<LogFrame> {
  for await (const bytes of input) yield { stream: "stdout", bytes };
}
