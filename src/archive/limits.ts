/** How much an archive may become. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Of all that comes out of it, headers included, in bytes. */
  readonly bytes: number;
  /**
   * Of the names of its entries and of the targets of its links together, in bytes: they are kept
   * in memory.
   */
  readonly nameBytes: number;
}

/** Far above what an archive of such a size honestly holds, and far below what fills a disk. */
export function limitsFor(archiveBytes: number): ArchiveLimits {
  return {
    entries: 200_000,
    bytes: Math.max(1024 ** 3, 100 * archiveBytes),
    nameBytes: 64 * 1024 ** 2,
  };
}

/** Keeps count of what an archive holds while it is read. */
export class ArchiveTally {
  readonly #limits: ArchiveLimits;
  #entries = 0;
  #nameBytes = 0;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /**
   * Count an entry. Throws an `Error` when there are too many, or their names are too long
   * together.
   */
  add({ name, linkTarget = "" }: { readonly name: string; readonly linkTarget?: string }): void {
    const { entries, nameBytes } = this.#limits;
    if (++this.#entries > entries) throw new Error(`it holds more than ${entries} entries`);
    this.#nameBytes += Buffer.byteLength(name) + Buffer.byteLength(linkTarget);
    if (this.#nameBytes > nameBytes) {
      throw new Error(`the names of its entries take more than ${nameBytes} bytes`);
    }
  }

  get entries(): number {
    return this.#entries;
  }
}
