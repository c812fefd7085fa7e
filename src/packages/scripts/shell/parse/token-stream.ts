import { LimitReached } from "../../limits.ts";
import type { HereBody, Node } from "../tree.ts";
import { readHereDocument } from "./here-document.ts";
import { ScriptSyntaxError } from "./syntax-error.ts";
import { readToken } from "./token-reader.ts";
import { isKeyword, type Token, tokenName } from "./tokens.ts";
import { literalWord } from "./word-builder.ts";
import { type Grammar, WordReader } from "./word-reader.ts";

/** A here-document that is named, and whose lines are still to come. */
interface PendingDocument {
  readonly body: HereBody;
  readonly delimiter: string;
  readonly stripsTabs: boolean;
}

/** What a token is looked at for. Newlines are skipped, keywords and aliases recognised. */
export interface Look {
  readonly newlines?: boolean;
  readonly keywords?: boolean;
  readonly aliases?: boolean;
}

/** Where a command starts. */
export const COMMAND: Look = { newlines: true, keywords: true, aliases: true };
export const KEYWORDS: Look = { newlines: true, keywords: true };
export const ALIASES: Look = { aliases: true };
/** What follows a compound command on its line. */
export const AFTER_COMPOUND: Look = { keywords: true, aliases: true };
export const NOTHING: Look = {};

/** How much text aliases may become. */
const MOST_ALIAS_TEXT = 1024 ** 2;

/**
 * The tokens of a script, with aliases replaced by their values, and with the here-documents that
 * come at the ends of lines.
 */
export class TokenStream {
  readonly #grammar: Grammar;
  readonly #alias: (name: string) => string | undefined;
  #aliasText = 0;
  #pushedBack: Token | undefined;
  #documents: PendingDocument[] = [];

  constructor(grammar: Grammar, alias: (name: string) => string | undefined) {
    this.#grammar = grammar;
    this.#alias = alias;
  }

  /** The line that is read, counted from that of the script's start. */
  get line(): number {
    return this.#grammar.reader.line;
  }

  /** A complete command starts: nothing is left of the one before. */
  startCommand(): void {
    this.#pushedBack = undefined;
    this.#documents = [];
  }

  /** Gives a token back, which is the next one then. */
  push(token: Token): void {
    this.#pushedBack = token;
  }

  /** The next token. That of a delimiter of a here-document is a word without expansions. */
  next(look: Look, isDelimiter = false): Token {
    for (;;) {
      let token = this.#read(isDelimiter);
      while (look.newlines === true && token.type === "newline") {
        this.readDocuments();
        token = this.#read(isDelimiter);
      }
      const isAfterAlias = this.#grammar.reader.leaveAliases();
      if (token.type !== "word" || token.word.isQuoted) return token;
      const { plain } = token.word;
      if (plain === undefined) return token;
      if (look.keywords === true && isKeyword(plain)) return { type: plain };
      if (look.aliases !== true && !isAfterAlias) return token;
      const value = this.#grammar.reader.isInAlias(plain) ? undefined : this.#alias(plain);
      if (value === undefined) return token;
      this.#aliasText += value.length + 1;
      if (this.#aliasText > MOST_ALIAS_TEXT) throw new LimitReached("parseBytes");
      this.#grammar.reader.pushAlias(plain, value);
    }
  }

  /** Takes a token of that type. Throws `ScriptSyntaxError` for any other. */
  expect(type: Exclude<Token["type"], "word" | "redirection">, look: Look = NOTHING): void {
    const token = this.next(look);
    if (token.type !== type) this.unexpected(token, type);
  }

  unexpected(token: Token, expected?: Token["type"]): never {
    const expecting = expected === undefined ? "" : ` (expecting ${tokenName(expected)})`;
    return this.fail(`${tokenName(token.type)} unexpected${expecting}`);
  }

  fail(message: string): never {
    throw new ScriptSyntaxError(message, this.#grammar.reader.line);
  }

  /** A here-document is named: its lines come after this one. */
  awaitDocument(document: PendingDocument): void {
    this.#documents.push(document);
  }

  /** Here-documents that were named on the line that has just ended. */
  readDocuments(): void {
    const documents = this.#documents;
    this.#documents = [];
    for (const { body, delimiter, stripsTabs } of documents) {
      body.word = body.isLiteral
        ? readHereDocument(this.#grammar.reader, delimiter, stripsTabs)
        : new WordReader(this.#grammar, { delimiter, stripsTabs }).hereDocument();
    }
  }

  /** Reads what stands in a substitution, which has here-documents of its own. */
  nested(parse: () => Node | "end" | undefined): Node | undefined {
    const documents = this.#documents;
    this.#documents = [];
    const body = parse();
    // A document that is named on the last line of a substitution has no lines left.
    for (const document of this.#documents) document.body.word = literalWord("");
    this.#pushedBack = undefined;
    this.#documents = documents;
    return body === "end" ? undefined : body;
  }

  #read(isDelimiter: boolean): Token {
    const pushed = this.#pushedBack;
    this.#pushedBack = undefined;
    return pushed ?? readToken(this.#grammar, isDelimiter);
  }
}
