import { hash } from "node:crypto";
import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";

/** A file whose status did not change since it was hashed has the same content. */
const NOTE = "file-hashes";

/** A record is a file's identity and its content's digest, next to each other. */
const IDENTITY_BYTES = 16;
const RECORD_BYTES = IDENTITY_BYTES + 32;

/**
 * Digests of files by where they lie and by their stamp. There may be very many, so they are kept as
 * bytes, 56 for each file, and not as objects.
 */
export class FileHashes {
  readonly #records: Buffer;
  /** Of each slot the number of its record, counted from 1; 0: the slot is free. At least half of them are. */
  readonly #slots: Uint32Array;
  #count = 0;

  /** Room for so many files. */
  constructor(capacity: number) {
    this.#records = Buffer.alloc(capacity * RECORD_BYTES);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * capacity + 1)));
  }

  /** The digest of a file that has the same stamp as when it was added. */
  find(source: string, stamp: string): Digest | undefined {
    const number = this.#slots[this.#slotOf(identityOf(source, stamp))] ?? 0;
    if (number === 0) return undefined;
    const end = number * RECORD_BYTES;
    return `sha256:${this.#records.toString("hex", end - RECORD_BYTES + IDENTITY_BYTES, end)}`;
  }

  add(source: string, stamp: string, digest: Digest): void {
    const identity = identityOf(source, stamp);
    this.#put(Buffer.concat([identity, Buffer.from(digest.slice("sha256:".length), "hex")]));
  }

  /** What the store remembers under a key; nothing when the note is absent or damaged. */
  static async read(store: Pick<Store, "readNote">, key: string): Promise<FileHashes> {
    const note = await store.readNote(NOTE, key);
    const records = Buffer.from(typeof note === "string" ? note : "", "base64");
    const capacity = Math.floor(records.length / RECORD_BYTES);
    const hashes = new FileHashes(capacity);
    for (let number = 0; number < capacity; number++)
      hashes.#put(records.subarray(number * RECORD_BYTES, (number + 1) * RECORD_BYTES));
    return hashes;
  }

  async write(store: Pick<Store, "writeNote">, key: string): Promise<void> {
    const end = this.#count * RECORD_BYTES;
    await store.writeNote(NOTE, key, this.#records.toString("base64", 0, end));
  }

  #put(record: Buffer): void {
    const slot = this.#slotOf(record.subarray(0, IDENTITY_BYTES));
    if (this.#slots[slot] !== 0) return;
    record.copy(this.#records, this.#count * RECORD_BYTES);
    this.#count++;
    this.#slots[slot] = this.#count;
  }

  /** The slot of the record with this identity, or the free one where it belongs. */
  #slotOf(identity: Buffer): number {
    const last = this.#slots.length - 1;
    for (let slot = identity.readUInt32LE(0) & last; ; slot = (slot + 1) & last) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const start = (number - 1) * RECORD_BYTES;
      const end = start + IDENTITY_BYTES;
      if (this.#records.compare(identity, 0, IDENTITY_BYTES, start, end) === 0) return slot;
    }
  }
}

/** Evenly spread, so that its first bytes choose a slot. */
function identityOf(source: string, stamp: string): Buffer {
  return hash("sha256", `${stamp}\0${source}`, "buffer").subarray(0, IDENTITY_BYTES);
}
