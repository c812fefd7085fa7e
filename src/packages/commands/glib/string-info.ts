import { toBytes } from "../../scripts/bytes.ts";

/**
 * The names that a value may have, in the form in which they are stored: for each a number and the
 * text in words of four bytes. Source: glib 2.74, gio/strinfo.c.
 */
export class StringInfo {
  readonly #words: Buffer[] = [];
  readonly #places = new Map<string, number>();
  readonly #aliases = new Set<string>();
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether a value may be this. */
  has(name: string): boolean {
    return this.#places.has(name);
  }

  add(name: string, value: number): void {
    if (this.has(name) || this.#aliases.has(name)) throw new SyntaxError(`${name} stands twice`);
    this.#places.set(name, this.#length / 4);
    this.#append(name, value, 0xff);
  }

  addAlias(name: string, target: string): void {
    const place = this.#places.get(target);
    if (place === undefined) throw new SyntaxError(`${target} is no choice`);
    if (this.has(name) || this.#aliases.has(name)) throw new SyntaxError(`${name} stands twice`);
    this.#aliases.add(name);
    this.#append(name, place, 0xfe);
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.#words);
  }

  copy(): StringInfo {
    const copy = new StringInfo();
    copy.#words.push(...this.#words);
    for (const [name, place] of this.#places) copy.#places.set(name, place);
    for (const name of this.#aliases) copy.#aliases.add(name);
    copy.#length = this.#length;
    return copy;
  }

  #append(name: string, value: number, mark: number): void {
    const words = Math.max(2, (name.length + 6) >> 2);
    const bytes = Buffer.alloc(4 + 4 * words);
    bytes.writeUInt32LE(value >>> 0, 0);
    bytes[4] = mark;
    bytes.set(toBytes(name), 5);
    bytes[bytes.length - 1] = 0xff;
    this.#words.push(bytes);
    this.#length += bytes.length;
  }
}
