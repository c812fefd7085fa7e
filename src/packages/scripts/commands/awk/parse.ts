import { type AwkToken, tokensOf } from "./tokens.ts";
import {
  AwkError,
  type AwkExpression,
  type AwkFunction,
  type AwkProgram,
  type AwkRule,
  type AwkStatement,
  type AwkTarget,
} from "./tree.ts";

/** A program of awk as a tree. Throws `AwkError`; `unsupported` is told what is not done here. */
export function parseAwk(source: string, unsupported: (wanted: string) => never): AwkProgram {
  return new Parser(tokensOf(source), unsupported).program();
}

const COMPARISONS = new Set(["<", "<=", "==", "!=", ">", ">="]);
const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^="]);
const DEEPEST = 200;

class Parser {
  readonly #tokens: readonly AwkToken[];
  readonly #unsupported: (wanted: string) => never;
  #at = 0;
  #ranges = 0;
  #depth = 0;
  /** Within `print …` a `>` is a redirection. */
  #noGreater = false;

  constructor(tokens: readonly AwkToken[], unsupported: (wanted: string) => never) {
    this.#tokens = tokens;
    this.#unsupported = unsupported;
  }

  program(): AwkProgram {
    const rules: AwkRule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (this.#skipEnds(); this.#token.type !== "end"; this.#skipEnds()) {
      if (this.#takes("function") || this.#takes("func")) functions.set(...this.#function());
      else rules.push(this.#rule());
    }
    return { rules, functions };
  }

  get #token(): AwkToken {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new AwkError("syntax error");
    return token;
  }

  #sees(text: string): boolean {
    const { type } = this.#token;
    return (type === "operator" || type === "keyword") && this.#token.text === text;
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#fail();
  }

