import type { AwkToken } from "./tokens.ts";
import { AwkError } from "./tree.ts";

/** How deep statements and expressions may be in one another. */
const DEEPEST = 200;

/** The tokens of a program of awk, taken one after the other. What fails throws `AwkError`. */
export class TokenCursor {
  readonly #tokens: readonly AwkToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly AwkToken[]) {
    this.#tokens = tokens;
  }

  /** The token that is taken next; the last one, which is the end, where all are taken. */
  get current(): AwkToken {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new AwkError("syntax error");
    return token;
  }

  /** The token so many after the current one. */
  ahead(count: number): AwkToken | undefined {
    return this.#tokens[this.#at + count];
  }

  advance(count = 1): void {
    this.#at += count;
  }

  /** Whether the current token is that operator or keyword. */
  sees(text: string): boolean {
    const { type } = this.current;
    return (type === "operator" || type === "keyword") && this.current.text === text;
  }

  /** Takes that operator or keyword, and tells whether it was there. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#at++;
    return true;
  }

  /** The same behind ends of statements, which stay where it is not there. */
  takesAfterEnds(text: string): boolean {
    const before = this.#at;
    this.skipEnds();
    if (this.takes(text)) return true;
    this.#at = before;
    return false;
  }

  expect(text: string): void {
    if (!this.takes(text)) this.fail();
  }

  name(): string {
    if (this.current.type !== "name") this.fail();
    const { text } = this.current;
    this.#at++;
    return text;
  }

  fail(): never {
    const near = this.current.type === "end" ? "end of program" : this.current.text;
    throw new AwkError(`syntax error at or near ${near}`);
  }

  skipNewlines(): void {
    while (this.current.type === "newline") this.#at++;
  }

  skipEnds(): void {
    while (this.current.type === "newline" || this.sees(";")) this.#at++;
  }

  /** Reads what is one deeper. */
  nested<Value>(read: () => Value): Value {
    if (++this.#depth > DEEPEST) throw new AwkError("program too deep");
    const value = read();
    this.#depth--;
    return value;
  }
}
