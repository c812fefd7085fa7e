import { classRanges, inverted, setOf, withoutCase, wordBytes } from "./byte-set.ts";
import { readBracket } from "./read-bracket.ts";
import { type AssertionKind, type ByteSet, RegexError, type RegexNode } from "./tree.ts";

/**
 * `basic` and `extended` are those of POSIX with GNU's additions (`\|`, `\+`, `\?`, `\w`, `\<` …);
 * `awk` is extended, where a backslash escapes as in awk's strings, in brackets too.
 */
export type RegexDialect = "basic" | "extended" | "awk";

export interface RegexSyntax {
  readonly dialect: RegexDialect;
  readonly ignoreCase?: boolean;
  /** `\n`, `\t` and the like stand for control characters, as in sed. */
  readonly hasControlEscapes?: boolean;
}

const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, f: 12, v: 11, a: 7, r: 13 };
const ASSERTIONS: Readonly<Record<string, AssertionKind>> = {
  b: "word-boundary",
  B: "inside-word",
  "<": "word-start",
  ">": "word-end",
  "`": "buffer-start",
  "'": "buffer-end",
};
const MOST_REPEATS = 0x7fff;

/** A regular expression as a tree, and how many groups it has. Throws `RegexError`. */
export function parseRegex(
  source: string,
  syntax: RegexSyntax,
): { readonly tree: RegexNode; readonly groups: number } {
  return new Parser(source, syntax).parse();
}

class Parser {
  readonly #source: string;
  readonly #syntax: RegexSyntax;
  readonly #isBasic: boolean;
  readonly #closed = new Set<number>();
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(source: string, syntax: RegexSyntax) {
    this.#source = source;
    this.#syntax = syntax;
    this.#isBasic = syntax.dialect === "basic";
  }

