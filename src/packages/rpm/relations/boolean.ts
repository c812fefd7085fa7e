import type { Capability } from "../../package-index.ts";
import { toOperator } from "./dependency.ts";

/** A boolean dependency, as it is nested. */
export type BooleanDependency =
  | { readonly type: "one"; readonly capability: Capability }
  | { readonly type: BooleanOperator; readonly operands: readonly BooleanDependency[] };

export type BooleanOperator = "and" | "or" | "with" | "without" | "if" | "unless";

/**
 * Those that may be repeated, `(a or b or c)`; the others take two operands, or three with else.
 */
const CHAINS: ReadonlySet<string> = new Set(["and", "or", "with"]);
const OPERATORS: ReadonlySet<string> = new Set([...CHAINS, "without", "if", "unless"]);

/** Dependencies that were seen are nested three deep, and name some twenty packages. */
const MOST_DEEP = 32;
const MOST_LENGTH = 16_384;

/**
 * Parse `(foo >= 1 if (bar or baz) else qux)`. The operands of `if` and `unless` are what is asked
 * for, the condition, and what is asked for instead, if anything.
 *
 * Source: rpm's manual, "Boolean dependencies". Throws a `SyntaxError` that says what is wrong.
 */
export function parseBoolean(text: string): BooleanDependency {
  if (text.length > MOST_LENGTH) throw new SyntaxError("the dependency is too long");
  const reader = new Reader(text);
  const dependency = readParenthesized(reader, 0);
  if (!reader.isAtEnd()) throw new SyntaxError(`"${text}" goes on after its end`);
  return dependency;
}

function readParenthesized(reader: Reader, depth: number): BooleanDependency {
  if (depth > MOST_DEEP) throw new SyntaxError("the dependency is nested too deep");
  reader.expect("(");
  const first = readOperand(reader, depth);
  const operator = reader.word();
  if (operator === "") {
    reader.expect(")");
    return first;
  }
  if (!isOperator(operator)) throw new SyntaxError(`"${operator}" is no operator`);
  const operands = [first, readOperand(reader, depth)];
  for (let next = reader.word(); next !== ""; next = reader.word()) {
    const isElse = next === "else" && (operator === "if" || operator === "unless");
    const mayFollow = isElse ? operands.length === 2 : next === operator && CHAINS.has(operator);
    if (!mayFollow) throw new SyntaxError(`"${next}" does not follow "${operator}"`);
    operands.push(readOperand(reader, depth));
  }
  reader.expect(")");
  return { type: operator, operands };
}

function isOperator(word: string): word is BooleanOperator {
  return OPERATORS.has(word);
}

function readOperand(reader: Reader, depth: number): BooleanDependency {
  if (reader.isAt("(")) return readParenthesized(reader, depth + 1);
  const name = reader.word();
  if (name === "") throw new SyntaxError("a name is missing");
  const operator = toOperator(reader.sign());
  if (operator === undefined) return { type: "one", capability: { name } };
  const version = reader.word();
  if (version === "") throw new SyntaxError(`a version is missing after "${name} ${operator}"`);
  return { type: "one", capability: { name, constraint: { operator, version } } };
}

/** Takes a text apart from its start. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAt(sign: string): boolean {
    this.#skipSpace();
    return this.#text.startsWith(sign, this.#at);
  }

  /** Whether nothing but spaces is left. */
  isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#text.length;
  }

  expect(sign: string): void {
    if (!this.isAt(sign)) throw new SyntaxError(`"${sign}" is missing in "${this.#text}"`);
    this.#at += sign.length;
  }

  /**
   * All up to a space or to a parenthesis that was opened before; empty where there is nothing. A
   * name may hold parentheses: `libc.so.6(GLIBC_2.34)(64bit)`.
   */
  word(): string {
    this.#skipSpace();
    const start = this.#at;
    for (let open = 0; this.#at < this.#text.length; this.#at += 1) {
      const sign = this.#text[this.#at] ?? "";
      if (/[\s,]/.test(sign) || (sign === ")" && open === 0)) break;
      if (sign === "(") open += 1;
      if (sign === ")") open -= 1;
    }
    return this.#text.slice(start, this.#at);
  }

  /** `>=` and the like; empty where there is none. */
  sign(): string {
    this.#skipSpace();
    const [sign = ""] = /^[<>=]+/.exec(this.#text.slice(this.#at, this.#at + 2)) ?? [];
    this.#at += sign.length;
    return sign;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }
}
