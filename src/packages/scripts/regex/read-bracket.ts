import { classRanges, setOf } from "./byte-set.ts";
import { type ByteSet, RegexError } from "./tree.ts";

/**
 * Reads a bracket expression. `start` is behind the `[`; gives the bytes that are in it, whether
 * all others fit, and the place behind the `]`.
 */
export function readBracket(
  source: string,
  start: number,
  /** Reads an escape of a dialect that has them in brackets; undefined when there is none here. */
  escapeAt: (at: number) => { readonly byte: number; readonly end: number } | undefined,
): { readonly set: ByteSet; readonly isInverted: boolean; readonly end: number } {
  let at = start;
  const isInverted = source[at] === "^";
  if (isInverted) at++;
  const first = at;
  const ranges: (readonly [number, number])[] = [];
  for (;;) {
    if (at >= source.length) throw new RegexError("Unmatched [, [^, [:, [., or [=");
    if (source[at] === "]" && at > first) break;
    if (source.startsWith("[:", at)) {
      const end = source.indexOf(":]", at + 2);
      const named = end === -1 ? undefined : classRanges(source.slice(at + 2, end));
      if (end === -1) throw new RegexError("Unmatched [, [^, [:, [., or [=");
      if (named === undefined) throw new RegexError("Invalid character class name");
      ranges.push(...named);
      at = end + 2;
      continue;
    }
    const from = element(source, at, escapeAt);
    at = from.end;
    // A dash before the closing bracket stands for itself.
    if (source[at] === "-" && at + 1 < source.length && source[at + 1] !== "]") {
      const to = element(source, at + 1, escapeAt);
      if (to.byte < from.byte) throw new RegexError("Invalid range end");
      ranges.push([from.byte, to.byte]);
      at = to.end;
    } else ranges.push([from.byte, from.byte]);
  }
  return { set: setOf(ranges), isInverted, end: at + 1 };
}

function element(
  source: string,
  at: number,
  escapeAt: (at: number) => { readonly byte: number; readonly end: number } | undefined,
): { readonly byte: number; readonly end: number } {
  const named = /^\[([.=])(.)\1\]/s.exec(source.slice(at, at + 5));
  if (named !== null) return { byte: (named[2] ?? "").charCodeAt(0), end: at + 5 };
  if (source[at] === "[" && (source[at + 1] === "." || source[at + 1] === "=")) {
    throw new RegexError("Invalid collation character");
  }
  return escapeAt(at) ?? { byte: source.charCodeAt(at), end: at + 1 };
}
