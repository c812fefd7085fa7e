import { LimitReached } from "../../limits.ts";
import type { CaseBranch, Node, Word } from "../tree.ts";
import { isName } from "./characters.ts";
import { Reader } from "./reader.ts";
import { readRedirections, redirected } from "./redirections.ts";
import { SimpleCommandParser } from "./simple-command.ts";
import {
  AFTER_COMPOUND,
  COMMAND,
  KEYWORDS,
  type Look,
  NOTHING,
  TokenStream,
} from "./token-stream.ts";
import { endsList, isKeyword, type Token } from "./tokens.ts";
import { type Grammar, WordReader } from "./word-reader.ts";

export interface ParseOptions {
  readonly dialect: "dash" | "bash";
  /** The value of an alias. Aliases that a script makes hold from its next command on. */
  readonly alias: (name: string) => string | undefined;
  /** How deep commands and words may go within each other. */
  readonly depth: number;
  /** Of the first line. */
  readonly line?: number;
}

/**
 * Parses a script as dash does, one complete command after the other, so that what stands before an
 * error runs, and so that aliases hold.
 */
export class Parser implements Grammar {
  readonly reader: Reader;
  readonly #options: ParseOptions;
  readonly #tokens: TokenStream;
  readonly #simple: SimpleCommandParser;
  #depth = 0;

  constructor(text: string, options: ParseOptions) {
    this.reader = new Reader(text, options.line ?? 1);
    this.#options = options;
    this.#tokens = new TokenStream(this, options.alias);
    this.#simple = new SimpleCommandParser(this, this.#tokens, () => this.#command());
  }

  get dialect(): "dash" | "bash" {
    return this.#options.dialect;
  }

  /**
   * The next complete command; undefined for an empty line, "end" at the end. Throws
   * `ScriptSyntaxError`.
   */
  next(): Node | undefined | "end" {
    this.#tokens.startCommand();
    return this.#list("line");
  }

