import { closeSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { QclockError } from "../../error.ts";
import { readReal } from "../../project/open.ts";
import { bufferAtOnce, readAtOnce } from "../../project/read-at-once.ts";
import type { DraftEntry } from "./draft.ts";

const BUFFER = 1024 * 1024;
const readLater = promisify(read);

/** Reads what entries hold, all with the same memory: what is read changes with the next read. */
export class LayerSources implements Disposable {
  /**
   * Descriptors of spools that were read from. They stay open: a package's files come from one
   * spool, mostly in its order.
   */
  readonly #open = new Map<string, number>();
  readonly #small = bufferAtOnce();
  #large: Buffer | undefined;

  /**
   * The content that is there without waiting for it. Most files are small, and of one that was
   * unpacked the wait for a turn in Node's threads takes longer than to read it.
   */
  readAtOnce({ content, size }: DraftEntry): Uint8Array | undefined {
    if (content?.type === "host") return readAtOnce(content.file, this.#small);
    if (content === undefined || size > this.#small.length) return undefined;
    if (content.type === "bytes")
      return content.bytes.length > this.#small.length ? undefined : content.bytes;
    const bytes = this.#small.subarray(0, size);
    const bytesRead = readSync(this.#spool(content.file), bytes, 0, size, content.offset);
    return bytes.subarray(0, bytesRead);
  }

  async *read(entry: DraftEntry): AsyncGenerator<Uint8Array> {
    const { content, size } = entry;
    if (content === undefined) return;
    if (content.type === "bytes") {
      yield content.bytes;
      return;
    }
    const buffer = (this.#large ??= Buffer.allocUnsafe(BUFFER));
    if (content.type === "host") {
      yield* readHostFile(content.file, entry, buffer);
      return;
    }
    const spool = this.#spool(content.file);
    const end = content.offset + size;
    for (let position = content.offset; position < end;) {
      const length = Math.min(BUFFER, end - position);
      const { bytesRead } = await readLater(spool, buffer, 0, length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
  }

  #spool(file: string): number {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    const descriptor = openSync(file, "r");
    this.#open.set(file, descriptor);
    return descriptor;
  }
}

/** A file of the project and, should it have grown, one byte more, so that the caller sees that. */
async function* readHostFile(
  file: string,
  { path, size }: Pick<DraftEntry, "path" | "size">,
  buffer: Buffer,
): AsyncGenerator<Uint8Array> {
  try {
    yield* readReal(file, { maximumBytes: size + 1, buffer });
  } catch (error) {
    if (error instanceof QclockError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new QclockError("build-failed", `/${path} cannot be read any more: ${reason}.`, {
      cause: error,
      hint: "Build again when nothing removes or replaces it.",
    });
  }
}
