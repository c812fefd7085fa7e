import { LimitReached } from "../../limits.ts";
import type {
  Assignment,
  CaseBranch,
  HereBody,
  Node,
  Redirection,
  SimpleNode,
  Word,
} from "../tree.ts";
import { toAssignment } from "./assignment.ts";
import { parseCondition } from "./condition.ts";
import { isName } from "./characters.ts";
import { readHereDocument } from "./here-document.ts";
import { Reader } from "./reader.ts";
import { ScriptSyntaxError } from "./syntax-error.ts";
import { readToken } from "./token-reader.ts";
import { endsList, isKeyword, type RedirectionStart, type Token, tokenName } from "./tokens.ts";
import { literalWord } from "./word-builder.ts";
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

interface PendingDocument {
  readonly body: HereBody;
  readonly delimiter: string;
  readonly stripsTabs: boolean;
}

/** What a token is looked at for. Newlines are skipped, keywords and aliases recognised. */
interface Look {
  readonly newlines?: boolean;
  readonly keywords?: boolean;
  readonly aliases?: boolean;
}

const COMMAND: Look = { newlines: true, keywords: true, aliases: true };
const KEYWORDS: Look = { newlines: true, keywords: true };
const ALIASES: Look = { aliases: true };
const AFTER_COMPOUND: Look = { keywords: true, aliases: true };
const NOTHING: Look = {};

/** Special built-in commands, whose names no function may have. */
const SPECIAL = new Set(
  "break continue . eval exec exit export readonly local return set shift times trap : unset".split(
    " ",
  ),
);

/** How much text aliases may become. */
const MOST_ALIAS_TEXT = 1024 ** 2;

/**
 * Parses a script as dash does, one complete command after the other, so that what stands before an
 * error runs, and so that aliases hold.
 */
export class Parser implements Grammar {
  readonly reader: Reader;
  readonly #options: ParseOptions;
  #depth = 0;
  #aliasText = 0;
  #pushedBack: Token | undefined;
  #documents: PendingDocument[] = [];

  constructor(text: string, options: ParseOptions) {
    this.reader = new Reader(text, options.line ?? 1);
    this.#options = options;
  }

  get dialect(): "dash" | "bash" {
    return this.#options.dialect;
  }

  /**
   * The next complete command; undefined for an empty line, "end" at the end. Throws
   * `ScriptSyntaxError`.
   */
  next(): Node | undefined | "end" {
    this.#pushedBack = undefined;
    this.#documents = [];
    return this.#list("line");
  }

