import type { Node, Part, Word } from "../tree.ts";
import { readAnsiQuoted } from "./ansi-quoted.ts";
import { readParameterHead, withOperand } from "./parameter.ts";
import { isNameStart, isSpecialParameter } from "./characters.ts";
import { END, type Reader } from "./reader.ts";
import { ScriptSyntaxError } from "./syntax-error.ts";
import { WordBuilder } from "./word-builder.ts";

/** What a word needs of the grammar. */
export interface Grammar {
  readonly reader: Reader;
  readonly dialect: "dash" | "bash";
  /** Reads the commands of `$(…)`, its closing parenthesis included. */
  substitution(): Node | undefined;
  /** Parses the commands of backquotes. */
  backquoted(text: string, line: number): Node | undefined;
  /** Throws when words within words go too deep. */
  enter(): void;
  leave(): void;
}

/** Where a piece of a word stands, which says what its characters mean. */
type Place =
  | "base"
  /** Within `${…}`, of which `}` is the end. */
  | "base-operand"
  /** Between double quotes. */
  | "quotes"
  | "here-document"
  /** Within `${…}` that is itself in double quotes, a here-document or arithmetic. */
  | "quoted-operand"
  | "arithmetic";

/** Runs of characters that mean themselves. */
const PLAIN = /[\n\\'"`$}<>();&| \t]/g;
const PLAIN_DOUBLE = /[\n\\"`$}]/g;
const PLAIN_SINGLE = /[\n']/g;

/**
 * Reads one word, or the text of one here-document. As dash's own reader it never looks back: what
 * a quote or a brace means follows from where it stands.
 */
export class WordReader {
  readonly #grammar: Grammar;
  readonly #reader: Reader;
  readonly #delimiter: string | undefined;
  readonly #stripsTabs: boolean;
  readonly #isDelimiter: boolean;
  #isAtLineStart: boolean;
  #isEnded = false;

  constructor(
    grammar: Grammar,
    options: {
      /** Of the here-document that is read. */
      readonly delimiter?: string;
      readonly stripsTabs?: boolean;
      /** The word is itself the delimiter of a here-document: nothing in it is expanded. */
      readonly isDelimiter?: boolean;
    } = {},
  ) {
    this.#grammar = grammar;
    this.#reader = grammar.reader;
    this.#delimiter = options.delimiter;
    this.#stripsTabs = options.stripsTabs ?? false;
    this.#isDelimiter = options.isDelimiter ?? false;
    this.#isAtLineStart = options.delimiter !== undefined;
  }

  /** A word of a command, up to a character that cannot be in it, which is left. */
  word(builder = new WordBuilder()): WordBuilder {
    this.#base(builder, "base");
    return builder;
  }

  /** The text of a here-document whose delimiter is not quoted. */
  hereDocument(): Word {
    const builder = new WordBuilder();
    this.#double(builder, "here-document");
    return builder.finish();
  }

  /** Arithmetic up to `))`, which is read as well. */
  arithmetic(): Word {
    const builder = new WordBuilder();
    this.#arithmetic(builder);
    return builder.finish();
  }

  #get(): string {
    if (this.#isEnded) return END;
    if (this.#isAtLineStart && this.#isAtEnd()) return END;
    return this.#reader.getJoined();
  }

  /** At the start of a line of a here-document: whether it is the delimiter, which is then read. */
  #isAtEnd(): boolean {
    this.#isAtLineStart = false;
    const reader = this.#reader;
    if (this.#stripsTabs) while (reader.startsWith("\t")) reader.skip(1);
    const delimiter = this.#delimiter ?? "";
    if (!reader.startsWith(delimiter)) return false;
    reader.skip(delimiter.length);
    const after = reader.get();
    if (after !== "\n" && after !== END) {
      reader.back();
      reader.skip(-delimiter.length);
      return false;
    }
    if (after === "\n") reader.line++;
    else reader.back();
    this.#isEnded = true;
    return true;
  }

  #newline(): void {
    this.#reader.line++;
    this.#isAtLineStart = this.#delimiter !== undefined;
  }

  #back(char: string): void {
    if (!this.#isEnded || char !== END) this.#reader.back();
  }

  #fail(message: string): never {
    throw new ScriptSyntaxError(message, this.#reader.line);
  }

  #base(builder: WordBuilder, place: "base" | "base-operand"): void {
    const isOperand = place === "base-operand";
    for (;;) {
      if (!this.#isAtLineStart && !this.#isEnded) builder.plain(this.#reader.takeUntil(PLAIN));
      const char = this.#get();
      switch (char) {
        case "\n":
          if (!isOperand) return this.#reader.back();
          this.#newline();
          builder.plain(char);
          break;
        case "\\":
          this.#backslash(builder, place);
          break;
        case "'":
          this.#single(builder);
          break;
        case '"': {
          const inner = new WordBuilder();
          this.#double(inner, "quotes");
          builder.add({ type: "quoted", parts: inner.finish().parts });
          break;
        }
        case "`":
          this.#backquote(builder, place);
          break;
        case "$":
          this.#dollar(builder, place);
          break;
        case "}":
          if (isOperand) return;
          builder.plain(char);
          break;
        case END:
          if (isOperand) this.#fail("Missing '}'");
          return this.#back(char);
        default:
          if (/^[<>();&| \t]$/.test(char)) {
            if (!isOperand) return this.#reader.back();
          }
          builder.plain(char);
      }
    }
  }

  /**
   * Within double quotes, a here-document, or an operand in either. In an operand a quote switches
   * between two states, in one of which `}` is no end.
   */
  #double(builder: WordBuilder, place: Place): void {
    const isOperand = place === "quoted-operand";
    const isHere = place === "here-document";
    let isInner = false;
    for (;;) {
      if (!this.#isAtLineStart && !this.#isEnded) {
        const run = this.#reader.takeUntil(PLAIN_DOUBLE);
        if (run !== "") builder.quoted(run);
      }
      const char = this.#get();
      switch (char) {
        case "\n":
          this.#newline();
          builder.quoted(char);
          break;
        case "\\":
          this.#backslash(builder, place);
          break;
        case '"':
          if (isOperand) {
            isInner = !isInner;
            builder.markQuoted();
          } else if (isHere) builder.quoted(char);
          else return;
          break;
        case "`":
          this.#backquote(builder, place);
          break;
        case "$":
          this.#dollar(builder, place);
          break;
        case "}":
          if (isOperand && !isInner) return;
          builder.quoted(char);
          break;
        case END:
          if (isHere) return;
          return this.#fail(
            this.#delimiter === undefined ? "Unterminated quoted string" : "Missing '}'",
          );
        default:
          builder.quoted(char);
      }
    }
  }

  #arithmetic(builder: WordBuilder): void {
    let parentheses = 0;
    for (;;) {
      const char = this.#get();
      switch (char) {
        case "\n":
          this.#newline();
          builder.plain(char);
          break;
        case "\\":
          this.#backslash(builder, "arithmetic");
          break;
        case "`":
          this.#backquote(builder, "arithmetic");
          break;
        case "$":
          this.#dollar(builder, "arithmetic");
          break;
        case "(":
          parentheses++;
          builder.plain(char);
          break;
        case ")":
          if (parentheses > 0) {
            parentheses--;
            builder.plain(char);
            break;
          }
          if (this.#get() === ")") return;
          // dash takes it as it is, and lets the expression fail.
          this.#reader.back();
          builder.plain(char);
          break;
        case END:
          return this.#fail("Missing '))'");
        default:
          builder.plain(char);
      }
    }
  }

  #single(builder: WordBuilder): void {
    builder.quoted("");
    for (;;) {
      if (!this.#isAtLineStart && !this.#isEnded) {
        builder.quoted(this.#reader.takeUntil(PLAIN_SINGLE));
      }
      if (this.#isEnded || (this.#isAtLineStart && this.#isAtEnd())) {
        this.#fail("Missing '}'");
      }
      const char = this.#reader.get();
      if (char === "'") return;
      if (char === END) this.#fail("Unterminated quoted string");
      if (char === "\n") this.#newline();
      builder.quoted(char);
    }
  }

  #backslash(builder: WordBuilder, place: Place): void {
    const char = this.#isEnded ? END : this.#reader.get();
    if (char === END) {
      this.#back(char);
      return builder.quoted("\\");
    }
    const isEscaped =
      isBase(place) ||
      /^[\\`$]$/.test(char) ||
      (char === '"' && place !== "here-document") ||
      (char === "}" && place === "quoted-operand");
    builder.quoted(isEscaped ? char : `\\${char}`);
  }

  #backquote(builder: WordBuilder, place: Place): void {
    if (this.#isDelimiter) return builder.plain("`");
    const reader = this.#reader;
    const { line } = reader;
    let text = "";
    for (;;) {
      let char = reader.getJoined();
      if (char === "`") break;
      if (char === END) this.#fail("EOF in backquote substitution");
      if (char === "\n") reader.line++;
      if (char === "\\") {
        char = reader.get();
        if (!/^[\\`$]$/.test(char) && (isBase(place) || char !== '"')) text += "\\";
        if (char === "\n") reader.line++;
      }
      text += char;
    }
    this.#grammar.enter();
    builder.add({ type: "command", body: this.#grammar.backquoted(text, line) });
    this.#grammar.leave();
  }

  #dollar(builder: WordBuilder, place: Place): void {
    const char = this.#get();
    const isBash = this.#grammar.dialect === "bash";
    if (isBash && isBase(place) && char === "'" && !this.#isDelimiter) {
      return builder.quoted(readAnsiQuoted(this.#reader));
    }
    if (isBash && isBase(place) && char === '"') return this.#reader.back();
    const starts = char === "(" || char === "{" || isNameStart(char) || isSpecialParameter(char);
    if (this.#isDelimiter || !starts) {
      this.#back(char);
      if (isBase(place) || place === "arithmetic") builder.plain("$");
      else builder.quoted("$");
      return;
    }
    this.#grammar.enter();
    if (char === "{") builder.add(this.#braced(place));
    else if (char === "(") builder.add(this.#parenthesis());
    else builder.add(this.#parameter(char));
    this.#grammar.leave();
  }

  #parenthesis(): Part {
    if (this.#reader.getJoined() === "(") {
      const expression = new WordBuilder();
      this.#arithmetic(expression);
      return { type: "arithmetic", expression: expression.finish() };
    }
    this.#reader.back();
    return { type: "command", body: this.#grammar.substitution() };
  }

  /** `$name` or `$1`, without braces. */
  #parameter(first: string): Part {
    let name = first;
    if (isNameStart(first)) {
      for (;;) {
        const char = this.#reader.getJoined();
        if (!/^\w$/.test(char)) break;
        name += char;
      }
      this.#reader.back();
    }
    const word = undefined;
    const isBare = isNameStart(first);
    return { type: "parameter", name, operator: "value", isNullUnset: false, word, isBare };
  }

  #braced(place: Place): Part {
    const head = readParameterHead(this.#reader, this.#grammar.dialect);
    if (head.type === "whole") return head.part;
    // A pattern is read as if it stood outside of quotes.
    const syntax = head.isPattern || isBase(place) ? "base" : "double";
    return withOperand(head.part, this.#operand(syntax));
  }

  #operand(syntax: "base" | "double"): Word {
    const builder = new WordBuilder();
    if (syntax === "base") this.#base(builder, "base-operand");
    else this.#double(builder, "quoted-operand");
    return builder.finish();
  }
}

function isBase(place: Place): boolean {
  return place === "base" || place === "base-operand";
}
