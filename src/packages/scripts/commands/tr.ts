import { fromBytes } from "../bytes.ts";
import type { Command } from "../command.ts";
import { classRanges, setOf } from "../regex/byte-set.ts";
import { countText } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

export const tr: Command = (call) => {
  const { has, operands } = readOptions(
    call,
    {
      complement: "-c -C --complement",
      delete: "-d --delete",
      squeeze: "-s --squeeze-repeats",
      truncate: "-t --truncate-set1",
    },
    { isPosix: true },
  );
  const [first, second] = operands;
  if (first === undefined) return complain(call, "missing operand");
  const most = has("delete") && !has("squeeze") ? 1 : 2;
  const extra = operands[most];
  if (extra !== undefined) return complain(call, `extra operand '${extra}'`);
  const isTranslating = !has("delete");
  if (!has("delete") && !has("squeeze") && second === undefined) {
    return complain(call, `missing operand after '${first}'`);
  }
  const from = members(first);
  const to = second === undefined ? undefined : members(second, from?.length);
  if (from === undefined || (second !== undefined && to === undefined)) {
    return call.unsupported(`the sets ${operands.join(" ")} of tr`);
  }
  const chosen = setOf(from.map((byte) => [byte, byte]));
  const set1 = has("complement") ? chosen.map((bit) => 1 - bit) : chosen;
  const order = has("complement") ? [...set1.keys()].filter((byte) => set1[byte] === 1) : from;
  const map = new Map<number, number>();
  if (isTranslating && to !== undefined) {
    const last = to.at(-1);
    if (last === undefined)
      return complain(call, "when not truncating set1, string2 must be non-empty");
    for (const [index, byte] of order.entries()) {
      const goal = to[index] ?? (has("truncate") ? byte : last);
      map.set(byte, goal);
    }
  }
  for (const set of operands) {
    if (/^(?:[^\\]|\\[^])*\\$/.test(set))
      complain(call, "warning: an unescaped backslash at end of string is not portable");
  }
  let squeezed = set1;
  if (has("squeeze") && to !== undefined) squeezed = setOf(to.map((byte) => [byte, byte]));
  const input = call.stdin.readAll();
  countText(call, input);
  const output = new Uint8Array(input.length);
  let length = 0;
  for (const byte of input) {
    if (has("delete") && set1[byte] === 1) continue;
    const translated = map.get(byte) ?? byte;
    const isRepeat = has("squeeze") && squeezed[translated] === 1 && length > 0;
    if (isRepeat && output[length - 1] === translated) continue;
    output[length++] = translated;
  }
  call.stdout.write(fromBytes(output.subarray(0, length)));
  return 0;
};

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
};

/** The bytes of a set in their order; `fill` is how many `[x*]` makes them. */
function members(source: string, fill?: number): readonly number[] | undefined {
  const bytes: number[] = [];
  // What repeats to fill up takes what all others leave.
  let filling: { readonly byte: number; readonly place: number } | undefined;
  let at = 0;
  const single = (): number => {
    const octal = /^\\([0-7]{1,3})/.exec(source.slice(at, at + 4));
    if (octal !== null) {
      at += octal[0].length;
      return Number.parseInt(octal[1] ?? "0", 8) & 0xff;
    }
    if (source[at] === "\\" && at + 1 < source.length) {
      const next = source[at + 1] ?? "";
      at += 2;
      return (Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : undefined) ?? next.charCodeAt(0);
    }
    return source.charCodeAt(at++);
  };
  while (at < source.length) {
    const named = /^\[:([a-z]+):\]/.exec(source.slice(at, at + 12));
    if (named !== null) {
      const ranges = classRanges(named[1] ?? "");
      if (ranges === undefined) return undefined;
      const set = setOf(ranges);
      bytes.push(...[...set.keys()].filter((byte) => set[byte] === 1));
      at += named[0].length;
      continue;
    }
    const repeat = /^\[(\\?[^])\*(\d*)\]/.exec(source.slice(at, at + 20));
    if (repeat !== null) {
      const end = at + repeat[0].length;
      at++;
      const byte = single();
      const count = Number(repeat[2]);
      if (count > 256 || (count === 0 && filling !== undefined)) return undefined;
      if (count === 0) filling = { byte, place: bytes.length };
      bytes.push(...Array<number>(count).fill(byte));
      at = end;
      continue;
    }
    const from = single();
    if (source[at] !== "-" || at + 1 >= source.length) {
      bytes.push(from);
      continue;
    }
    at++;
    const to = single();
    if (to < from) return undefined;
    for (let byte = from; byte <= to; byte++) bytes.push(byte);
  }
  if (filling !== undefined) {
    const count = Math.max((fill ?? 0) - bytes.length, 0);
    bytes.splice(filling.place, 0, ...Array<number>(count).fill(filling.byte));
  }
  return bytes;
}
