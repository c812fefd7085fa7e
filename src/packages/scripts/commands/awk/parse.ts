import { ExpressionParser } from "./parse-expression.ts";
import { TokenCursor } from "./token-cursor.ts";
import { type AwkToken, tokensOf } from "./tokens.ts";
import type { AwkExpression, AwkFunction, AwkProgram, AwkRule, AwkStatement } from "./tree.ts";

/** A program of awk as a tree. Throws `AwkError`; `unsupported` is told what is not done here. */
export function parseAwk(source: string, unsupported: (wanted: string) => never): AwkProgram {
  return new Parser(tokensOf(source), unsupported).program();
}

class Parser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionParser;
  readonly #unsupported: (wanted: string) => never;
  #ranges = 0;

  constructor(tokens: readonly AwkToken[], unsupported: (wanted: string) => never) {
    this.#cursor = new TokenCursor(tokens);
    this.#expressions = new ExpressionParser(this.#cursor);
    this.#unsupported = unsupported;
  }

  program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (this.#cursor.skipEnds(); this.#cursor.current.type !== "end"; this.#cursor.skipEnds()) {
      if (this.#cursor.takes("function") || this.#cursor.takes("func"))
        functions.set(...this.#function());
      else rules.push(this.#rule());
    }
    return { rules, functions };
  }

  #function(): [string, AwkFunction] {
    const name = this.#cursor.current.text;
    if (this.#cursor.current.type !== "function" && this.#cursor.current.type !== "name")
      this.#cursor.fail();
    this.#cursor.advance();
    this.#cursor.expect("(");
    const parameters: string[] = [];
    if (!this.#cursor.takes(")")) {
      do {
        this.#cursor.skipNewlines();
        parameters.push(this.#cursor.name());
      } while (this.#cursor.takes(","));
      this.#cursor.expect(")");
    }
    this.#cursor.skipNewlines();
    return [name, { parameters, body: this.#block() }];
  }

  #rule(): AwkRule {
    let pattern: AwkRule["pattern"] = { type: "always" };
    if (this.#cursor.takes("BEGIN")) pattern = { type: "begin" };
    else if (this.#cursor.takes("END")) pattern = { type: "end" };
    else if (!this.#cursor.sees("{")) {
      const expression = this.#expressions.parse();
      pattern = { type: "expression", expression };
      if (this.#cursor.takes(",")) {
        this.#cursor.skipNewlines();
        pattern = {
          type: "range",
          from: expression,
          to: this.#expressions.parse(),
          index: this.#ranges++,
        };
      }
    }
    const action = this.#cursor.sees("{") ? this.#block() : undefined;
    if (action === undefined && (pattern.type === "begin" || pattern.type === "end"))
      this.#cursor.fail();
    return { pattern, action };
  }

  #block(): AwkStatement {
    this.#cursor.expect("{");
    const statements: AwkStatement[] = [];
    this.#cursor.skipEnds();
    while (!this.#cursor.takes("}")) {
      statements.push(this.#statement());
      this.#cursor.skipEnds();
    }
    return { type: "block", statements };
  }

  #statement(): AwkStatement {
    return this.#cursor.nested(() => this.#statementItself());
  }

  #statementItself(): AwkStatement {
    if (this.#cursor.sees("{")) return this.#block();
    if (this.#cursor.takes(";")) return { type: "block", statements: [] };
    if (this.#cursor.takes("if")) {
      const test = this.#parenthesized();
      const yes = this.#body();
      const no = this.#cursor.takesAfterEnds("else") ? this.#body() : undefined;
      return { type: "if", test, yes, no };
    }
    if (this.#cursor.takes("while")) {
      const test = this.#parenthesized();
      if (this.#cursor.takes(";"))
        return { type: "while", test, body: { type: "block", statements: [] } };
      return { type: "while", test, body: this.#body() };
    }
    if (this.#cursor.takes("do")) {
      const body = this.#body();
      this.#cursor.skipEnds();
      this.#cursor.expect("while");
      const test = this.#parenthesized();
      this.#endOfStatement();
      return { type: "do", test, body };
    }
    if (this.#cursor.takes("for")) return this.#for();
    const simple = this.#simple();
    this.#endOfStatement();
    return simple;
  }

  #body(): AwkStatement {
    this.#cursor.skipNewlines();
    return this.#statement();
  }

  #endOfStatement(): void {
    if (this.#cursor.sees("}")) return;
    if (this.#cursor.current.type === "newline" || this.#cursor.sees(";")) this.#cursor.advance();
    else this.#cursor.fail();
  }

  #for(): AwkStatement {
    this.#cursor.expect("(");
    const [first, second, third, fourth] = [0, 1, 2, 3].map((at) => this.#cursor.ahead(at));
    const isIn = first?.type === "name" && second?.text === "in" && third?.type === "name";
    if (isIn && fourth?.text === ")") {
      this.#cursor.advance(4);
      return { type: "for-in", name: first.text, array: third.text, body: this.#body() };
    }
    const start = this.#cursor.sees(";") ? undefined : this.#simple();
    this.#cursor.expect(";");
    this.#cursor.skipNewlines();
    const test = this.#cursor.sees(";") ? undefined : this.#expressions.parse();
    this.#cursor.expect(";");
    this.#cursor.skipNewlines();
    const step = this.#cursor.sees(")") ? undefined : this.#simple();
    this.#cursor.expect(")");
    if (this.#cursor.takes(";")) {
      return { type: "for", start, test, step, body: { type: "block", statements: [] } };
    }
    return { type: "for", start, test, step, body: this.#body() };
  }

  #simple(): AwkStatement {
    if (this.#cursor.sees("print") || this.#cursor.sees("printf")) return this.#print();
    if (this.#cursor.takes("delete")) {
      const array = this.#cursor.name();
      return {
        type: "delete",
        array,
        index: this.#cursor.takes("[") ? this.#expressions.list("]") : undefined,
      };
    }
    for (const type of ["next", "nextfile", "break", "continue"] as const) {
      if (this.#cursor.takes(type)) return { type };
    }
    for (const type of ["exit", "return"] as const) {
      if (!this.#cursor.takes(type)) continue;
      const isBare =
        this.#cursor.current.type === "newline" || this.#cursor.sees(";") || this.#cursor.sees("}");
      return { type, value: isBare ? undefined : this.#expressions.parse() };
    }
    return { type: "expression", expression: this.#expressions.parse() };
  }

  #print(): AwkStatement {
    const isFormatted = this.#cursor.current.text === "printf";
    this.#cursor.advance();
    const values = this.#printed();
    let to: (AwkStatement & { type: "print" })["to"];
    if (this.#cursor.takes(">")) to = { file: this.#expressions.concatenation(), access: "write" };
    else if (this.#cursor.takes(">>"))
      to = { file: this.#expressions.concatenation(), access: "append" };
    else if (this.#cursor.sees("|")) return this.#unsupported("awk's output to a command");
    return { type: "print", isFormatted, values, to };
  }

  #printed(): readonly AwkExpression[] {
    if (this.#cursor.sees("(") && this.#isWholeInParentheses()) {
      this.#cursor.advance();
      return this.#expressions.list(")");
    }
    if (this.#isEndOfPrint()) return [];
    return this.#expressions.withoutGreater(() => {
      const values: AwkExpression[] = [];
      do {
        this.#cursor.skipNewlines();
        values.push(this.#expressions.parse());
      } while (this.#cursor.takes(","));
      return values;
    });
  }

  /** Whether `print (…)` holds all of its values. */
  #isWholeInParentheses(): boolean {
    let depth = 0;
    for (let at = 0; ; at++) {
      const token = this.#cursor.ahead(at);
      if (token === undefined) return false;
      if (token.type !== "operator") continue;
      if (token.text === "(") depth++;
      if (token.text !== ")" || --depth > 0) continue;
      const next = this.#cursor.ahead(at + 1);
      if (next === undefined || next.type === "newline") return true;
      return next.type === "operator" && [";", "}", ">", ">>", "|"].includes(next.text);
    }
  }

  #isEndOfPrint(): boolean {
    if (this.#cursor.current.type === "newline") return true;
    return [";", "}", ">", ">>", "|"].some((text) => this.#cursor.sees(text));
  }

  #parenthesized(): AwkExpression {
    this.#cursor.expect("(");
    const expression = this.#expressions.parse();
    this.#cursor.expect(")");
    return expression;
  }
}
