import {
  isTrue,
  LuaError,
  type LuaFunction,
  LuaTable,
  type LuaValue,
  shownValue,
  toNumber,
  toText,
  typeOf,
} from "../value.ts";
import { counted, type LuaWorld, unknown } from "../world.ts";
import { Arguments, libraryOf } from "./arguments.ts";

/** The functions that stand by themselves. Source: Lua 5.4 Reference Manual, 6.1. */
export function baseLibrary(
  world: LuaWorld,
  call: (callee: LuaValue, args: readonly LuaValue[]) => readonly LuaValue[],
): LuaTable {
  const next: LuaFunction = (values) => {
    const args = new Arguments("next", values);
    const table = args.table(1);
    if (args.value(2) === undefined) world.call.countSteps(1 + (table.size >> 4));
    return table.next(args.value(2)) ?? [undefined];
  };
  const library = libraryOf({
    assert: (args) => {
      if (isTrue(args.value(1))) return args.from(1);
      throw new LuaError(args.count > 1 ? args.value(2) : "assertion failed!");
    },
    error: (args) => {
      const value = args.value(1);
      const isPlain = typeof value !== "string" || args.number(2, 1) === 0;
      throw new LuaError(isPlain ? value : `line ${world.line}: ${value}`);
    },
    ipairs: (args) => [nextInList, args.table(1), 0],
    pairs: (args) => [next, args.table(1), undefined],
    pcall: (args) => {
      if (world.isChild) return unknown(world, "pcall in a child process");
      try {
        return [true, ...call(args.value(1), args.from(2))];
      } catch (error) {
        if (error instanceof LuaError) return [false, error.value];
        throw error;
      }
    },
    print: (args) => {
      world.print(counted(world, args.from(1).map(shownValue).join("\t")));
      return [];
    },
    rawequal: (args) => [args.value(1) === args.value(2)],
    rawget: (args) => [args.table(1).get(args.value(2))],
    rawlen: (args) => {
      const value = args.value(1);
      return [typeof value === "string" ? value.length : args.table(1).length];
    },
    select: (args) => {
      if (args.value(1) === "#") return [args.count - 1];
      const number = args.number(1);
      if (number === 0 || number <= -args.count)
        throw new LuaError("bad argument #1 to 'select' (index out of range)");
      return args.from(number < 0 ? args.count + 1 + number : number + 1);
    },
    tonumber: (args) => {
      if (args.value(2) === undefined) return [toNumber(args.value(1))];
      const [text, base] = [args.text(1).trim().toLowerCase(), args.number(2)];
      const digits = "0123456789abcdefghijklmnopqrstuvwxyz".slice(0, base);
      const isNumber = /^-?[\da-z]{1,10}$/.test(text);
      const fits =
        isNumber &&
        text
          .replace("-", "")
          .split("")
          .every((each) => digits.includes(each));
      return [fits ? Number.parseInt(text, base) : undefined];
    },
    tostring: (args) => [args.count === 0 ? args.wrong(1, "value") : shownValue(args.value(1))],
    type: (args) => [args.count === 0 ? args.wrong(1, "value") : typeOf(args.value(1))],
  });
  library.set("next", next);
  library.set("_VERSION", "Lua 5.4");
  for (const name of UNKNOWN) library.set(name, () => unknown(world, name));
  return library;
}

const nextInList: LuaFunction = ([table, index]) => {
  const at = (toNumber(index) ?? 0) + 1;
  const value = table instanceof LuaTable ? table.get(at) : undefined;
  return value === undefined ? [undefined] : [at, value];
};

/** What packages' scripts have not been seen to use. */
const UNKNOWN = (
  "collectgarbage dofile getmetatable load loadfile loadstring rawset require " +
  "setmetatable xpcall"
).split(" ");

/** `table`. Source: Lua 5.4 Reference Manual, 6.6. */
export function tableLibrary(
  world: LuaWorld,
  call: (callee: LuaValue, args: readonly LuaValue[]) => readonly LuaValue[],
): LuaTable {
  const changed = (table: LuaTable): LuaTable => {
    if (world.isChild) return unknown(world, "a child process that changes tables");
    world.call.countSteps(1 + (table.length >> 4));
    return table;
  };
  return libraryOf({
    concat: (args) => {
      const table = args.table(1);
      const [from, to] = [args.number(3, 1), args.number(4, table.length)];
      const parts: string[] = [];
      for (let at = from; at <= to; at++) {
        const text = toText(table.get(at));
        if (text === undefined)
          throw new LuaError(`invalid value (at index ${at}) in table for 'concat'`);
        world.call.countSteps(1);
        parts.push(text);
      }
      return [counted(world, parts.join(args.text(2, "")))];
    },
    insert: (args) => {
      const table = changed(args.table(1));
      const hasPlace = args.count > 2;
      const place = hasPlace ? args.number(2) : table.length + 1;
      if (!Number.isInteger(place) || place < 1 || place > table.length + 1)
        throw new LuaError("bad argument #2 to 'insert' (position out of bounds)");
      table.insert(place, args.value(hasPlace ? 3 : 2));
      return [];
    },
    remove: (args) => {
      const table = changed(args.table(1));
      const place = args.number(2, table.length);
      return [place >= 1 && place <= table.length ? table.removeAt(place) : undefined];
    },
    sort: (args) => {
      const table = changed(args.table(1));
      const isLess = args.value(2);
      const less = (one: LuaValue, other: LuaValue): boolean => {
        world.call.countSteps(1);
        if (isLess !== undefined) return isTrue(call(isLess, [one, other])[0]);
        if (typeof one === "number" && typeof other === "number") return one < other;
        if (typeof one === "string" && typeof other === "string") return one < other;
        throw new LuaError(`attempt to compare ${typeOf(one)} with ${typeOf(other)}`);
      };
      const sorted = table.values().toSorted((one, other) => {
        if (less(one, other)) return -1;
        return less(other, one) ? 1 : 0;
      });
      for (const [index, value] of sorted.entries()) table.set(index + 1, value);
      return [];
    },
    unpack: (args) => {
      const table = args.table(1);
      const [from, to] = [args.number(2, 1), args.number(3, table.length)];
      // Far from zero two neighbours are the same number here, and the walk would not end.
      if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to - from > 1000)
        throw new LuaError("too many results to unpack");
      const values: LuaValue[] = [];
      for (let at = from; at <= to; at++) values.push(table.get(at));
      return values;
    },
  });
}