  enter(): void {
    if (++this.#depth > this.#options.depth) throw new LimitReached("depth");
  }

  leave(): void {
    this.#depth--;
  }

  substitution(): Node | undefined {
    return this.#tokens.nested(() => {
      const list = this.#list("optional");
      this.#tokens.expect(")");
      return list;
    });
  }

  backquoted(text: string, line: number): Node | undefined {
    const inner = new Parser(text, { ...this.#options, line });
    inner.#depth = this.#depth;
    const body = inner.#list("optional");
    inner.#tokens.readDocuments();
    return body === "end" ? undefined : body;
  }

  /**
   * `line`: up to the end of a line. `body`: at least one command, up to a token that ends lists.
   * `optional`: the same, or none.
   */
  #list(kind: "line" | "body" | "optional"): Node | undefined | "end" {
    const look: Look = kind === "line" ? AFTER_COMPOUND : COMMAND;
    const items: Node[] = [];
    const result = () => (items.length < 2 ? items[0] : ({ type: "list", items } as const));
    for (;;) {
      const token = this.#tokens.next(look);
      if (token.type === "newline") {
        this.#tokens.readDocuments();
        return result();
      }
      if (token.type === "end") {
        this.#tokens.readDocuments();
        this.#tokens.push(token);
        return items.length === 0 && kind === "line" ? "end" : result();
      }
      this.#tokens.push(token);
      const mayEnd = kind === "optional" || (kind === "body" && items.length > 0);
      if (mayEnd && endsList(token.type)) return result();
      const { line } = this.reader;
      const node = this.#andOr();
      const after = this.#tokens.next(NOTHING);
      items.push(after.type === "&" ? { type: "background", node, line } : node);
      switch (after.type) {
        case "end":
          this.#tokens.readDocuments();
          this.#tokens.push(after);
          return result();
        case "newline":
          this.#tokens.push(after);
          break;
        case "&":
        case ";":
          break;
        default:
          if (kind === "line") this.#tokens.unexpected(after);
          this.#tokens.push(after);
          return result();
      }
    }
  }

  #body(): Node | undefined {
    const list = this.#list("body");
    return list === "end" ? undefined : list;
  }

  #andOr(): Node {
    const first = this.#pipeline();
    const rest: { operator: "&&" | "||"; node: Node }[] = [];
    for (;;) {
      const token = this.#tokens.next(NOTHING);
      if (token.type !== "&&" && token.type !== "||") {
        this.#tokens.push(token);
        return rest.length === 0 ? first : { type: "and-or", first, rest };
      }
      this.#tokens.push(this.#tokens.next(COMMAND));
      rest.push({ operator: token.type, node: this.#pipeline() });
    }
  }

  #pipeline(): Node {
    const token = this.#tokens.next(NOTHING);
    const isNegated = token.type === "!";
    if (isNegated) this.#tokens.push(this.#tokens.next(AFTER_COMPOUND));
    else this.#tokens.push(token);
    const commands = [this.#command()];
    let after = this.#tokens.next(NOTHING);
    while (after.type === "|") {
      this.#tokens.push(this.#tokens.next(COMMAND));
      commands.push(this.#command());
      after = this.#tokens.next(NOTHING);
    }
    this.#tokens.push(after);
    const [first] = commands;
    const node: Node =
      commands.length === 1 && first !== undefined ? first : { type: "pipeline", commands };
    return isNegated ? { type: "not", node } : node;
  }

  #command(): Node {
    this.enter();
    const node = this.#compound();
    this.leave();
    return node;
  }

  #compound(): Node {
    const { line } = this.reader;
    const token = this.#tokens.next(NOTHING);
    switch (token.type) {
      case "if":
        return redirected(this.#tokens, this.#if(), line);
      case "while":
      case "until": {
        const condition = this.#body();
        this.#tokens.expect("do");
        const body = this.#body();
        this.#tokens.expect("done");
        const isUntil = token.type === "until";
        return redirected(this.#tokens, { type: "loop", isUntil, condition, body }, line);
      }
      case "for":
        return redirected(this.#tokens, this.#for(line), line);
      case "case":
        return redirected(this.#tokens, this.#case(line), line);
      case "(": {
        if (this.dialect === "bash" && this.reader.startsWith("(")) return this.#arithmetic(line);
        const body = this.#body();
        this.#tokens.expect(")");
        return { type: "subshell", body, redirections: readRedirections(this.#tokens), line };
      }
      case "{": {
        const body = this.#body();
        this.#tokens.expect("}");
        return redirected(this.#tokens, body, line);
      }
      case "word":
      case "redirection":
        this.#tokens.push(token);
        return this.#simple.parse();
      default:
        return this.#tokens.unexpected(token);
    }
  }

  #if(): Node {
    const condition = this.#body();
    this.#tokens.expect("then");
    const body = this.#body();
    const token = this.#tokens.next(NOTHING);
    if (token.type === "elif") {
      return { type: "if", condition, body, otherwise: this.#if() };
    }
    let otherwise: Node | undefined;
    if (token.type === "else") otherwise = this.#body();
    else this.#tokens.push(token);
    this.#tokens.expect("fi");
    return { type: "if", condition, body, otherwise };
  }

  #for(line: number): Node {
    const name = this.#tokens.next(NOTHING);
    const variable = name.type === "word" && !name.word.isQuoted ? name.word.plain : undefined;
    if (variable === undefined || !isName(variable)) this.#tokens.fail("Bad for loop variable");
    let words: Word[] | undefined;
    const token = this.#tokens.next(COMMAND);
    if (token.type === "in") {
      words = [];
      let next = this.#tokens.next(NOTHING);
      for (; next.type === "word"; next = this.#tokens.next(NOTHING)) words.push(next.word);
      if (next.type !== "newline" && next.type !== ";") this.#tokens.unexpected(next);
      if (next.type === "newline") this.#tokens.readDocuments();
    } else if (token.type !== ";") this.#tokens.push(token);
    this.#tokens.expect("do", COMMAND);
    const body = this.#body();
    this.#tokens.expect("done");
    return { type: "for", variable, words, body, line };
  }

  #case(line: number): Node {
    const subject = this.#tokens.next(NOTHING);
    if (subject.type !== "word") return this.#tokens.unexpected(subject, "word");
    this.#tokens.expect("in", COMMAND);
    const branches: CaseBranch[] = [];
    let token = this.#tokens.next(KEYWORDS);
    while (token.type !== "esac") {
      if (token.type === "(") token = this.#tokens.next(NOTHING);
      const patterns: Word[] = [];
      for (;;) {
        patterns.push(this.#pattern(token));
        token = this.#tokens.next(NOTHING);
        if (token.type !== "|") break;
        token = this.#tokens.next(NOTHING);
      }
      if (token.type !== ")") this.#tokens.unexpected(token, ")");
      const body = this.#list("optional");
      branches.push({ patterns, body: body === "end" ? undefined : body });
      token = this.#tokens.next(KEYWORDS);
      if (token.type === "esac") break;
      if (token.type !== ";;") this.#tokens.unexpected(token, ";;");
      token = this.#tokens.next(KEYWORDS);
    }
    return { type: "case", subject: subject.word, branches, line };
  }

  /** dash takes the text of the last word for any token here, and finds the error afterwards. */
  #pattern(token: Token): Word {
    if (token.type === "word") return token.word;
    if (isKeyword(token.type)) return wordOf(token.type);
    return this.#tokens.unexpected(token, ")");
  }

  #arithmetic(line: number): Node {
    this.reader.skip(1);
    const expression = new WordReader(this).arithmetic();
    return redirected(this.#tokens, { type: "arithmetic", expression, line }, line);
  }
}

function wordOf(text: string): Word {
  return {
    parts: [{ type: "text", text, pattern: text, isQuoted: false }],
    plain: text,
    isQuoted: false,
  };
}
