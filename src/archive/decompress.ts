import { Readable, pipeline } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { decompressBzip2 } from "./bzip2.ts";
import { withoutUnknownChecks } from "./xz-checks.ts";

/** Of what a decoder on the thread itself gives: then others get a turn. */
const TURN_BYTES = 4 * 1024 * 1024;

/**
 * Undo xz. The WebAssembly decoder is as fast here as the native binding (46 MB in 0.6 s) and needs
 * no compiler at install time.
 */
export async function* decompressXz(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // CommonJS whose names Node cannot tell in advance: they are on its default export.
  const { default: xz } = await import("xz-decompress");
  yield* withTurns(new xz.XzReadableStream(toWeb(withoutUnknownChecks(input))));
}

/**
 * The pieces of a decoder that works on the thread itself. Now and then others get a turn: signals,
 * timers, the display. A bomb of some kilobytes becomes gigabytes without ever waiting for the
 * disk.
 */
async function* withTurns(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    yield piece;
    bytes += piece.length;
    if (bytes < TURN_BYTES) continue;
    bytes = 0;
    await nextTurn();
  }
}

/**
 * How much a decoder of Node's gives at a time. Each piece is a turn of the thread pool, and Node
 * itself would take one for each 16 KB.
 */
const DECODED_BYTES = 256 * 1024;

/** Undo the compression that a file's name tells: `.xz`, `.gz`, `.zst`, `.bz2`, or none. */
export function decompress(
  name: string,
  input: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (name.endsWith(".xz")) return decompressXz(input);
  if (name.endsWith(".gz")) return through(input, createGunzip({ chunkSize: DECODED_BYTES }));
  if (name.endsWith(".zst"))
    return through(input, createZstdDecompress({ chunkSize: DECODED_BYTES }));
  if (name.endsWith(".bz2")) return withTurns(decompressBzip2(input));
  return input;
}

/**
 * The end of a pipeline: an error of the source ends the decoder, too, which throws it to its
 * reader.
 */
function through(
  input: AsyncIterable<Uint8Array>,
  decoder: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  pipeline(Readable.from(input), decoder, () => undefined);
  return decoder;
}

function toWeb(input: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = input[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    // Nothing is read ahead: whoever goes on after the decoder's end reads the same source.
    { highWaterMark: 0 },
  );
}
