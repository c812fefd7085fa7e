import { decompress } from "../../../archive/decompress.ts";
import { shown } from "../../../archive/name.ts";
import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";

/** How names of compressions end in names of files, by what headers call them. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ["gzip", ".gz"],
  ["xz", ".xz"],
  ["zstd", ".zst"],
  ["bzip2", ".bz2"],
]);

/**
 * The cpio archive that the payload of a package is. Throws an `Error` for a payload of another
 * kind, or compressed in a way that is not known.
 */
export function openPayload(
  header: RpmHeader,
  payload: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const format = header.text(tags.payloadFormat) ?? "cpio";
  if (format !== "cpio") throw new Error(`its payload is "${shown(format)}", not a cpio archive`);
  const compressor = header.text(tags.payloadCompressor);
  if (compressor === undefined) return plainOrGzip(payload);
  const suffix = SUFFIXES.get(compressor);
  if (suffix === undefined) {
    throw new Error(
      `its payload is compressed with "${shown(compressor)}", which qclock does not read, as it does ${[...SUFFIXES.keys()].join(", ")}`,
    );
  }
  return decompress(`payload${suffix}`, payload);
}

/** A header that names no compression leaves it to the first bytes, as rpm reads it. */
async function* plainOrGzip(payload: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = payload[Symbol.asyncIterator]();
  const { value: first = new Uint8Array(0) } = await iterator.next();
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield first;
    yield* { [Symbol.asyncIterator]: () => iterator };
  };
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  yield* decompress(isGzip ? "payload.gz" : "payload", whole());
}
