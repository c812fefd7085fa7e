/**
 * A map that a subshell has from its shell: the two are one until either changes something, since
 * most subshells change nothing.
 */
export class SharedMap<Value> {
  #values: Map<string, Value>;
  #isShared = false;

  constructor(from?: SharedMap<Value>) {
    this.#values = from === undefined ? new Map() : from.#values;
    if (from === undefined) return;
    this.#isShared = true;
    from.#isShared = true;
  }

  get size(): number {
    return this.#values.size;
  }

  get(name: string): Value | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  set(name: string, value: Value): void {
    this.#own().set(name, value);
  }

  delete(name: string): boolean {
    return this.#values.has(name) && this.#own().delete(name);
  }

  clear(): void {
    this.#values = new Map();
    this.#isShared = false;
  }

  /** In the order in which they were first set. What is set meanwhile may be left out. */
  [Symbol.iterator](): IterableIterator<[string, Value]> {
    return this.#values[Symbol.iterator]();
  }

  #own(): Map<string, Value> {
    if (this.#isShared) {
      this.#values = new Map(this.#values);
      this.#isShared = false;
    }
    return this.#values;
  }
}
