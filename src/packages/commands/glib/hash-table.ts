/**
 * The order in which GLib's GHashTable gives keys that were put in one after the other, each once.
 * Files that GLib's tools write depend on it.
 *
 * Source: glib 2.74, glib/ghash.c.
 */
export function inGlibOrder(keys: readonly string[]): readonly string[] {
  let table = new Table(FIRST_SHIFT);
  for (const [index, key] of keys.entries()) {
    table.put(key);
    const count = index + 1;
    if (table.size <= count + Math.floor(count / 16)) table = table.grown(count);
  }
  return table.keys();
}

/** As a C `char` is signed. Source: glib/gstring.c, g_str_hash; gvdb has the same one. */
export function glibHash(key: string): number {
  let hash = 5381;
  for (let at = 0; at < key.length; at++) {
    const byte = key.charCodeAt(at);
    hash = (Math.imul(hash, 33) + (byte > 127 ? byte - 256 : byte)) >>> 0;
  }
  return hash;
}

const FIRST_SHIFT = 3;
const PRIMES = [
  1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521, 131_071,
  262_139, 524_287, 1_048_573,
];

class Table {
  readonly size: number;
  readonly #prime: number;
  readonly #slots: (string | undefined)[];

  constructor(shift: number) {
    this.size = 2 ** shift;
    this.#prime = PRIMES[shift] ?? 1;
    this.#slots = Array.from({ length: this.size });
  }

  put(key: string): void {
    this.#slots[this.#free(key, (at) => this.#slots[at] !== undefined)] = key;
  }

  keys(): readonly string[] {
    return this.#slots.filter((key) => key !== undefined);
  }

  /** Keys are moved in place: one that is in the way is taken out, and looks for its own place. */
  grown(count: number): Table {
    const next = new Table(Math.max(Math.trunc(count * 1.333).toString(2).length, FIRST_SHIFT));
    const slots = next.#slots;
    for (const [at, key] of this.#slots.entries()) slots[at] = key;
    const settled = new Set<number>();
    for (let at = 0; at < this.size; at++) {
      if (slots[at] === undefined || settled.has(at)) continue;
      let key = slots[at];
      slots[at] = undefined;
      while (key !== undefined) {
        const place: number = next.#free(key, (each) => settled.has(each));
        settled.add(place);
        const inTheWay: string | undefined = slots[place];
        slots[place] = key;
        key = inTheWay;
      }
    }
    return next;
  }

  #free(key: string, isTaken: (at: number) => boolean): number {
    const hash = glibHash(key);
    // 0 and 1 mark slots without a key.
    const real = hash < 2 ? 2 : hash;
    let at = (Math.imul(real, 11) >>> 0) % this.#prime;
    for (let step = 1; isTaken(at); step++) at = (at + step) % this.size;
    return at;
  }
}
