import { compareTexts } from "../order.ts";

/**
 * Texts by key, any number for one key, in a single piece of memory that is also its form on the
 * disk: a text is read from it when it is asked for, and nothing else of it is. Keys and texts are
 * Latin-1, a byte a character.
 *
 * Numbers are 32 bits, little-endian: how many texts there are (n), the bytes of all keys, n + 1
 * places where keys start and the last one ends, n places where texts start, n where they end, the
 * keys in order, the texts.
 */
export class TextTable {
  readonly bytes: Buffer;
  readonly #count: number;
  readonly #keys: number;
  readonly #texts: number;

  /** `bytes` must be what `TextTableBuilder` made. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#count = bytes.readUInt32LE(0);
    this.#keys = HEADER + (3 * this.#count + 1) * NUMBER;
    this.#texts = this.#keys + bytes.readUInt32LE(NUMBER);
  }

  /** Each key once, in order. */
  *keys(): Generator<string> {
    let last: string | undefined;
    for (let index = 0; index < this.#count; index++) {
      const key = this.#key(index);
      if (key !== last) yield key;
      last = key;
    }
  }

  /** The texts of a key, in the order in which they were added. */
  *texts(key: string): Generator<string> {
    for (let index = this.#first(key); index < this.#count && this.#key(index) === key; index++) {
      yield this.bytes.toString(
        "latin1",
        this.#texts + this.#number(this.#count + 1 + index),
        this.#texts + this.#number(2 * this.#count + 1 + index),
      );
    }
  }

  /** The first place whose key does not come before this one. */
  #first(key: string): number {
    let from = 0;
    let to = this.#count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#key(middle) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #key(index: number): string {
    return this.bytes.toString(
      "latin1",
      this.#keys + this.#number(index),
      this.#keys + this.#number(index + 1),
    );
  }

  #number(place: number): number {
    return this.bytes.readUInt32LE(HEADER + place * NUMBER);
  }
}

const NUMBER = 4;
const HEADER = 2 * NUMBER;

/** Gathers the texts of a table. */
export class TextTableBuilder {
  readonly #keys: string[] = [];
  readonly #ends: number[] = [];
  #texts = Buffer.allocUnsafe(64 * 1024);
  #used = 0;

  add(key: string, text: string): void {
    while (this.#used + text.length > this.#texts.length) {
      const larger = Buffer.allocUnsafe(2 * this.#texts.length);
      this.#texts.copy(larger, 0, 0, this.#used);
      this.#texts = larger;
    }
    this.#used += this.#texts.write(text, this.#used, "latin1");
    this.#keys.push(key);
    this.#ends.push(this.#used);
  }

  finish(): TextTable {
    const keys = this.#keys;
    const count = keys.length;
    const order = Array.from(keys, (_, index) => index).toSorted(
      (a, b) => compareTexts(keys[a] ?? "", keys[b] ?? "") || a - b,
    );
    const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
    const table = Buffer.allocUnsafe(HEADER + (3 * count + 1) * NUMBER + keyBytes + this.#used);
    table.writeUInt32LE(count, 0);
    table.writeUInt32LE(keyBytes, NUMBER);
    const put = (place: number, value: number): unknown =>
      table.writeUInt32LE(value, HEADER + place * NUMBER);
    const keysAt = HEADER + (3 * count + 1) * NUMBER;
    let used = 0;
    for (const [place, index] of order.entries()) {
      put(place, used);
      put(count + 1 + place, index === 0 ? 0 : (this.#ends[index - 1] ?? 0));
      put(2 * count + 1 + place, this.#ends[index] ?? 0);
      used += table.write(keys[index] ?? "", keysAt + used, "latin1");
    }
    put(count, used);
    this.#texts.copy(table, keysAt + keyBytes, 0, this.#used);
    return new TextTable(table);
  }
}
