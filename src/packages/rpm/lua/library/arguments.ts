import { LuaError, LuaTable, type LuaValue, toNumber, toText, typeOf } from "../value.ts";

/** The arguments of a function of the libraries, counted from 1. Throw `LuaError`. */
export class Arguments {
  readonly #name: string;
  readonly #values: readonly LuaValue[];

  constructor(name: string, values: readonly LuaValue[]) {
    this.#name = name;
    this.#values = values;
  }

  get count(): number {
    return this.#values.length;
  }

  value(number: number): LuaValue {
    return this.#values[number - 1];
  }

  from(number: number): readonly LuaValue[] {
    return this.#values.slice(number - 1);
  }

  text(number: number, usual?: string): string {
    const value = this.value(number);
    if (value === undefined && usual !== undefined) return usual;
    return toText(value) ?? this.wrong(number, "string");
  }

  number(number: number, usual?: number): number {
    const value = this.value(number);
    if (value === undefined && usual !== undefined) return usual;
    return toNumber(value) ?? this.wrong(number, "number");
  }

  table(number: number): LuaTable {
    const value = this.value(number);
    return value instanceof LuaTable ? value : this.wrong(number, "table");
  }

  wrong(number: number, expected: string): never {
    const got = this.count < number ? "no value" : typeOf(this.value(number));
    return this.refuse(number, `${expected} expected, got ${got}`);
  }

  refuse(number: number, why: string): never {
    throw new LuaError(`bad argument #${number} to '${this.#name}' (${why})`);
  }
}

type LibraryFunction = (args: Arguments) => readonly LuaValue[];

/** A table of functions by their names, which they say when an argument is wrong. */
export function libraryOf(functions: Readonly<Record<string, LibraryFunction>>): LuaTable {
  const table = new LuaTable();
  for (const [name, run] of Object.entries(functions))
    table.set(name, (values: readonly LuaValue[]) => run(new Arguments(name, values)));
  return table;
}
