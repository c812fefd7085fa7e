import { compareTexts } from "../order.ts";

/** Where texts are, by the bytes at which they start and end; Latin-1, a byte a character. */
export interface Texts {
  read(start: number, end: number): string;
}

/** Takes texts in, or their bytes, one after another, and tells where each starts. */
export interface GrowingTexts extends Texts {
  add(text: string | Uint8Array): number;
}

/**
 * Texts by key, any number for one key. Keys are in memory; where the texts are, such as on the
 * disk, is another's affair: a text is read when it is asked for, and nothing else of it is. Keys
 * and texts are Latin-1, a byte a character.
 *
 * The head is what finds them, 32-bit numbers, little-endian: how many texts there are (n), the
 * bytes of all keys, n + 1 places where keys start and the last one ends, n places where texts
 * start, n where they end; then the keys in order.
 */
export class TextTable {
  readonly head: Buffer;
  readonly place: Texts;
  readonly #count: number;
  readonly #keys: number;

  /** `head` must be what `TextTableBuilder` made. */
  constructor(head: Buffer, place: Texts) {
    this.head = head;
    this.place = place;
    this.#count = head.readUInt32LE(0);
    this.#keys = HEADER + (3 * this.#count + 1) * NUMBER;
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
      yield this.#text(index);
    }
  }

  /** The same texts in another place, which they are added to. */
  movedTo(place: GrowingTexts): TextTable {
    const head = Buffer.from(this.head);
    for (let index = 0; index < this.#count; index++) {
      const text = this.#text(index);
      const start = place.add(text);
      head.writeUInt32LE(start, HEADER + (this.#count + 1 + index) * NUMBER);
      head.writeUInt32LE(start + text.length, HEADER + (2 * this.#count + 1 + index) * NUMBER);
    }
    return new TextTable(head, place);
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
    return this.head.toString(
      "latin1",
      this.#keys + this.#number(index),
      this.#keys + this.#number(index + 1),
    );
  }

  #text(index: number): string {
    return this.place.read(
      this.#number(this.#count + 1 + index),
      this.#number(2 * this.#count + 1 + index),
    );
  }

  #number(place: number): number {
    return this.head.readUInt32LE(HEADER + place * NUMBER);
  }
}

const NUMBER = 4;
const HEADER = 2 * NUMBER;

/** Texts in memory. */
export class TextsInMemory implements GrowingTexts {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #used = 0;

  add(text: string | Uint8Array): number {
    while (this.#used + text.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * this.#bytes.length);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    const start = this.#used;
    if (typeof text === "string") this.#bytes.write(text, start, "latin1");
    else this.#bytes.set(text, start);
    this.#used += text.length;
    return start;
  }

  read(start: number, end: number): string {
    return this.#bytes.toString("latin1", start, end);
  }
}

/** Gathers the texts of a table. */
export class TextTableBuilder {
  readonly #place: GrowingTexts;
  readonly #keys: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(place: GrowingTexts = new TextsInMemory()) {
    this.#place = place;
  }

  add(key: string, text: string | Uint8Array): void {
    const start = this.#place.add(text);
    this.#keys.push(key);
    this.#starts.push(start);
    this.#ends.push(start + text.length);
  }

  finish(): TextTable {
    const keys = this.#keys;
    const count = keys.length;
    const order = Array.from(keys, (_, index) => index).toSorted(
      (a, b) => compareTexts(keys[a] ?? "", keys[b] ?? "") || a - b,
    );
    const keyBytes = keys.reduce((sum, key) => sum + key.length, 0);
    const keysAt = HEADER + (3 * count + 1) * NUMBER;
    const head = Buffer.allocUnsafe(keysAt + keyBytes);
    head.writeUInt32LE(count, 0);
    head.writeUInt32LE(keyBytes, NUMBER);
    const put = (place: number, value: number): unknown =>
      head.writeUInt32LE(value, HEADER + place * NUMBER);
    let used = 0;
    for (const [place, index] of order.entries()) {
      put(place, used);
      put(count + 1 + place, this.#starts[index] ?? 0);
      put(2 * count + 1 + place, this.#ends[index] ?? 0);
      used += head.write(keys[index] ?? "", keysAt + used, "latin1");
    }
    put(count, used);
    return new TextTable(head, this.#place);
  }
}