  enter(): void {
    if (++this.#depth > this.#options.depth) throw new LimitReached("depth");
  }

  leave(): void {
    this.#depth--;
  }

  substitution(): Node | undefined {
    const { documents, body } = this.#nested(() => {
      const list = this.#list("optional");
      this.#expect(")");
      return list;
    });
    this.#documents = documents;
    return body;
  }

  backquoted(text: string, line: number): Node | undefined {
    const inner = new Parser(text, { ...this.#options, line });
    inner.#depth = this.#depth;
    const body = inner.#list("optional");
    inner.#readDocuments();
    return body === "end" ? undefined : body;
  }

  #nested(parse: () => Node | "end" | undefined): {
    readonly documents: PendingDocument[];
    readonly body: Node | undefined;
  } {
    const documents = this.#documents;
    this.#documents = [];
    const body = parse();
    // A document that is named on the last line of a substitution has no lines left.
    for (const document of this.#documents) document.body.word = literalWord("");
    this.#pushedBack = undefined;
    return { documents, body: body === "end" ? undefined : body };
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
      const token = this.#next(look);
      if (token.type === "newline") {
        this.#readDocuments();
        return result();
      }
      if (token.type === "end") {
        this.#readDocuments();
        this.#push(token);
        return items.length === 0 && kind === "line" ? "end" : result();
      }
      this.#push(token);
      const mayEnd = kind === "optional" || (kind === "body" && items.length > 0);
      if (mayEnd && endsList(token.type)) return result();
      const { line } = this.reader;
      const node = this.#andOr();
      const after = this.#next(NOTHING);
      items.push(after.type === "&" ? { type: "background", node, line } : node);
      switch (after.type) {
        case "end":
          this.#readDocuments();
          this.#push(after);
          return result();
        case "newline":
          this.#push(after);
          break;
        case "&":
        case ";":
          break;
        default:
          if (kind === "line") this.#unexpected(after);
          this.#push(after);
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
      const token = this.#next(NOTHING);
      if (token.type !== "&&" && token.type !== "||") {
        this.#push(token);
        return rest.length === 0 ? first : { type: "and-or", first, rest };
      }
      this.#push(this.#next(COMMAND));
      rest.push({ operator: token.type, node: this.#pipeline() });
    }
  }

  #pipeline(): Node {
    const token = this.#next(NOTHING);
    const isNegated = token.type === "!";
    if (isNegated) this.#push(this.#next(AFTER_COMPOUND));
    else this.#push(token);
    const commands = [this.#command()];
    let after = this.#next(NOTHING);
    while (after.type === "|") {
      this.#push(this.#next(COMMAND));
      commands.push(this.#command());
      after = this.#next(NOTHING);
    }
    this.#push(after);
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
    const token = this.#next(NOTHING);
    switch (token.type) {
      case "if":
        return this.#redirected(this.#if(), line);
      case "while":
      case "until": {
        const condition = this.#body();
        this.#expect("do");
        const body = this.#body();
        this.#expect("done");
        const isUntil = token.type === "until";
        return this.#redirected({ type: "loop", isUntil, condition, body }, line);
      }
      case "for":
        return this.#redirected(this.#for(line), line);
      case "case":
        return this.#redirected(this.#case(line), line);
      case "(": {
        if (this.dialect === "bash" && this.reader.startsWith("(")) return this.#arithmetic(line);
        const body = this.#body();
        this.#expect(")");
        return { type: "subshell", body, redirections: this.#redirections(), line };
      }
      case "{": {
        const body = this.#body();
        this.#expect("}");
        return this.#redirected(body, line);
      }
      case "word":
      case "redirection":
        this.#push(token);
        return this.#simple();
      default:
        return this.#unexpected(token);
    }
  }

  #redirected(node: Node | undefined, line: number): Node {
    const redirections = this.#redirections();
    if (redirections.length === 0 && node !== undefined) return node;
    return { type: "redirected", node, redirections, line };
  }

  #redirections(): readonly Redirection[] {
    const redirections: Redirection[] = [];
    for (;;) {
      const token = this.#next(AFTER_COMPOUND);
      if (token.type !== "redirection") {
        this.#push(token);
        return redirections;
      }
      redirections.push(this.#redirection(token.redirection));
    }
  }

  #if(): Node {
    const condition = this.#body();
    this.#expect("then");
    const body = this.#body();
    const token = this.#next(NOTHING);
    if (token.type === "elif") {
      return { type: "if", condition, body, otherwise: this.#if() };
    }
    let otherwise: Node | undefined;
    if (token.type === "else") otherwise = this.#body();
    else this.#push(token);
    this.#expect("fi");
    return { type: "if", condition, body, otherwise };
  }

  #for(line: number): Node {
    const name = this.#next(NOTHING);
    const variable = name.type === "word" && !name.word.isQuoted ? name.word.plain : undefined;
    if (variable === undefined || !isName(variable)) this.#fail("Bad for loop variable");
    let words: Word[] | undefined;
    const token = this.#next(COMMAND);
    if (token.type === "in") {
      words = [];
      let next = this.#next(NOTHING);
      for (; next.type === "word"; next = this.#next(NOTHING)) words.push(next.word);
      if (next.type !== "newline" && next.type !== ";") this.#unexpected(next);
      if (next.type === "newline") this.#readDocuments();
    } else if (token.type !== ";") this.#push(token);
    this.#expect("do", COMMAND);
    const body = this.#body();
    this.#expect("done");
    return { type: "for", variable, words, body, line };
  }

  #case(line: number): Node {
    const subject = this.#next(NOTHING);
    if (subject.type !== "word") return this.#unexpected(subject, "word");
    this.#expect("in", COMMAND);
    const branches: CaseBranch[] = [];
    let token = this.#next(KEYWORDS);
    while (token.type !== "esac") {
      if (token.type === "(") token = this.#next(NOTHING);
      const patterns: Word[] = [];
      for (;;) {
        patterns.push(this.#pattern(token));
        token = this.#next(NOTHING);
        if (token.type !== "|") break;
        token = this.#next(NOTHING);
      }
      if (token.type !== ")") this.#unexpected(token, ")");
      const body = this.#list("optional");
      branches.push({ patterns, body: body === "end" ? undefined : body });
      token = this.#next(KEYWORDS);
      if (token.type === "esac") break;
      if (token.type !== ";;") this.#unexpected(token, ";;");
      token = this.#next(KEYWORDS);
    }
    return { type: "case", subject: subject.word, branches, line };
  }

  /** dash takes the text of the last word for any token here, and finds the error afterwards. */
  #pattern(token: Token): Word {
    if (token.type === "word") return token.word;
    if (isKeyword(token.type)) return wordOf(token.type);
    return this.#unexpected(token, ")");
  }

  #simple(): Node {
    const { line } = this.reader;
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const token = this.#next(words.length === 0 ? ALIASES : NOTHING);
      if (token.type === "word") {
        const assignment = words.length === 0 ? toAssignment(token.word, this.dialect) : undefined;
        if (assignment !== undefined) assignments.push(this.#whole(assignment));
        else {
          words.push(token.word);
          const special = words.length === 1 ? this.#bashCommand(token.word, line) : undefined;
          if (special !== undefined) return special;
        }
        continue;
      }
      if (token.type === "redirection") {
        redirections.push(this.#redirection(token.redirection));
        continue;
      }
      const isAlone = assignments.length === 0 && redirections.length === 0 && words.length === 1;
      if (token.type === "(" && isAlone) return this.#function(words[0]);
      this.#push(token);
      return { type: "simple", assignments, words, redirections, line } satisfies SimpleNode;
    }
  }

  #function(word: Word | undefined): Node {
    this.#expect(")");
    const name = word?.plain ?? "";
    const isGood = this.dialect === "bash" ? name !== "" : isName(name) && !SPECIAL.has(name);
    if (!isGood || SPECIAL.has(name)) this.#fail("Bad function name");
    return this.#functionBody(name);
  }

  #functionBody(name: string): Node {
    const token = this.#next(COMMAND);
    this.#push(token);
    const { line } = this.reader;
    return { type: "function", name, body: this.#command(), line };
  }

  #redirection(start: RedirectionStart): Redirection {
    const { line } = this.reader;
    const { descriptor, type, stripsTabs } = start;
    const isDelimiter = type === "here-document";
    const token = this.#next(NOTHING, isDelimiter);
    if (token.type !== "word") return this.#unexpected(token);
    const { word } = token;
    if (type !== "here-document") return { type, descriptor, line, target: word };
    const body: HereBody = { word: undefined, isLiteral: word.isQuoted };
    const delimiter = textOf(word);
    this.#documents.push({ body, delimiter, stripsTabs });
    return { type, descriptor, line, body };
  }

  /** Here-documents that were named on the line that has just ended. */
  #readDocuments(): void {
    const documents = this.#documents;
    this.#documents = [];
    for (const { body, delimiter, stripsTabs } of documents) {
      body.word = body.isLiteral
        ? readHereDocument(this.reader, delimiter, stripsTabs)
        : new WordReader(this, { delimiter, stripsTabs }).hereDocument();
    }
  }

  /** `[[ … ]]` and `function name` of bash. */
  #bashCommand(word: Word, line: number): Node | undefined {
    if (this.dialect !== "bash") return undefined;
    if (word.plain === "[[") {
      const words = parseCondition(this, (message) => this.#fail(message));
      return this.#redirected({ type: "condition", words, line }, line);
    }
    if (word.plain !== "function") return undefined;
    const name = this.#next(NOTHING);
    if (name.type !== "word") return this.#unexpected(name, "word");
    const after = this.#next(NOTHING);
    if (after.type === "(") this.#expect(")");
    else this.#push(after);
    return this.#functionBody(name.word.plain ?? "");
  }

  #arithmetic(line: number): Node {
    this.reader.skip(1);
    const expression = new WordReader(this).arithmetic();
    return this.#redirected({ type: "arithmetic", expression, line }, line);
  }

  /** `name=(…)` of bash. */
  #whole(assignment: Assignment): Assignment {
    if (this.dialect !== "bash" || assignment.value.parts.length > 0) return assignment;
    if (!this.reader.startsWith("(")) return assignment;
    this.#expect("(");
    const elements: Word[] = [];
    for (;;) {
      const token = this.#next({ newlines: true });
      if (token.type === ")") return { ...assignment, elements };
      if (token.type !== "word") return this.#unexpected(token, ")");
      elements.push(token.word);
    }
  }

  #push(token: Token): void {
    this.#pushedBack = token;
  }

  #next(look: Look, isDelimiter = false): Token {
    for (;;) {
      let token = this.#read(isDelimiter);
      while (look.newlines === true && token.type === "newline") {
        this.#readDocuments();
        token = this.#read(isDelimiter);
      }
      const isAfterAlias = this.reader.leaveAliases();
      if (token.type !== "word" || token.word.isQuoted) return token;
      const { plain } = token.word;
      if (plain === undefined) return token;
      if (look.keywords === true && isKeyword(plain)) return { type: plain };
      if (look.aliases !== true && !isAfterAlias) return token;
      const value = this.reader.isInAlias(plain) ? undefined : this.#options.alias(plain);
      if (value === undefined) return token;
      this.#aliasText += value.length + 1;
      if (this.#aliasText > MOST_ALIAS_TEXT) throw new LimitReached("parseBytes");
      this.reader.pushAlias(plain, value);
    }
  }

  #read(isDelimiter: boolean): Token {
    const pushed = this.#pushedBack;
    this.#pushedBack = undefined;
    return pushed ?? readToken(this, isDelimiter);
  }

  #expect(type: Exclude<Token["type"], "word" | "redirection">, look: Look = NOTHING): void {
    const token = this.#next(look);
    if (token.type !== type) this.#unexpected(token, type);
  }

  #unexpected(token: Token, expected?: Token["type"]): never {
    const expecting = expected === undefined ? "" : ` (expecting ${tokenName(expected)})`;
    return this.#fail(`${tokenName(token.type)} unexpected${expecting}`);
  }

  #fail(message: string): never {
    throw new ScriptSyntaxError(message, this.reader.line);
  }
}

function wordOf(text: string): Word {
  return {
    parts: [{ type: "text", text, pattern: text, isQuoted: false }],
    plain: text,
    isQuoted: false,
  };
}

/** The text of a delimiter, its quotes removed. */
function textOf(word: Word): string {
  let text = "";
  for (const part of word.parts) {
    if (part.type === "text") text += part.text;
    if (part.type === "quoted") {
      for (const inner of part.parts) if (inner.type === "text") text += inner.text;
    }
  }
  return text;
}
