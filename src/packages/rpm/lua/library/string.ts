import { findPattern, type PatternMatch } from "../pattern.ts";
import { LuaError, LuaTable, type LuaValue, shownValue, toText, typeOf } from "../value.ts";
import { counted, type LuaWorld, unknown } from "../world.ts";
import { type Arguments, libraryOf } from "./arguments.ts";

/** `string`. Source: Lua 5.4 Reference Manual, 6.4. */
export function stringLibrary(
  world: LuaWorld,
  call: (callee: LuaValue, args: readonly LuaValue[]) => readonly LuaValue[],
): LuaTable {
  const countSteps = (steps: number): void => world.call.countSteps(steps);
  const find = (text: string, pattern: string, from: number): PatternMatch | undefined =>
    findPattern(text, pattern, { from, countSteps });
  const made = (text: string): readonly LuaValue[] => [counted(world, text)];
  return libraryOf({
    byte: (args) => {
      const text = args.text(1);
      const from = args.number(2, 1);
      const [start, end] = rangeIn(text, from, args.number(3, from));
      if (end - start > 1000) throw new LuaError("string slice too long");
      return Array.from(text.slice(start, end), (each) => each.charCodeAt(0));
    },
    char: (args) =>
      made(
        args
          .from(1)
          .map((_, at) => byteText(args.number(at + 1)))
          .join(""),
      ),
    find: (args) => {
      const [text, pattern] = [args.text(1), args.text(2)];
      const from = startIn(text, args.number(3, 1));
      if (from > text.length) return [undefined];
      if (args.value(4) === true || !/[\^$*+?.([%-]/.test(pattern)) {
        countSteps(1 + (text.length >> 6));
        const at = text.indexOf(pattern, from);
        return at === -1 ? [undefined] : [at + 1, at + pattern.length];
      }
      const found = find(text, pattern, from);
      return found === undefined ? [undefined] : [found.start + 1, found.end, ...found.captures];
    },
    format: (args) => made(formatted(world, args)),
    gmatch: (args) => {
      const [text, pattern] = [args.text(1), args.text(2)];
      let from = 0;
      let lastEnd = -1;
      const next = (): readonly LuaValue[] => {
        while (from <= text.length) {
          const found = find(text, pattern, from);
          if (found === undefined) break;
          from = found.end === found.start ? found.end + 1 : found.end;
          if (found.end === lastEnd) {
            from = Math.max(from, found.start + 1);
            continue;
          }
          lastEnd = found.end;
          return capturesOf(text, found);
        }
        from = text.length + 1;
        return [undefined];
      };
      return [next];
    },
    gsub: (args) => {
      const [text, pattern] = [args.text(1), args.text(2)];
      const most = args.number(4, text.length + 1);
      const replacement = args.value(3);
      const parts: string[] = [];
      let [from, count, lastEnd] = [0, 0, -1];
      while (count < most) {
        const found = find(text, pattern, from);
        if (found === undefined) break;
        parts.push(text.slice(from, found.start));
        if (found.end === lastEnd && found.end === found.start) {
          // What was matched ended here: nothing fits once more.
          parts.push(text.slice(found.start, found.start + 1));
          from = found.start + 1;
        } else {
          count++;
          parts.push(counted(world, replaced(text, { found, replacement, call })));
          lastEnd = found.end;
          from = found.end;
          if (found.end === found.start) {
            parts.push(text.slice(found.end, found.end + 1));
            from = found.end + 1;
          }
        }
        if (from > text.length || pattern.startsWith("^")) break;
      }
      return [counted(world, parts.join("") + text.slice(from)), count];
    },
    len: (args) => [args.text(1).length],
    lower: (args) => made(args.text(1).replaceAll(/[A-Z]+/g, (each) => each.toLowerCase())),
    match: (args) => {
      const [text, pattern] = [args.text(1), args.text(2)];
      const from = startIn(text, args.number(3, 1));
      const found = from > text.length ? undefined : find(text, pattern, from);
      return found === undefined ? [undefined] : capturesOf(text, found);
    },
    rep: (args) => {
      const [text, times, separator] = [args.text(1), args.number(2), args.text(3, "")];
      const length = (text.length + separator.length) * Math.max(0, times);
      if (times <= 0 || text.length + separator.length === 0) return [""];
      // Counted before it is made.
      if (length > 1024 ** 2) return unknown(world, "string.rep of more than a MiB");
      return made(Array.from({ length: Math.floor(times) }, () => text).join(separator));
    },
    reverse: (args) => made(args.text(1).split("").toReversed().join("")),
    sub: (args) => {
      const text = args.text(1);
      const [start, end] = rangeIn(text, args.number(2), args.number(3, -1));
      return made(text.slice(start, end));
    },
    upper: (args) => made(args.text(1).replaceAll(/[a-z]+/g, (each) => each.toUpperCase())),
  });
}

const BASES: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8 };

function byteText(number: number): string {
  if (!Number.isInteger(number) || number < 0 || number > 255)
    throw new LuaError("bad argument to 'char' (value out of range)");
  return String.fromCharCode(number);
}

/** A place that counts from 1, or from the end, as one that counts from 0. */
function startIn(text: string, place: number): number {
  if (place > 0) return place - 1;
  return place === 0 ? 0 : Math.max(0, text.length + place);
}

function rangeIn(text: string, from: number, to: number): readonly [number, number] {
  const end = to < 0 ? text.length + to + 1 : Math.min(to, text.length);
  const start = startIn(text, from);
  return [start, Math.max(start, end)];
}

function capturesOf(text: string, { start, end, captures }: PatternMatch): readonly LuaValue[] {
  return captures.length === 0 ? [text.slice(start, end)] : captures;
}

function replaced(
  text: string,
  {
    found,
    replacement,
    call,
  }: {
    readonly found: PatternMatch;
    readonly replacement: LuaValue;
    readonly call: (callee: LuaValue, args: readonly LuaValue[]) => readonly LuaValue[];
  },
): string {
  const whole = text.slice(found.start, found.end);
  const captures = capturesOf(text, found);
  const plain = toText(replacement);
  if (plain !== undefined) {
    return plain.replaceAll(/%(.?)/gs, (_, letter: string) => {
      if (letter === "%") return "%";
      if (letter === "0") return whole;
      const value = /^[1-9]$/.test(letter) ? toText(captures[Number(letter) - 1]) : undefined;
      if (value === undefined) throw new LuaError("invalid use of '%' in replacement string");
      return value;
    });
  }
  let value: LuaValue;
  if (replacement instanceof LuaTable) value = replacement.get(captures[0]);
  else if (typeof replacement === "function") [value] = call(replacement, captures);
  else
    throw new LuaError(
      `bad argument #3 to 'gsub' (string/function/table expected, got ${typeOf(replacement)})`,
    );
  if (value === undefined || value === false) return whole;
  const result = toText(value);
  if (result === undefined) throw new LuaError(`invalid replacement value (a ${typeOf(value)})`);
  return result;
}

/** `string.format` with `%s`, `%d`, `%i`, `%u`, `%x`, `%X`, `%o`, `%c`, `%q` and `%%`. */
function formatted(world: LuaWorld, args: Arguments): string {
  let next = 2;
  return args.text(1).replaceAll(/%([-0 +#]*)(\d*)(?:\.(\d*))?(.?)/gs, (...parts: string[]) => {
    const [, flags = "", width = "", precision, letter = ""] = parts;
    if (letter === "%") return "%";
    if (width.length > 2 || (precision?.length ?? 0) > 2)
      throw new LuaError("invalid conversion to 'format'");
    const at = next++;
    let text: string;
    switch (letter) {
      case "s":
        text = args.count < at ? args.wrong(at, "string") : shownValue(args.value(at));
        if (precision !== undefined) text = text.slice(0, Number(precision));
        break;
      case "d":
      case "i":
      case "u":
      case "x":
      case "X":
      case "o": {
        const number = args.number(at);
        if (!Number.isSafeInteger(number))
          throw new LuaError("bad argument to 'format' (number has no integer representation)");
        const base = BASES[letter] ?? 10;
        if (number < 0 && base !== 10) return unknown(world, "a negative number as hexadecimal");
        const digits = Math.abs(number)
          .toString(base)
          .padStart(Number(precision ?? 0), "0");
        text = letter === "X" ? digits.toUpperCase() : digits;
        if (number < 0) text = `-${text}`;
        else if (flags.includes("+")) text = `+${text}`;
        break;
      }
      case "c":
        text = byteText(args.number(at));
        break;
      default:
        return unknown(world, `string.format("%${letter}")`);
    }
    const length = Number(width);
    if (flags.includes("-")) return text.padEnd(length);
    const isPadded = flags.includes("0") && letter !== "s";
    return isPadded
      ? text.replace(
          /^([-+]?)(.*)$/s,
          (_, sign: string, rest: string) => `${sign}${rest.padStart(length - sign.length, "0")}`,
        )
      : text.padStart(length);
  });
}
