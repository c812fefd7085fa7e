import { LuaError } from "./value.ts";

/** Where a pattern fits: places in the text, and what its parentheses hold. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** A text, or for `()` a place counted from 1. */
  readonly captures: readonly (string | number)[];
}

interface Capture {
  readonly start: number;
  /** Undefined while it is open; `position` for `()`. */
  end: number | "position" | undefined;
}

const MOST_CAPTURES = 32;
/** Of calls of the matcher within itself, as Lua has it. */
const DEPTH = 200;

const CLASSES: Readonly<Record<string, RegExp>> = {
  a: /[A-Za-z]/,
  c: /[^ -~\u0080-\u00ff]/,
  d: /\d/,
  g: /[!-~]/,
  l: /[a-z]/,
  p: /[!-/:-@[-`{-~]/,
  s: /[ \t-\r]/,
  u: /[A-Z]/,
  w: /[\dA-Za-z]/,
  x: /[\dA-Fa-f]/,
  // No longer in the manual, and still known to Lua.
  z: /\0/,
};

/**
 * Where a Lua pattern fits first, from a place on. Each step is counted. Throws `LuaError` for what
 * is no pattern.
 *
 * Source: Lua 5.4 Reference Manual, 6.4.1.
 */
export function findPattern(
  text: string,
  pattern: string,
  options: { readonly from: number; readonly countSteps: (steps: number) => void },
): PatternMatch | undefined {
  const isAnchored = pattern.startsWith("^");
  const matcher = new Matcher(text, pattern, options.countSteps);
  for (let start = options.from; start <= text.length; start++) {
    const end = matcher.match(start, isAnchored ? 1 : 0);
    if (end !== undefined) return { start, end, captures: matcher.captures() };
    if (isAnchored) return undefined;
  }
  return undefined;
}

class Matcher {
  readonly #text: string;
  readonly #pattern: string;
  readonly #countSteps: (steps: number) => void;
  #captures: Capture[] = [];
  #depth = 0;

  constructor(text: string, pattern: string, countSteps: (steps: number) => void) {
    this.#text = text;
    this.#pattern = pattern;
    this.#countSteps = countSteps;
  }

  /** The end of what fits from a place on; undefined when nothing does. */
  match(at: number, patternAt: number): number | undefined {
    if (this.#depth === 0) this.#captures = [];
    if (this.#depth >= DEPTH) throw new LuaError("pattern too complex");
    this.#depth++;
    const end = this.#matchHere(at, patternAt);
    this.#depth--;
    return end;
  }

  captures(): readonly (string | number)[] {
    return this.#captures.map(({ start, end }) => {
      if (end === "position") return start + 1;
      if (end === undefined) throw new LuaError("unfinished capture");
      return this.#text.slice(start, end);
    });
  }

  #matchHere(start: number, patternStart: number): number | undefined {
    let at = start;
    let item = patternStart;
    for (;;) {
      this.#countSteps(1);
      const char = this.#pattern[item];
      if (char === undefined) return at;
      if (char === "(") {
        const isPosition = this.#pattern[item + 1] === ")";
        return this.#open(at, item + (isPosition ? 2 : 1), isPosition ? "position" : undefined);
      }
      if (char === ")") return this.#close(at, item + 1);
      if (char === "$" && item + 1 === this.#pattern.length)
        return at === this.#text.length ? at : undefined;
      if (char === "%") {
        const next = this.#pattern[item + 1] ?? "";
        if (next === "b") {
          const end = this.#balance(at, item + 2);
          if (end === undefined) return undefined;
          at = end;
          item += 4;
          continue;
        }
        if (next === "f") {
          const set = item + 2;
          if (this.#pattern[set] !== "[") throw new LuaError("missing '[' after '%f' in pattern");
          const before = at === 0 ? "\0" : this.#text[at - 1];
          if (this.#inSet(before ?? "\0", set) || !this.#inSet(this.#text[at] ?? "\0", set))
            return undefined;
          item = this.#endOf(set);
          continue;
        }
        if (/\d/.test(next)) {
          const end = this.#again(at, next);
          if (end === undefined) return undefined;
          at = end;
          item += 2;
          continue;
        }
      }
      const end = this.#endOf(item);
      const repeat = this.#pattern[end];
      if (repeat === "?") {
        const taken = this.#fits(at, item) ? this.match(at + 1, end + 1) : undefined;
        if (taken !== undefined) return taken;
        item = end + 1;
      } else if (repeat === "+")
        return this.#fits(at, item) ? this.#most(at + 1, item, end) : undefined;
      else if (repeat === "*") return this.#most(at, item, end);
      else if (repeat === "-") return this.#least(at, item, end);
      else {
        if (!this.#fits(at, item)) return undefined;
        at++;
        item = end;
      }
    }
  }

  #open(at: number, patternAt: number, end: Capture["end"]): number | undefined {
    if (this.#captures.length >= MOST_CAPTURES) throw new LuaError("too many captures");
    this.#captures.push({ start: at, end });
    const { length } = this.#captures;
    const found = this.match(at, patternAt);
    if (found === undefined) this.#captures.length = length - 1;
    return found;
  }

  #close(at: number, patternAt: number): number | undefined {
    const open = this.#captures.findLast(({ end }) => end === undefined);
    if (open === undefined) throw new LuaError("invalid pattern capture");
    open.end = at;
    const found = this.match(at, patternAt);
    if (found === undefined) open.end = undefined;
    return found;
  }

  #most(at: number, item: number, end: number): number | undefined {
    let count = 0;
    while (this.#fits(at + count, item)) count++;
    this.#countSteps(count);
    for (; count >= 0; count--) {
      const found = this.match(at + count, end + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #least(start: number, item: number, end: number): number | undefined {
    for (let at = start; ; at++) {
      const found = this.match(at, end + 1);
      if (found !== undefined) return found;
      if (!this.#fits(at, item)) return undefined;
    }
  }

  #balance(at: number, patternAt: number): number | undefined {
    const [open, close] = [this.#pattern[patternAt], this.#pattern[patternAt + 1]];
    if (open === undefined || close === undefined)
      throw new LuaError("malformed pattern (missing arguments to '%b')");
    if (this.#text[at] !== open) return undefined;
    let level = 1;
    for (let end = at + 1; end < this.#text.length; end++) {
      this.#countSteps(1);
      const char = this.#text[end];
      if (char === close) level--;
      else if (char === open) level++;
      if (level === 0) return end + 1;
    }
    return undefined;
  }

  /** The text of a capture once more. */
  #again(at: number, digit: string): number | undefined {
    const capture = this.#captures[Number(digit) - 1];
    if (typeof capture?.end !== "number") throw new LuaError(`invalid capture index %${digit}`);
    const text = this.#text.slice(capture.start, capture.end);
    this.#countSteps(1 + (text.length >> 6));
    return this.#text.startsWith(text, at) ? at + text.length : undefined;
  }

  /** Where the item of a pattern ends that is one character. */
  #endOf(item: number): number {
    const char = this.#pattern[item];
    if (char === "%") {
      if (item + 1 >= this.#pattern.length) throw new LuaError("malformed pattern (ends with '%')");
      return item + 2;
    }
    if (char !== "[") return item + 1;
    let at = item + 1;
    if (this.#pattern[at] === "^") at++;
    do {
      if (at >= this.#pattern.length) throw new LuaError("malformed pattern (missing ']')");
      at += this.#pattern[at] === "%" ? 2 : 1;
    } while (this.#pattern[at] !== "]");
    return at + 1;
  }

  #fits(at: number, item: number): boolean {
    const char = this.#text[at];
    if (char === undefined) return false;
    const wanted = this.#pattern[item];
    if (wanted === ".") return true;
    if (wanted === "%") return isInClass(char, this.#pattern[item + 1] ?? "");
    if (wanted === "[") return this.#inSet(char, item);
    return char === wanted;
  }

  #inSet(char: string, item: number): boolean {
    const end = this.#endOf(item) - 1;
    let at = item + 1;
    const isNegated = this.#pattern[at] === "^";
    if (isNegated) at++;
    this.#countSteps((end - at) >> 3);
    for (; at < end; at++) {
      const each = this.#pattern[at] ?? "";
      if (each === "%") {
        at++;
        if (isInClass(char, this.#pattern[at] ?? "")) return !isNegated;
      } else if (this.#pattern[at + 1] === "-" && at + 2 < end) {
        if (each <= char && char <= (this.#pattern[at + 2] ?? "")) return !isNegated;
        at += 2;
      } else if (each === char) return !isNegated;
    }
    return isNegated;
  }
}

function isInClass(char: string, letter: string): boolean {
  const lower = letter.toLowerCase();
  const known = Object.hasOwn(CLASSES, lower) ? CLASSES[lower] : undefined;
  if (known === undefined) return char === letter;
  return known.test(char) === (letter === lower);
}
