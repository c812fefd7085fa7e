/** One to three changes of the bytes: flipped, overwritten, cut off, removed or repeated. */
export function mutate(bytes: Uint8Array, random: () => number): Buffer {
  let result = Buffer.from(bytes);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let change = 0; change <= below(3); change++) {
    const at = below(result.length);
    const length = 1 + below(64);
    switch (below(5)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        result.fill(below(256), at, Math.min(result.length, at + length));
        break;
      case 2:
        result = result.subarray(0, at);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      default:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
    }
  }
  return result;
}

/**
 * Make the checksum of each header of a tar right again, so that a reader goes on to what else is
 * wrong.
 */
export function withChecksums(tar: Uint8Array): Buffer {
  const result = Buffer.from(tar);
  for (let start = 0; start + 512 <= result.length; start += 512) {
    const block = result.subarray(start, start + 512);
    if (block.toString("latin1", 257, 262) !== "ustar") continue;
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  }
  return result;
}
