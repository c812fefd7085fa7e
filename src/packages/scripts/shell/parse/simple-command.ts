import type { Assignment, Node, Redirection, SimpleNode, Word } from "../tree.ts";
import { toAssignment } from "./assignment.ts";
import { isName } from "./characters.ts";
import { parseCondition } from "./condition.ts";
import { readRedirection, redirected } from "./redirections.ts";
import { ALIASES, COMMAND, NOTHING, type TokenStream } from "./token-stream.ts";
import type { Grammar } from "./word-reader.ts";

/** Special built-in commands, whose names no function may have. */
const SPECIAL = new Set(
  "break continue . eval exec exit export readonly local return set shift times trap : unset".split(
    " ",
  ),
);

/** Simple commands, and functions, which start like these. */
export class SimpleCommandParser {
  readonly #grammar: Grammar;
  readonly #tokens: TokenStream;
  readonly #command: () => Node;

  /** `command` reads the command that is the body of a function. */
  constructor(grammar: Grammar, tokens: TokenStream, command: () => Node) {
    this.#grammar = grammar;
    this.#tokens = tokens;
    this.#command = command;
  }

  /** A simple command, of which nothing is read. */
  parse(): Node {
    const { line } = this.#grammar.reader;
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const token = this.#tokens.next(words.length === 0 ? ALIASES : NOTHING);
      if (token.type === "word") {
        const assignment =
          words.length === 0 ? toAssignment(token.word, this.#grammar.dialect) : undefined;
        if (assignment !== undefined) assignments.push(this.#whole(assignment));
        else {
          words.push(token.word);
          const special = words.length === 1 ? this.#bashCommand(token.word, line) : undefined;
          if (special !== undefined) return special;
        }
        continue;
      }
      if (token.type === "redirection") {
        redirections.push(readRedirection(this.#tokens, token.redirection));
        continue;
      }
      const isAlone = assignments.length === 0 && redirections.length === 0 && words.length === 1;
      if (token.type === "(" && isAlone) return this.#function(words[0]);
      this.#tokens.push(token);
      return { type: "simple", assignments, words, redirections, line } satisfies SimpleNode;
    }
  }

  #function(word: Word | undefined): Node {
    this.#tokens.expect(")");
    const name = word?.plain ?? "";
    const isGood =
      this.#grammar.dialect === "bash" ? name !== "" : isName(name) && !SPECIAL.has(name);
    if (!isGood || SPECIAL.has(name)) this.#tokens.fail("Bad function name");
    return this.#functionBody(name);
  }

  #functionBody(name: string): Node {
    const token = this.#tokens.next(COMMAND);
    this.#tokens.push(token);
    const { line } = this.#grammar.reader;
    return { type: "function", name, body: this.#command(), line };
  }

  /** `[[ … ]]` and `function name` of bash. */
  #bashCommand(word: Word, line: number): Node | undefined {
    if (this.#grammar.dialect !== "bash") return undefined;
    if (word.plain === "[[") {
      const words = parseCondition(this.#grammar, (message) => this.#tokens.fail(message));
      return redirected(this.#tokens, { type: "condition", words, line }, line);
    }
    if (word.plain !== "function") return undefined;
    const name = this.#tokens.next(NOTHING);
    if (name.type !== "word") return this.#tokens.unexpected(name, "word");
    const after = this.#tokens.next(NOTHING);
    if (after.type === "(") this.#tokens.expect(")");
    else this.#tokens.push(after);
    return this.#functionBody(name.word.plain ?? "");
  }

  /** `name=(…)` of bash. */
  #whole(assignment: Assignment): Assignment {
    if (this.#grammar.dialect !== "bash" || assignment.value.parts.length > 0) return assignment;
    if (!this.#grammar.reader.startsWith("(")) return assignment;
    this.#tokens.expect("(");
    const elements: Word[] = [];
    for (;;) {
      const token = this.#tokens.next({ newlines: true });
      if (token.type === ")") return { ...assignment, elements };
      if (token.type !== "word") return this.#tokens.unexpected(token, ")");
      elements.push(token.word);
    }
  }
}