  parse(): { readonly tree: RegexNode; readonly groups: number } {
    const tree = this.#choice();
    if (this.#at < this.#source.length) throw new RegexError("Unmatched ) or \\)");
    return { tree, groups: this.#groups };
  }

  #choice(): RegexNode {
    const options = [this.#sequence()];
    while (this.#takes("|")) options.push(this.#sequence());
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { type: "choice", options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    const start = this.#at;
    while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) {
      // An operator with nothing before it: a character in a basic expression, and skipped in an
      // extended one, as the GNU C library does.
      const isFirst = this.#at === start || (this.#isBasic && this.#isAfterStartAnchor(start));
      if (isFirst && this.#source[this.#at] === "*") {
        this.#at++;
        if (this.#isBasic) items.push(this.#repeated(this.#byteNode(0x2a)));
        continue;
      }
      items.push(this.#repeated(this.#item(start)));
    }
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { type: "sequence", items };
  }

  #isAfterStartAnchor(start: number): boolean {
    return this.#at === start + 1 && this.#source[start] === "^";
  }

  #repeated(item: RegexNode): RegexNode {
    let repeated = item;
    for (;;) {
      const isAnchor = this.#isBasic && repeated.type === "assertion";
      const bounds = isAnchor ? undefined : this.#bounds();
      if (bounds === undefined) return repeated;
      repeated = { type: "repeat", item: repeated, ...bounds };
    }
  }

  #bounds(): { readonly least: number; readonly most: number } | undefined {
    if (this.#source[this.#at] === "*") {
      this.#at++;
      return { least: 0, most: Infinity };
    }
    if (this.#takes("+")) return { least: 1, most: Infinity };
    if (this.#takes("?")) return { least: 0, most: 1 };
    if (!this.#sees("{")) return undefined;
    const open = this.#at;
    this.#takes("{");
    const end = this.#isBasic ? "\\}" : "}";
    const close = this.#source.indexOf(end, this.#at);
    const interval =
      close === -1 ? null : /^(\d*)(,?)(\d*)$/.exec(this.#source.slice(this.#at, close));
    if (interval === null || (interval[1] === "" && interval[2] === "")) {
      if (this.#isBasic) {
        throw new RegexError(close === -1 ? "Unmatched \\{" : "Invalid content of \\{\\}");
      }
      this.#at = open;
      return undefined;
    }
    const [, from = "", comma = "", to = ""] = interval;
    this.#at = close + end.length;
    const least = from === "" ? 0 : Number(from);
    let most = comma === "" ? least : Infinity;
    if (to !== "") most = Number(to);
    if (least > most) throw new RegexError("Invalid content of \\{\\}");
    if (Math.max(least, Number.isFinite(most) ? most : 0) > MOST_REPEATS) {
      throw new RegexError("Regular expression too big");
    }
    return { least, most };
  }

  #item(start: number): RegexNode {
    if (this.#takes("(")) return this.#group();
    const source = this.#source;
    const character = source[this.#at] ?? "";
    if (character === "[") {
      const { set, isInverted, end } = readBracket(source, this.#at + 1, (at) =>
        this.#bracketEscape(at),
      );
      this.#at = end;
      // Of all but a letter, neither case is left.
      const folded = this.#folded(set);
      return { type: "set", set: isInverted ? inverted(folded) : folded };
    }
    if (character === "\\") return this.#escape();
    this.#at++;
    if (character === ".") return { type: "set", set: new Uint8Array(256).fill(1) };
    if (character === "^" && (!this.#isBasic || this.#at === start + 1)) {
      return { type: "assertion", kind: "line-start" };
    }
    if (character === "$" && (!this.#isBasic || this.#isAtEnd())) {
      return { type: "assertion", kind: "line-end" };
    }
    return this.#byteNode(character.charCodeAt(0));
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#source.length || this.#sees(")") || this.#sees("|");
  }

  #group(): RegexNode {
    if (++this.#depth > 200) throw new RegexError("Regular expression too big");
    const index = ++this.#groups;
    const item = this.#choice();
    if (!this.#takes(")")) throw new RegexError("Unmatched ( or \\(");
    this.#closed.add(index);
    this.#depth--;
    return { type: "group", index, item };
  }

  #escape(): RegexNode {
    const character = this.#source[this.#at + 1];
    if (character === undefined) throw new RegexError("Trailing backslash");
    if (this.#syntax.dialect === "awk" || this.#syntax.hasControlEscapes === true) {
      const control = this.#controlEscape(this.#at);
      if (control !== undefined) {
        this.#at = control.end;
        return this.#byteNode(control.byte);
      }
    }
    this.#at += 2;
    if (this.#syntax.dialect !== "awk") {
      if (/[1-9]/.test(character)) {
        const index = Number(character);
        if (!this.#closed.has(index)) throw new RegexError("Invalid back reference");
        return { type: "reference", index };
      }
      const kind = Object.hasOwn(ASSERTIONS, character) ? ASSERTIONS[character] : undefined;
      if (kind !== undefined) return { type: "assertion", kind };
      if (character === "w") return { type: "set", set: wordBytes };
      if (character === "W") return { type: "set", set: inverted(wordBytes) };
      const space = setOf(classRanges("space") ?? []);
      if (character === "s") return { type: "set", set: space };
      if (character === "S") return { type: "set", set: inverted(space) };
    }
    return this.#byteNode(character.charCodeAt(0));
  }

  #bracketEscape(at: number): { readonly byte: number; readonly end: number } | undefined {
    if (this.#source[at] !== "\\") return undefined;
    if (this.#syntax.dialect !== "awk") {
      return this.#syntax.hasControlEscapes === true ? this.#controlEscape(at) : undefined;
    }
    const next = this.#source.charCodeAt(at + 1);
    return (
      this.#controlEscape(at) ?? (Number.isNaN(next) ? undefined : { byte: next, end: at + 2 })
    );
  }

  #controlEscape(at: number): { readonly byte: number; readonly end: number } | undefined {
    const character = this.#source[at + 1] ?? "";
    const byte = Object.hasOwn(CONTROLS, character) ? CONTROLS[character] : undefined;
    if (byte !== undefined) return { byte, end: at + 2 };
    const isAwk = this.#syntax.dialect === "awk";
    const number = (
      isAwk ? /^\\([0-7]{1,3})/ : /^\\(?:o([0-7]{1,3})|d(\d{1,3})|x([\dA-Fa-f]{1,2}))/
    ).exec(this.#source.slice(at, at + 5));
    if (number === null) return undefined;
    const [whole, octal, decimal, hexadecimal] = number;
    const value =
      hexadecimal === undefined
        ? Number.parseInt(octal ?? decimal ?? "", octal === undefined ? 10 : 8)
        : Number.parseInt(hexadecimal, 16);
    return { byte: value & 0xff, end: at + whole.length };
  }

  #byteNode(byte: number): RegexNode {
    return { type: "set", set: this.#folded(setOf([[byte, byte]])) };
  }

  #folded(set: ByteSet): ByteSet {
    return this.#syntax.ignoreCase === true ? withoutCase(set) : set;
  }

  /** An operator, which a basic expression writes with a backslash. */
  #sees(operator: string): boolean {
    return this.#source.startsWith(this.#isBasic ? `\\${operator}` : operator, this.#at);
  }

  #takes(operator: string): boolean {
    if (!this.#sees(operator)) return false;
    this.#at += this.#isBasic ? 2 : 1;
    return true;
  }
}
