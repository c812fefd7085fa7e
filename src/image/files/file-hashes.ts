import type { Store } from "../../store/store.ts";

/** A file whose status did not change since it was hashed has the same content. */
const NOTE = "file-hashes";

/** A record is a file's stamp and its content's digest, next to each other, all in bytes. */
const STAMP_BYTES = 16;
const RECORD_BYTES = STAMP_BYTES + 32;

/**
 * Digests of files by their stamps, as the store remembers them. There may be very many, so they
 * are kept as bytes, some 60 for each.
 */
export class FileHashes {
  readonly #records: Buffer;
  /**
   * Of each slot the number of its record, counted from 1; 0: the slot is free. At least half of
   * them are.
   */
  readonly #slots: Uint32Array;

  constructor(records: Buffer) {
    const count = Math.floor(records.length / RECORD_BYTES);
    this.#records = records;
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
    for (let number = 1; number <= count; number++) {
      const start = (number - 1) * RECORD_BYTES;
      this.#slots[this.#slotOf(records.subarray(start, start + STAMP_BYTES))] = number;
    }
  }

  /** What the store remembers under a key; nothing when the note is absent or damaged. */
  static async read(store: Pick<Store, "readNoteBytes">, key: string): Promise<FileHashes> {
    return new FileHashes((await store.readNoteBytes(NOTE, key)) ?? Buffer.alloc(0));
  }

  /** The digest, in bytes, of the file with this stamp. */
  find(stamp: Buffer): Buffer | undefined {
    const number = this.#slots[this.#slotOf(stamp)] ?? 0;
    if (number === 0) return undefined;
    const end = number * RECORD_BYTES;
    return this.#records.subarray(end - RECORD_BYTES + STAMP_BYTES, end);
  }

  /** Whether some are known, and none of them is of this content. */
  lacks(digest: Buffer): boolean {
    return this.#records.length > 0 && !this.#records.includes(digest);
  }

  /**
   * The slot of the record with this stamp, or the free one where it belongs. A stamp is evenly
   * spread, so that its first bytes choose.
   */
  #slotOf(stamp: Buffer): number {
    const last = this.#slots.length - 1;
    for (let slot = stamp.readUInt32LE(0) & last; ; slot = (slot + 1) & last) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const start = (number - 1) * RECORD_BYTES;
      const end = start + STAMP_BYTES;
      if (this.#records.compare(stamp, 0, STAMP_BYTES, start, end) === 0) return slot;
    }
  }
}

/** Remember the digests of files under a key, each behind its file's stamp. */
export async function writeFileHashes(
  store: Pick<Store, "writeNoteBytes">,
  key: string,
  records: Iterable<Uint8Array>,
): Promise<void> {
  await store.writeNoteBytes(NOTE, key, records);
}
