import { LuaSyntaxError, type Token, tokensOf } from "./tokens.ts";

/** How deep blocks, functions and parentheses may be in one another. */
const DEPTH = 100;

/** The tokens of a Lua text, taken one after the other, with a look at the one after. */
export class TokenCursor {
  readonly #tokens: Generator<Token>;
  #current: Token;
  #next: Token;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
    this.#current = this.#read();
    this.#next = this.#read();
  }

  /** The token that is taken next. */
  get current(): Token {
    return this.#current;
  }

  /** The token after the current one. */
  get next(): Token {
    return this.#next;
  }

  /** Takes the current token, whatever it is. */
  advance(): Token {
    const token = this.#current;
    this.#current = this.#next;
    this.#next = this.#read();
    return token;
  }

  /** Whether the current token is that keyword or symbol. */
  is(text: string): boolean {
    return (
      (this.#current.type === "keyword" || this.#current.type === "symbol") &&
      this.#current.text === text
    );
  }

  /** Takes the current token where it is that keyword or symbol, and tells whether it was. */
  take(text: string): boolean {
    const isIt = this.is(text);
    if (isIt) this.advance();
    return isIt;
  }

  /** Takes a keyword or symbol. Throws `LuaSyntaxError` for anything else. */
  expect(text: string): void {
    if (!this.take(text)) this.fail(`'${text}' expected`);
  }

  /** Takes a name. Throws `LuaSyntaxError` for anything else. */
  name(): string {
    if (this.#current.type !== "name") this.fail("a name expected");
    return this.advance().text;
  }

  /** Refuses the text at the current token. */
  fail(message: string): never {
    throw new LuaSyntaxError(this.#current.line, `${message} near '${this.#current.text}'`);
  }

  /** Goes one deeper. Throws `LuaSyntaxError` where that is too deep. */
  nested<T>(parse: () => T): T {
    this.#depth++;
    if (this.#depth > DEPTH) this.fail("too many nested blocks");
    const result = parse();
    this.#depth--;
    return result;
  }

  #read(): Token {
    const { value } = this.#tokens.next();
    return value ?? { type: "end", text: "<eof>", line: 0 };
  }
}