  #fail(): never {
    const near = this.#token.type === "end" ? "end of program" : this.#token.text;
    throw new AwkError(`syntax error at or near ${near}`);
  }

  #skipNewlines(): void {
    while (this.#token.type === "newline") this.#at++;
  }

  #skipEnds(): void {
    while (this.#token.type === "newline" || this.#sees(";")) this.#at++;
  }

  #function(): [string, AwkFunction] {
    const name = this.#token.text;
    if (this.#token.type !== "function" && this.#token.type !== "name") this.#fail();
    this.#at++;
    this.#expect("(");
    const parameters: string[] = [];
    while (!this.#takes(")")) {
      parameters.push(this.#name());
      if (!this.#sees(")")) this.#expect(",");
      this.#skipNewlines();
    }
    this.#skipNewlines();
    return [name, { parameters, body: this.#block() }];
  }

  #rule(): AwkRule {
    let pattern: AwkRule["pattern"] = { type: "always" };
    if (this.#takes("BEGIN")) pattern = { type: "begin" };
    else if (this.#takes("END")) pattern = { type: "end" };
    else if (!this.#sees("{")) {
      const expression = this.#expression();
      pattern = { type: "expression", expression };
      if (this.#takes(",")) {
        this.#skipNewlines();
        pattern = {
          type: "range",
          from: expression,
          to: this.#expression(),
          index: this.#ranges++,
        };
      }
    }
    const action = this.#sees("{") ? this.#block() : undefined;
    if (action === undefined && (pattern.type === "begin" || pattern.type === "end")) this.#fail();
    return { pattern, action };
  }

  #block(): AwkStatement {
    this.#expect("{");
    const statements: AwkStatement[] = [];
    this.#skipEnds();
    while (!this.#takes("}")) {
      statements.push(this.#statement());
      this.#skipEnds();
    }
    return { type: "block", statements };
  }

  #statement(): AwkStatement {
    if (++this.#depth > DEEPEST) throw new AwkError("program too deep");
    const statement = this.#statementItself();
    this.#depth--;
    return statement;
  }

  #statementItself(): AwkStatement {
    if (this.#sees("{")) return this.#block();
    if (this.#takes(";")) return { type: "block", statements: [] };
    if (this.#takes("if")) {
      const test = this.#parenthesized();
      const yes = this.#body();
      const before = this.#at;
      this.#skipEnds();
      if (this.#takes("else")) return { type: "if", test, yes, no: this.#body() };
      this.#at = before;
      return { type: "if", test, yes, no: undefined };
    }
    if (this.#takes("while")) {
      const test = this.#parenthesized();
      if (this.#takes(";")) return { type: "while", test, body: { type: "block", statements: [] } };
      return { type: "while", test, body: this.#body() };
    }
    if (this.#takes("do")) {
      const body = this.#body();
      this.#skipEnds();
      this.#expect("while");
      const test = this.#parenthesized();
      this.#endOfStatement();
      return { type: "do", test, body };
    }
    if (this.#takes("for")) return this.#for();
    const simple = this.#simple();
    this.#endOfStatement();
    return simple;
  }

  #body(): AwkStatement {
    this.#skipNewlines();
    return this.#statement();
  }

  #endOfStatement(): void {
    if (this.#sees("}")) return;
    if (this.#token.type === "newline" || this.#sees(";")) this.#at++;
    else this.#fail();
  }

  #for(): AwkStatement {
    this.#expect("(");
    const [first, second, third, fourth] = this.#tokens.slice(this.#at, this.#at + 4);
    const isIn = first?.type === "name" && second?.text === "in" && third?.type === "name";
    if (isIn && fourth?.text === ")") {
      this.#at += 4;
      return { type: "for-in", name: first.text, array: third.text, body: this.#body() };
    }
    const start = this.#sees(";") ? undefined : this.#simple();
    this.#expect(";");
    this.#skipNewlines();
    const test = this.#sees(";") ? undefined : this.#expression();
    this.#expect(";");
    this.#skipNewlines();
    const step = this.#sees(")") ? undefined : this.#simple();
    this.#expect(")");
    if (this.#takes(";")) {
      return { type: "for", start, test, step, body: { type: "block", statements: [] } };
    }
    return { type: "for", start, test, step, body: this.#body() };
  }

  #simple(): AwkStatement {
    if (this.#sees("print") || this.#sees("printf")) return this.#print();
    if (this.#takes("delete")) {
      const array = this.#name();
      return { type: "delete", array, index: this.#takes("[") ? this.#list("]") : undefined };
    }
    for (const type of ["next", "nextfile", "break", "continue"] as const) {
      if (this.#takes(type)) return { type };
    }
    for (const type of ["exit", "return"] as const) {
      if (!this.#takes(type)) continue;
      const isBare = this.#token.type === "newline" || this.#sees(";") || this.#sees("}");
      return { type, value: isBare ? undefined : this.#expression() };
    }
    return { type: "expression", expression: this.#expression() };
  }

  #print(): AwkStatement {
    const isFormatted = this.#token.text === "printf";
    this.#at++;
    const before = this.#noGreater;
    this.#noGreater = true;
    const values: AwkExpression[] = [];
    const isGrouped = this.#sees("(") && this.#isWholeInParentheses();
    if (isGrouped) {
      this.#at++;
      this.#noGreater = false;
      values.push(...this.#list(")"));
    } else if (!this.#isEndOfPrint()) {
      do {
        this.#skipNewlines();
        values.push(this.#expression());
      } while (this.#takes(","));
    }
    this.#noGreater = false;
    let to: (AwkStatement & { type: "print" })["to"];
    if (this.#takes(">")) to = { file: this.#concatenation(), access: "write" };
    else if (this.#takes(">>")) to = { file: this.#concatenation(), access: "append" };
    else if (this.#sees("|")) return this.#unsupported("awk's output to a command");
    this.#noGreater = before;
    return { type: "print", isFormatted, values, to };
  }

  /** Whether `print (…)` holds all of its values. */
  #isWholeInParentheses(): boolean {
    let depth = 0;
    for (let at = this.#at; at < this.#tokens.length; at++) {
      const token = this.#tokens[at];
      if (token?.type !== "operator") continue;
      if (token.text === "(") depth++;
      if (token.text !== ")" || --depth > 0) continue;
      const next = this.#tokens[at + 1];
      if (next === undefined || next.type === "newline") return true;
      return next.type === "operator" && [";", "}", ">", ">>", "|"].includes(next.text);
    }
    return false;
  }

  #isEndOfPrint(): boolean {
    if (this.#token.type === "newline") return true;
    return [";", "}", ">", ">>", "|"].some((text) => this.#sees(text));
  }

  #parenthesized(): AwkExpression {
    this.#expect("(");
    const expression = this.#expression();
    this.#expect(")");
    return expression;
  }

  #list(end: string): readonly AwkExpression[] {
    const list: AwkExpression[] = [];
    this.#skipNewlines();
    while (!this.#takes(end)) {
      list.push(this.#expression());
      this.#skipNewlines();
      if (this.#takes(end)) break;
      this.#expect(",");
      this.#skipNewlines();
    }
    return list;
  }

  #name(): string {
    if (this.#token.type !== "name") this.#fail();
    const { text } = this.#token;
    this.#at++;
    return text;
  }

  #expression(): AwkExpression {
    if (++this.#depth > DEEPEST) throw new AwkError("program too deep");
    const expression = this.#ternary();
    const { text, type } = this.#token;
    this.#depth--;
    if (type !== "operator" || !ASSIGNMENTS.has(text) || !isTarget(expression)) return expression;
    this.#at++;
    this.#skipNewlines();
    return { type: "assign", operator: text, target: expression, value: this.#expression() };
  }

  #ternary(): AwkExpression {
    const test = this.#binary(0);
    if (!this.#takes("?")) return test;
    this.#skipNewlines();
    const yes = this.#expression();
    this.#skipNewlines();
    this.#expect(":");
    this.#skipNewlines();
    return { type: "condition", test, yes, no: this.#expression() };
  }

  /** `||`, `&&`, `in`, `~`, comparisons: from what binds least. */
  #binary(level: number): AwkExpression {
    if (level === 5) return this.#concatenation();
    let left = this.#binary(level + 1);
    for (;;) {
      const { type, text } = this.#token;
      if (type !== "operator" && type !== "keyword") return left;
      if ((level === 0 && text === "||") || (level === 1 && text === "&&")) {
        this.#at++;
        this.#skipNewlines();
        left = { type: "binary", operator: text, left, right: this.#binary(level + 1) };
      } else if (level === 2 && text === "in") {
        this.#at++;
        left = { type: "in", index: [left], array: this.#name() };
      } else if (level === 3 && (text === "~" || this.#seesNotMatch())) {
        const isNegated = text !== "~";
        this.#at += isNegated ? 2 : 1;
        left = { type: "match", isNegated, text: left, pattern: this.#binary(4) };
      } else if (level === 4 && COMPARISONS.has(text) && !(text === ">" && this.#noGreater)) {
        this.#at++;
        left = { type: "binary", operator: text, left, right: this.#binary(5) };
      } else return left;
    }
  }

  #seesNotMatch(): boolean {
    const next = this.#tokens[this.#at + 1];
    return this.#sees("!") && next?.text === "~" && next.type === "operator" && !next.isApart;
  }

  #concatenation(): AwkExpression {
    let left = this.#sum();
    while (this.#startsOperand()) {
      left = { type: "binary", operator: "concat", left, right: this.#sum() };
    }
    return left;
  }

  #startsOperand(): boolean {
    const { type, text } = this.#token;
    if (type === "number" || type === "text" || type === "name" || type === "function") return true;
    if (type === "regex") return true;
    if (type === "operator" && text === "!") return !this.#seesNotMatch();
    return type === "operator" && ["$", "(", "-", "+", "++", "--"].includes(text);
  }

  #sum(): AwkExpression {
    let left = this.#product();
    while (this.#sees("+") || this.#sees("-")) {
      const operator = this.#token.text;
      this.#at++;
      left = { type: "binary", operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): AwkExpression {
    let left = this.#unary();
    while (this.#sees("*") || this.#sees("/") || this.#sees("%")) {
      const operator = this.#token.text;
      this.#at++;
      left = { type: "binary", operator, left, right: this.#unary() };
    }
    return left;
  }

  #unary(): AwkExpression {
    for (const operator of ["!", "-", "+"] as const) {
      if (!this.#takes(operator)) continue;
      if (++this.#depth > DEEPEST) throw new AwkError("program too deep");
      const operand = this.#unary();
      this.#depth--;
      return { type: "unary", operator, operand };
    }
    return this.#power();
  }

  #power(): AwkExpression {
    const left = this.#postfix();
    if (!this.#takes("^")) return left;
    const isNegative = this.#sees("-");
    return {
      type: "binary",
      operator: "^",
      left,
      right: isNegative ? this.#unary() : this.#power(),
    };
  }

  #postfix(): AwkExpression {
    const operand = this.#primary();
    if (!isTarget(operand)) return operand;
    if (this.#takes("++")) return { type: "step", by: 1, isBefore: false, target: operand };
    if (this.#takes("--")) return { type: "step", by: -1, isBefore: false, target: operand };
    return operand;
  }

  #primary(): AwkExpression {
    const { type, text } = this.#token;
    this.#at++;
    switch (type) {
      case "number":
        return { type: "number", value: Number(text) };
      case "text":
        return { type: "text", value: text };
      case "regex":
        return { type: "regex", source: text };
      case "function":
        this.#expect("(");
        return { type: "call", name: text, args: this.#inParentheses(() => this.#list(")")) };
      case "name":
        if (text === "length") return { type: "call", name: text, args: [] };
        if (!this.#takes("[")) return { type: "variable", name: text };
        return { type: "element", array: text, index: this.#inParentheses(() => this.#list("]")) };
      case "keyword":
        if (text === "getline") return this.#getline();
        break;
      case "operator":
        if (text === "$") return { type: "field", number: this.#fieldNumber() };
        if (text === "++" || text === "--") {
          const target = this.#primary();
          if (!isTarget(target)) this.#fail();
          return { type: "step", by: text === "++" ? 1 : -1, isBefore: true, target };
        }
        if (text === "(") return this.#grouping();
        break;
      case "newline":
      case "end":
        break;
    }
    this.#at--;
    return this.#fail();
  }

  #fieldNumber(): AwkExpression {
    if (this.#takes("-")) return { type: "unary", operator: "-", operand: this.#primary() };
    return this.#primary();
  }

  #grouping(): AwkExpression {
    const list = this.#inParentheses(() => this.#list(")"));
    const [only] = list;
    if (list.length === 1 && only !== undefined) {
      return { type: "group", value: only };
    }
    if (list.length === 0 || !this.#takes("in")) return this.#fail();
    return { type: "in", index: list, array: this.#name() };
  }

  #getline(): AwkExpression {
    const isTargetNext = this.#token.type === "name" || this.#sees("$");
    const target = isTargetNext ? this.#primary() : undefined;
    if (target !== undefined && !isTarget(target)) this.#fail();
    const file = this.#takes("<") ? this.#primary() : undefined;
    return { type: "getline", target, file };
  }

  #inParentheses<Value>(read: () => Value): Value {
    const before = this.#noGreater;
    this.#noGreater = false;
    const value = read();
    this.#noGreater = before;
    return value;
  }
}

function isTarget(expression: AwkExpression): expression is AwkTarget {
  return ["variable", "element", "field"].includes(expression.type);
}
