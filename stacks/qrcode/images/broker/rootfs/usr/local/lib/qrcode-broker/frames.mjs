/**
 * Read a container's output to its end. The Engine sends it in frames: one byte that says which
 * output, three zeros, the length in four bytes, big endian, and the bytes. Source: Engine API,
 * ContainerAttach, "stream format".
 *
 * Rejects for a stream of another form, and for outputs beyond the bound.
 *
 * @param {AsyncIterable<Buffer>} stream
 * @param {number} maximumBytes Of both outputs together.
 * @returns {Promise<{ stdout: Buffer, stderr: Buffer }>}
 */
export async function readFrames(stream, maximumBytes) {
  /** @type {[Buffer[], Buffer[]]} */
  const outputs = [[], []];
  let rest = Buffer.alloc(0);
  let total = 0;
  for await (const chunk of stream) {
    total += chunk.length;
    if (total > maximumBytes) throw new Error("The worker writes more than a picture.");
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 8) {
      const kind = rest[0];
      const length = rest.readUInt32BE(4);
      if (kind !== 1 && kind !== 2) throw new Error("The Engine's stream is not in frames.");
      if (rest.length < 8 + length) break;
      outputs[kind - 1]?.push(rest.subarray(8, 8 + length));
      rest = rest.subarray(8 + length);
    }
  }
  if (rest.length > 0) throw new Error("The worker's output was cut off.");
  return { stdout: Buffer.concat(outputs[0]), stderr: Buffer.concat(outputs[1]) };
}
