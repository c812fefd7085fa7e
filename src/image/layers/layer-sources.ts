import { type FileHandle, open } from "node:fs/promises";
import { QclockError } from "../../error.ts";
import { readReal } from "../../project/open.ts";
import { bufferAtOnce, readAtOnce } from "../../project/read-at-once.ts";
import type { DraftEntry } from "./draft.ts";

const BUFFER = 1024 * 1024;

/** Reads what entries hold, all with the same memory: what is read changes with the next read. */
export class LayerSources implements AsyncDisposable {
  /**
   * Spools that were read from. They stay open: a package's files come from one spool, mostly in
   * its order.
   */
  readonly #open = new Map<string, FileHandle>();
  readonly #small = bufferAtOnce();
  #large: Buffer | undefined;

  /** The content that is there without waiting for it. */
  readAtOnce({ content }: DraftEntry): Uint8Array | undefined {
    if (content?.type === "host") return readAtOnce(content.file, this.#small);
    if (content?.type !== "bytes" || content.bytes.length > this.#small.length) return undefined;
    return content.bytes;
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
    const file = this.#open.get(content.file) ?? (await open(content.file));
    this.#open.set(content.file, file);
    const end = content.offset + size;
    for (let position = content.offset; position < end;) {
      const length = Math.min(BUFFER, end - position);
      const { bytesRead } = await file.read(buffer, 0, length, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map((file) => file.close()));
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
