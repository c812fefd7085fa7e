/** Operators of C that arithmetic has, the longest first. */
const OPERATORS = [
  "<<=",
  ">>=",
  "||",
  "&&",
  "<<",
  ">>",
  "<=",
  ">=",
  "==",
  "!=",
  "*=",
  "/=",
  "%=",
  "+=",
  "-=",
  "&=",
  "^=",
  "|=",
  ...Array.from("=<>!~&|^+-*/%?:()"),
];

export type ArithmeticToken =
  | { readonly type: "number"; readonly value: bigint }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "operator"; readonly operator: string }
  | { readonly type: "end" };

/** Something that arithmetic does not know. */
export class ArithmeticError extends Error {
  override readonly name = "ArithmeticError";
}

/** Reads tokens one by one, because text that is not reached is no error. */
export class ArithmeticLexer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): ArithmeticToken {
    const rest = /^[ \t\n]*/.exec(this.#text.slice(this.#at, this.#at + 1));
    if (rest !== null && rest[0] !== "") {
      while (/^[ \t\n]$/.test(this.#text[this.#at] ?? "")) this.#at++;
    }
    const char = this.#text[this.#at];
    if (char === undefined) return { type: "end" };
    if (char >= "0" && char <= "9") return this.#number();
    if (/[A-Za-z_]/.test(char)) {
      let end = this.#at + 1;
      while (/^\w$/.test(this.#text[end] ?? "")) end++;
      const name = this.#text.slice(this.#at, end);
      this.#at = end;
      return { type: "name", name };
    }
    const operator = OPERATORS.find((each) => this.#text.startsWith(each, this.#at));
    if (operator === undefined) throw new ArithmeticError("expecting EOF");
    this.#at += operator.length;
    return { type: "operator", operator };
  }

  #number(): ArithmeticToken {
    const match = /^(?:0[xX][\dA-Fa-f]+|0[0-7]*|[1-9]\d*)/.exec(
      this.#text.slice(this.#at, this.#at + 64),
    );
    const digits = match?.[0] ?? "0";
    this.#at += digits.length;
    return { type: "number", value: toInteger(digits) };
  }
}

const HIGHEST = 2n ** 63n - 1n;

/** As strtoimax(3) with base 0; too high a number becomes the highest. */
export function toInteger(digits: string): bigint {
  const isOctal = /^0[0-7]+$/.test(digits);
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return value > HIGHEST ? HIGHEST : value;
}
