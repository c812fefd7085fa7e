/** A file that is open, or a stream. */
export interface LuaHandle {
  readonly type: "handle";
  readonly methods: LuaTable;
}

export type LuaFunction = (args: readonly LuaValue[]) => readonly LuaValue[];

/** A value of Lua. Strings are strings of bytes; `undefined` is `nil`. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction | LuaHandle;

/** An error that a script raises, or that a function of the libraries raises for it. */
export class LuaError extends Error {
  override readonly name = "LuaError";
  readonly value: LuaValue;

  constructor(value: LuaValue) {
    super(typeof value === "string" ? value : "(error object)");
    this.value = value;
  }
}

export function typeOf(value: LuaValue): string {
  if (value === undefined) return "nil";
  if (typeof value === "function" || typeof value === "string") return typeof value;
  if (typeof value === "boolean" || typeof value === "number") return typeof value;
  return value.type === "handle" ? "userdata" : "table";
}

export function isTrue(value: LuaValue): boolean {
  return value !== undefined && value !== false;
}

/** A number, or a string that is one; undefined for anything else. */
export function toNumber(value: LuaValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const isNumber = /^[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/.test(text);
  if (!isNumber) return undefined;
  return text.startsWith("-") ? -Number(text.slice(1)) : Number(text.replace(/^\+/, ""));
}

/** As `%.14g` writes a number, and without a point where it is whole. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (Number.isSafeInteger(value)) return String(value);
  return String(Number(value.toPrecision(14)));
}

/** A string or a number as text; undefined for anything else. */
export function toText(value: LuaValue): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? numberText(value) : undefined;
}

/** As `tostring` shows a value. Places in memory are no part of it: they differ each time. */
export function shownValue(value: LuaValue): string {
  return toText(value) ?? (typeof value === "boolean" ? String(value) : typeOf(value));
}

/**
 * A table: values from 1 on without a gap are in a list. Other keys are walked through in the order
 * in which they came, which Lua leaves open and which has to be the same in every build.
 */
export class LuaTable {
  readonly type = "table";
  readonly #list: LuaValue[] = [];
  readonly #others = new Map<LuaValue, LuaValue>();
  /** Keys of the others, for a walk; undefined until one starts, and after a key was added. */
  #keys: readonly LuaValue[] | undefined;
  #places: ReadonlyMap<LuaValue, number> = new Map();

  static of(entries: Readonly<Record<string, LuaValue>>): LuaTable {
    const table = new LuaTable();
    for (const [key, value] of Object.entries(entries)) table.set(key, value);
    return table;
  }

  static list(values: readonly LuaValue[]): LuaTable {
    const table = new LuaTable();
    for (const [index, value] of values.entries()) table.set(index + 1, value);
    return table;
  }

  /** How many values the list has. */
  get length(): number {
    return this.#list.length;
  }

  /** Of keys of all kinds, for what a walk through all of them takes. */
  get size(): number {
    return this.#list.length + this.#others.size;
  }

  get(key: LuaValue): LuaValue {
    if (typeof key === "number" && key >= 1 && key <= this.#list.length) return this.#list[key - 1];
    return this.#others.get(key);
  }

  set(key: LuaValue, value: LuaValue): void {
    const { length } = this.#list;
    if (typeof key === "number" && Number.isInteger(key) && key >= 1 && key <= length + 1) {
      if (value !== undefined) {
        this.#list[key - 1] = value;
        if (key === length + 1) this.#takeFollowing();
        return;
      }
      if (key === length + 1) return;
      // What is behind a gap is no part of the list any more.
      const behind = this.#list.splice(key - 1);
      for (const [index, each] of behind.entries())
        if (index > 0) this.#others.set(key + index, each);
      this.#keys = undefined;
      return;
    }
    if (value === undefined && this.#keys !== undefined && this.#others.has(key)) {
      // A walk may take away what it is at.
      this.#others.set(key, undefined);
      return;
    }
    if (value === undefined) this.#others.delete(key);
    else {
      if (!this.#others.has(key)) this.#keys = undefined;
      this.#others.set(key, value);
    }
  }

  /** The list takes a value in between, and what follows moves. */
  insert(position: number, value: LuaValue): void {
    if (value === undefined) return;
    this.#list.splice(position - 1, 0, value);
    this.#takeFollowing();
  }

  removeAt(position: number): LuaValue {
    return this.#list.splice(position - 1, 1)[0];
  }

  /** The values of the list. */
  values(): readonly LuaValue[] {
    return [...this.#list];
  }

  /** The key after a key, and its value; the first one after `nil`. Undefined at the end. */
  next(key: LuaValue): readonly [LuaValue, LuaValue] | undefined {
    const { length } = this.#list;
    let at = 0;
    if (typeof key === "number" && key >= 1 && key <= length) {
      if (key < length) return [key + 1, this.#list[key]];
    } else if (key === undefined && length > 0) return [1, this.#list[0]];
    else if (key !== undefined) at = (this.#places.get(key) ?? Infinity) + 1;
    if (this.#keys === undefined || at === 0) {
      for (const [each, value] of this.#others) if (value === undefined) this.#others.delete(each);
      this.#keys = [...this.#others.keys()];
      this.#places = new Map(this.#keys.map((each, index) => [each, index]));
      if (key !== undefined && at > 0) at = (this.#places.get(key) ?? Infinity) + 1;
    }
    for (; at < this.#keys.length; at++) {
      const other = this.#keys[at];
      const value = this.#others.get(other);
      if (value !== undefined) return [other, value];
    }
    return undefined;
  }

  #takeFollowing(): void {
    for (;;) {
      const key = this.#list.length + 1;
      const value = this.#others.get(key);
      if (value === undefined) return;
      this.#others.delete(key);
      this.#list.push(value);
      this.#keys = undefined;
    }
  }
}
